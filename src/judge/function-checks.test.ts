import { expect, test } from 'vitest'
import { sampleRelation } from '../domain/sample-relation.ts'
import { sampleRoutine } from '../domain/sample-routine.ts'
import { bodyStatement, checksOfCall } from './function-checks.ts'

const orders = sampleRelation('orders', ['id'])

test('the statement of a body is the first that names the table', () => {
  const body = `
    declare total int;
    begin
      -- orders of everybody
      if p_id is null then return; end if;
      select count(*) into total
        from public.orders where id = p_id;
      return total;
    end`
  expect(bodyStatement({ ...sampleRoutine('', []), body }, [orders])).toBe(
    'select count(*) into total from public.orders where id = p_id',
  )
  expect(bodyStatement({ ...sampleRoutine('', []), body: 'select 1 from reorders' }, [orders])).toBeNull()
})

test('with definer rights the owner’s count from there on', () => {
  const routine = { ...sampleRoutine('', []), securityDefiner: true, owner: 'postgres' }
  const roles = [
    { name: 'postgres', superuser: false, bypassRowSecurity: true, login: true, inherits: [], becomes: [] },
  ]
  const input = { catalog: { roles, relations: [orders] } as never, definitions: [] }
  const checks = checksOfCall(input, routine, 'anon', [orders])
  expect(checks.map(({ kind }) => kind)).toEqual(['privilege', 'function', 'row security'])
  expect(checks[1]).toMatchObject({ runsAs: 'postgres' })
  expect(checks[2]).toMatchObject({ state: 'bypassed' })
})

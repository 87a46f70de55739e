import { beforeAll, describe, expect, test } from 'vitest'
import { loadParser, plpgsqlQueries } from './parse.ts'
import { withPlainTypes } from './plpgsql.ts'

beforeAll(loadParser)

const queriesOf = (body: string): readonly string[] | null =>
  plpgsqlQueries(`create function f() returns jsonb language plpgsql as $x$${body}$x$`)

describe('declared types of the project', () => {
  test('of a list behind INTO are plain', () => {
    const body = `
declare
  account uuid; -- of the invitation
  declare new_role app.account_role;
  slug public.slug := 'none';
begin
  select i.account_id, i.role, i.slug into account, new_role, slug from app.invitations i where i.token = given;
  return null;
end`
    expect(queriesOf(body)).toBeNull()
    expect(queriesOf(withPlainTypes(body))).toContainEqual(expect.stringContaining('from app.invitations i'))
  })

  test('stay rows where fields are taken from them', () => {
    const body = `declare row app.invitations%rowtype; other text; begin row.token := 'x'; return null; end`
    expect(queriesOf(body)).toBeNull()
    expect(queriesOf(withPlainTypes(body))).toContainEqual(expect.stringContaining('row.token'))
  })

  test('leave what follows the declarations alone', () => {
    const body = `declare n int default 3; r record; begin for r in select * from t loop n := n + 1; end loop; end`
    expect(withPlainTypes(body)).toBe(body.replace('n int', 'n text'))
  })
})

import { expect, test } from 'vitest'
import { intentFor } from './intents.ts'

test('an owner that the name declares goes before a pattern that shares', () => {
  const declared = { 'public.*_lookup': { shared: true }, 'public.a_lookup': { owner: 'member' } } as const
  expect(intentFor(declared, 'public.a_lookup')).toStrictEqual({ owner: 'member' })
  expect(intentFor(declared, 'public.b_lookup')).toStrictEqual({ shared: true })
})

test('what the name shares has no owner by a pattern', () => {
  const declared = {
    'public.*': { owner: 'user_id', tenant: 'org_id', select: 'owner' },
    'public.countries': { shared: true },
  } as const
  expect(intentFor(declared, 'public.countries')).toStrictEqual({ select: 'owner', shared: true })
})

test('owner and tenant may be declared in different places', () => {
  const declared = { 'public.*': { tenant: 'org_id' }, 'public.tasks': { owner: 'assignee' } } as const
  expect(intentFor(declared, 'public.tasks')).toStrictEqual({ tenant: 'org_id', owner: 'assignee' })
})

test('what the name says of all writes goes before what a pattern says of one', () => {
  const declared = { 'public.*': { insert: 'nobody' }, 'public.notes': { write: 'owner' } } as const
  expect(intentFor(declared, 'public.notes')).toStrictEqual({
    insert: 'owner',
    update: 'owner',
    delete: 'owner',
  })
})

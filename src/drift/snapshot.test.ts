import { describe, expect, test } from 'vitest'
import type { Facets, ObjectKind, SchemaObject } from '../domain/drift.ts'
import { OWNER, SELF } from '../domain/drift.ts'
import { buildSnapshot } from './snapshot.ts'

const scope = {
  platformRoles: ['postgres', 'anon', 'supabase_admin'],
  apiRoles: ['anon'],
  platformExtensions: ['pgcrypto'],
  owner: 'postgres',
}

const object = (
  kind: ObjectKind,
  path: readonly string[],
  facets: Facets = {},
  relation: string | null = null,
): SchemaObject => ({ kind, path, relation, facets, extra: {} })

const build = (...objects: readonly SchemaObject[]): ReturnType<typeof buildSnapshot> =>
  buildSnapshot({ version: '17.1', major: 17, objects }, scope)

const table = (name: string, owner: string): SchemaObject =>
  object('table', ['public', name], { owner }, `public.${name}`)

describe('what of a database is the project’s', () => {
  test('is told without the name of whoever owns most of it', () => {
    const { owner, objects } = build(table('a', 'neon'), table('b', 'neon'), table('c', 'other'))
    expect(owner).toBe('neon')
    expect(objects.map(({ facets }) => facets['owner'])).toEqual([OWNER, OWNER, 'other'])
  })

  test('is not what the platform has, nor what its own roles hold', () => {
    const held = (who: string): SchemaObject => object('privilege', ['table', 'public', 'a', '', who])
    const { objects } = build(
      table('a', 'postgres'),
      held('anon'),
      held('supabase_admin'),
      held(SELF),
      object('extension', ['pgcrypto']),
      object('extension', ['citext']),
      object('default privilege', ['stranger', 'public', 'tables', 'anon']),
    )
    expect(objects.map(({ kind, path }) => `${kind} ${path.at(-1)}`)).toEqual([
      'table a',
      'privilege anon',
      `privilege ${SELF}`,
      'extension citext',
    ])
  })

  test('are the roles that a policy names, and those whose rights these have', () => {
    const role = (name: string): SchemaObject => object('role', [name])
    const { objects } = build(
      object('policy', ['public', 'a', 'p'], { roles: 'anon, "The Lead"' }),
      ...['The Lead', 'boss', 'stranger', 'anon'].map(role),
      object('membership', ['The Lead', 'boss']),
      object('membership', ['stranger', 'boss']),
    )
    expect(objects.slice(1).map(({ path }) => path.join(' in '))).toEqual([
      'The Lead',
      'boss',
      'anon',
      'The Lead in boss',
    ])
  })

  test('are the books of a migration tool where a caller may read them, and not else', () => {
    const books = table('_prisma_migrations', 'postgres')
    const key = object('constraint', ['public', '_prisma_migrations', 'k'], {}, 'public._prisma_migrations')
    const closed = build(books, key)
    expect(closed).toMatchObject({ objects: [], bookkeeping: ['public._prisma_migrations'] })
    const open = object(
      'privilege',
      ['table', 'public', '_prisma_migrations', '', 'anon'],
      {},
      'public._prisma_migrations',
    )
    expect(build(books, key, open)).toMatchObject({ objects: { length: 3 }, bookkeeping: [] })
  })
})

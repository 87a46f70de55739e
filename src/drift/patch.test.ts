import { expect, test } from 'vitest'
import type { Facets, ObjectKind, SchemaObject, Snapshot } from '../domain/drift.ts'
import { OWNER, SELF } from '../domain/drift.ts'
import { patchFor } from './patch.ts'

const object = (
  kind: ObjectKind,
  path: readonly string[],
  facets: Facets = {},
  extra: Facets = {},
): SchemaObject => ({
  kind,
  path,
  relation: path.slice(0, 2).join('.'),
  facets,
  extra,
})

const snapshot = (...objects: readonly SchemaObject[]): Snapshot => ({
  version: '17.0',
  major: 17,
  owner: 'somebody',
  objects,
  bookkeeping: [],
})

function patch(
  current: readonly SchemaObject[],
  wanted: readonly SchemaObject[],
  ownsRoles = true,
): readonly string[] {
  return patchFor({
    owner: 'post"gres',
    ownsRoles,
    major: 17,
    current: snapshot(...current),
    wanted: snapshot(...wanted),
  }).map(({ sql }) => sql)
}

test('a policy is dropped before it is made again, and names stay names', () => {
  const path = ['public', 'no"tes', 'a; drop table x']
  const own = object('policy', path, { command: 'select', kind: 'permissive', roles: 'public', using: 'a' })
  expect(patch([own], [{ ...own, facets: { ...own.facets, using: 'true' } }])).toEqual([
    'drop policy if exists "a; drop table x" on "public"."no""tes"',
    'create policy "a; drop table x" on "public"."no""tes" as permissive for select to public using (true)',
  ])
})

test('a new table comes with its columns, before what hangs on it, and belongs to whoever owns the rest', () => {
  const table = object('table', ['public', 'a'], { kind: 'table', owner: OWNER })
  const column = object(
    'column',
    ['public', 'a', 'id'],
    { type: 'integer', 'not null': 'not null' },
    { local: 'local' },
  )
  const key = object(
    'constraint',
    ['public', 'a', 'f'],
    { definition: 'FOREIGN KEY (id) REFERENCES public.b(id)' },
    { type: 'f' },
  )
  const index = object('unique index', ['public', 'a', 'i'], {
    definition: 'CREATE UNIQUE INDEX i ON public.a (id)',
  })
  expect(patch([], [index, key, column, table])).toEqual([
    'create table "public"."a" ("id" integer not null)',
    'alter table "public"."a" owner to "post""gres"',
    'alter table "public"."a" add constraint "f" FOREIGN KEY (id) REFERENCES public.b(id)',
    'CREATE UNIQUE INDEX i ON public.a (id)',
  ])
})

test('a privilege is taken away as a whole and given as stated, columns and grant options as well', () => {
  const of = (part: string, who: string, privileges: string): SchemaObject =>
    object('privilege', ['table', 'public', 'a', part, who], { privileges })
  const table = object('table', ['public', 'a'], { kind: 'table', owner: 'admin' })
  expect(
    patch(
      [table],
      [table, of('', 'anon', 'insert*, select'), of('x', SELF, 'update'), of('', 'public', 'select')],
    ),
  ).toEqual([
    'revoke all on "public"."a" from "anon" cascade; grant select on "public"."a" to "anon"; grant insert on "public"."a" to "anon" with grant option',
    'revoke all ("x") on "public"."a" from "admin" cascade; grant update ("x") on "public"."a" to "admin"',
    'revoke all on "public"."a" from public cascade; grant select on "public"."a" to public',
  ])
})

test('an enum grows in place, and is made anew where a label has gone', () => {
  const of = (labels: string): SchemaObject => object('enum', ['public', 'e'], { labels, owner: OWNER })
  expect(patch([of("'b', 'd'")], [of("'a', 'b', 'it''s', 'd'")]).slice(0, 2)).toEqual([
    `alter type "public"."e" add value 'a' before 'b'`,
    `alter type "public"."e" add value 'it''s' after 'b'`,
  ])
  expect(patch([of("'b', 'd'")], [of("'d'")]).slice(0, 2)).toEqual([
    'drop type if exists "public"."e" cascade',
    `create type "public"."e" as enum ('d')`,
  ])
})

test('roles of a server that is somebody else’s stay as they are', () => {
  const role = object('role', ['anon'], { inherits: 'inherit' })
  const bypassing = { ...role, facets: { ...role.facets, 'bypasses row security': 'bypassrls' } }
  expect(patch([role], [bypassing], false)).toEqual([])
  expect(patch([role], [bypassing])).toEqual(['alter role "anon" nosuperuser bypassrls inherit'])
})

test('nothing is to be done between two states that are alike', () => {
  const role = object('role', ['anon'])
  expect(patch([role], [role])).toEqual([])
})

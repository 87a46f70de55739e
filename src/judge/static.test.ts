import { describe, expect, test } from 'vitest'
import type { Catalog, Relation, RolePrivileges } from '../domain/catalog.ts'
import { samplePolicy, sampleRelation } from '../domain/sample-relation.ts'
import { blameFor, policyText } from './blame.ts'
import { isExposed, isMigrationTable, staticFinding } from './static.ts'

const catalog: Catalog = {
  schemas: [{ name: 'public', usableBy: ['anon', 'authenticated'], creatableBy: [] }],
  relations: [],
  routines: [],
  sequences: [],
  roles: [],
  tested: ['public'],
  apiRoles: ['anon', 'authenticated'],
}
const granted = (role: string, rest: Partial<RolePrivileges> = {}): RolePrivileges => ({
  role,
  relation: ['select'],
  columns: { select: [], insert: [], update: [] },
  ...rest,
})
const open = (rest: Partial<Relation> = {}): Relation =>
  sampleRelation('notes', ['id'], { privileges: [granted('anon')], ...rest })
const off = { enabled: false, forced: false }

describe('exposure', () => {
  test('takes a privilege, on the relation or on a column', () => {
    expect(isExposed(catalog, open())).toBe(true)
    const column = granted('anon', { relation: [], columns: { select: [], insert: [], update: ['id'] } })
    expect(isExposed(catalog, open({ privileges: [column] }))).toBe(true)
    expect(isExposed(catalog, open({ privileges: [granted('anon', { relation: ['truncate'] })] }))).toBe(
      false,
    )
  })

  test('is none to the service role, or in a schema that nobody can use', () => {
    expect(isExposed(catalog, open({ privileges: [granted('service_role')] }))).toBe(false)
    expect(isExposed(catalog, open({ schema: 'hidden' }))).toBe(false)
  })
})

describe('what the catalog alone says', () => {
  test.each<[string, Relation, string | null]>([
    ['row security off', open({ rowSecurity: off }), 'row-security-off'],
    [
      'policies without row security',
      open({ rowSecurity: off, policies: [samplePolicy('own')] }),
      'policy-without-row-security',
    ],
    ['row security without policies', open(), 'no-policy'],
    ['row security with policies', open({ policies: [samplePolicy('own')] }), null],
    ['a table that is not exposed', open({ rowSecurity: off, privileges: [] }), null],
    ['a view', open({ kind: 'view', rowSecurity: off }), null],
    [
      'a history of migrations',
      open({ name: '_prisma_migrations', rowSecurity: off }),
      'migration-table-exposed',
    ],
    ['a protected history of migrations', open({ name: '_prisma_migrations' }), null],
  ])('%s', (_, relation, code) => {
    expect(staticFinding(catalog, relation)).toBe(code)
  })

  test('a view is no history of migrations, whatever its name', () => {
    expect(isMigrationTable(open({ name: 'schema_migrations', kind: 'view' }))).toBe(false)
  })
})

describe('blame', () => {
  const own = samplePolicy('own', { roles: ['authenticated'], using: '(user_id = 1)' })
  const relation = open({ policies: [own, samplePolicy('guard', { permissive: false })] })
  const place = { objectType: 'policy', identity: 'own on public.notes', file: 'a.sql', line: 3 }

  test('names the permissive policies of the command, and where they were last defined', () => {
    const places = [{ ...place, line: 1 }, place]
    expect(blameFor(catalog, relation, relation, 'select', 'foreign', places)).toEqual([
      {
        policy: 'own',
        statement: '"own" for all to authenticated using (user_id = 1)',
        file: 'a.sql',
        line: 3,
      },
    ])
    expect(blameFor(catalog, relation, relation, 'select', 'anon', places)).toEqual([])
  })

  test('names the lack of row security, or the view that walks around it', () => {
    const bare = open({ rowSecurity: off })
    expect(blameFor(catalog, bare, bare, 'select', 'anon', [])[0]?.statement).toContain('row security is off')
    const stored = open({ kind: 'materialized' })
    expect(blameFor(catalog, stored, relation, 'select', 'anon', [])[0]?.statement).toContain(
      'no row security',
    )
  })

  test('prints a policy as it is written', () => {
    const policy = samplePolicy('a "b"', {
      permissive: false,
      command: 'update',
      using: '(x)',
      withCheck: 'true',
    })
    expect(policyText(policy)).toBe('"a "b"" restrictive for update to public using (x) with check (true)')
  })
})

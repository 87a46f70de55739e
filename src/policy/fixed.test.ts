import { beforeAll, describe, expect, test } from 'vitest'
import type { Catalog, Relation, Routine } from '../domain/catalog.ts'
import { sampleCheck, sampleColumn, samplePolicy, sampleRelation } from '../domain/sample-relation.ts'
import { sampleArgument, sampleRoutine } from '../domain/sample-routine.ts'
import { loadParser } from '../sql/parse.ts'
import { fixedConditions } from './fixed.ts'
import { policyReading } from './reading.ts'

beforeAll(loadParser)

const members = sampleRelation('members', [
  sampleColumn('id', { notNull: true }),
  sampleColumn('org_id', { notNull: true }),
  'user_id',
  sampleColumn('role', { baseType: 'app_role', labels: ['admin', 'member'], notNull: true }),
])

const notes = sampleRelation(
  'notes',
  [
    sampleColumn('id', { notNull: true }),
    'org_id',
    'user_id',
    'status',
    sampleColumn('kind', { baseType: 'app_kind', labels: ['a', 'b'] }),
    sampleColumn('n', { baseType: 'int4' }),
    'shape',
  ],
  {
    checks: [
      sampleCheck(['status'], "(status = ANY (ARRAY['draft'::text, 'live'::text]))"),
      sampleCheck(['shape'], "((shape = 'round'::text) OR (shape ~~ 'x%'::text))"),
    ],
  },
)

function found(using: string, routines: readonly Routine[] = []): readonly string[] {
  const relation: Relation = { ...notes, policies: [samplePolicy('p', { using })] }
  const catalog: Catalog = {
    schemas: [],
    relations: [relation, members],
    routines,
    sequences: [],
    roles: [],
    tested: ['public'],
    apiRoles: ['authenticated'],
  }
  const all = fixedConditions(catalog, policyReading(catalog, ['auth'])).get(relation.oid) ?? []
  return all.map(({ kind, text, routine }) => `${kind}: ${text}${routine === null ? '' : ` in ${routine}`}`)
}

describe('what never fails', () => {
  test.each([
    '(org_id = org_id)',
    '(EXISTS ( SELECT 1 FROM public.members m WHERE ((m.user_id = auth.uid()) AND (m.org_id = m.org_id))))',
    '(org_id = ANY (ARRAY[user_id, org_id]))',
    '(NOT (org_id IS DISTINCT FROM org_id))',
    '(id IS NOT NULL)',
    '(n >= n)',
    '((n + 1) = (n + 1))',
    '(1 = 1)',
    "(EXISTS ( SELECT 1 FROM public.members m WHERE (m.role = ANY (ARRAY['admin'::app_role, 'member'::app_role]))))",
    "(NOT (status = 'archived'::text))",
    '((user_id = auth.uid()) OR (NOT (user_id = auth.uid())))',
  ])('%s', (using) => {
    const all = found(using)
    expect(all).toHaveLength(1)
    expect(all[0]).toMatch(/^(tautology|contradiction: (status|org_id IS DISTINCT))/)
  })
})

describe('what never holds', () => {
  test.each([
    "(status = 'archived'::text)",
    "((status)::text = ANY (ARRAY['new'::text, 'old'::text]))",
    "((kind)::text = 'c'::text)",
    "('c'::text = (kind)::text)",
    '(id IS NULL)',
    '(org_id <> org_id)',
    '(user_id = NULL::uuid)',
    '(1 > 2)',
    "(('a'::text = 'b'::text) OR (user_id = auth.uid()))",
    '((user_id = auth.uid()) AND (NOT (user_id = auth.uid())))',
  ])('%s', (using) => {
    const all = found(using)
    expect(all).toHaveLength(1)
    expect(all[0]).toMatch(/^contradiction/)
  })
})

describe('what may come out both ways', () => {
  test.each([
    'true',
    'false',
    '(org_id IS NOT NULL)',
    "(status = 'live'::text)",
    // NULL is left
    "(status = ANY (ARRAY['draft'::text, 'live'::text]))",
    "(kind = ANY (ARRAY['a'::app_kind, 'b'::app_kind]))",
    // the CHECK allows more than it lists
    "(shape = 'square'::text)",
    "(lower(status) = 'archived'::text)",
    "(auth.role() = 'authenticated'::text)",
    '(random() = random())',
    '(EXISTS ( SELECT 1 FROM public.members m WHERE (m.org_id = notes.org_id)))',
    '(EXISTS ( SELECT 1 FROM public.members a, public.members b WHERE (a.org_id = b.org_id)))',
    // beside an outer join a NOT NULL column may be missing
    '(EXISTS ( SELECT 1 FROM (public.notes n LEFT JOIN public.members m ON ((m.org_id = n.org_id))) WHERE (m.id IS NULL)))',
    "('2026-01-01'::date = '2026-1-1'::date)",
    '(n = ANY (ARRAY[1, 2]))',
  ])('%s', (using) => {
    expect(found(using)).toEqual([])
  })
})

describe('inside of functions', () => {
  const helper = (body: string, name: string, rest: Partial<Routine> = {}): Routine =>
    sampleRoutine(body, [sampleArgument(name)], { name: 'helper', returns: 'boolean', ...rest })

  test('an argument that is called like a column is hidden by it', () => {
    const routine = helper('select exists (select 1 from members where org_id = org_id)', 'org_id')
    expect(found('public.helper(org_id)', [routine])).toEqual([
      'tautology: org_id = org_id in public.f(uuid)',
    ])
  })

  test('what an argument decides is no mistake', () => {
    const routine = helper(
      "select o is null or o = 'a' or exists (select 1 from members where org_id = o and members.user_id = helper.o)",
      'o',
    )
    expect(found("public.helper('a'::text)", [routine])).toEqual([])
    expect(found('public.helper(id)', [routine])).toEqual([])
  })

  test('in PL/pgSQL such a name is refused by the server, and none of ours to judge', () => {
    const body = 'begin return exists (select 1 from members where org_id = org_id); end'
    expect(found('public.helper(org_id)', [helper(body, 'org_id', { language: 'plpgsql' })])).toEqual([])
  })

  test('columns of what FROM makes up are not known', () => {
    for (const name of ['m', 'members']) {
      const body = `select exists (with ${name} as (select null as id) select 1 from ${name} where id is null)`
      expect(found('public.helper(org_id)', [helper(body, 'o')])).toEqual([])
    }
  })
})

test('policies that no caller meets are left aside', () => {
  const relation = sampleRelation('t', ['a'], {
    policies: [samplePolicy('p', { using: '(a = a)', roles: ['service_role'] })],
  })
  const catalog: Catalog = {
    schemas: [],
    relations: [relation],
    routines: [],
    sequences: [],
    roles: [],
    tested: ['public'],
    apiRoles: ['authenticated'],
  }
  expect(fixedConditions(catalog, policyReading(catalog, [])).get(relation.oid)).toEqual([])
})

import { beforeAll, describe, expect, test } from 'vitest'
import type { Catalog, Policy, Relation, Role, Routine } from '../domain/catalog.ts'
import { sampleKey, samplePolicy, sampleRelation } from '../domain/sample-relation.ts'
import { sampleArgument, sampleRoutine } from '../domain/sample-routine.ts'
import { loadParser } from '../sql/parse.ts'
import { expandPredicate } from './predicate.ts'
import type { Predicate } from './predicate.ts'
import { policyReading } from './reading.ts'
import { atomsOf } from './tree.ts'
import type { Atom } from './tree.ts'
import { conditionText } from './write.ts'

beforeAll(loadParser)

const role = (name: string, rest: Partial<Role> = {}): Role => ({
  name,
  superuser: false,
  bypassRowSecurity: false,
  login: false,
  inherits: [],
  becomes: [],
  ...rest,
})

const ROLES = [
  role('authenticated', { inherits: ['staff'] }),
  role('service_role', { bypassRowSecurity: true }),
  role('postgres', { bypassRowSecurity: true }),
  role('limited'),
]

const members = sampleRelation('members', ['org_id', 'user_id', 'role'], {
  policies: [samplePolicy('own', { command: 'select', using: '(user_id = auth.uid())' })],
  keys: [sampleKey(['org_id', 'user_id'], { primary: true })],
})
const profiles = sampleRelation('profiles', ['id', 'org_id', 'role'], {
  rowSecurity: { enabled: false, forced: false },
  keys: [sampleKey(['id'], { primary: true })],
})

const notesWith = (...policies: Policy[]): Relation =>
  sampleRelation('notes', ['id', 'org_id', 'user_id', 'title'], { policies })

function catalogOf(relations: readonly Relation[], routines: readonly Routine[] = []): Catalog {
  return {
    schemas: [],
    relations,
    routines: routines.map((routine, at) => ({ ...routine, oid: at + 1 })),
    sequences: [],
    roles: ROLES,
    tested: ['public'],
    apiRoles: ['authenticated'],
  }
}

function expanded(using: string, routines: readonly Routine[] = [], caller = 'authenticated'): Predicate {
  const notes = notesWith(samplePolicy('p', { using }))
  const catalog = catalogOf([notes, members, profiles], routines)
  return expandPredicate(
    catalog,
    notes,
    'select',
    'using',
    caller,
    policyReading(catalog, ['auth', 'storage']),
  )
}

const atoms = (using: string, routines: readonly Routine[] = []): readonly Atom[] =>
  expanded(using, routines).permissive.flatMap(({ tree }) => atomsOf(tree))

const text = (using: string, routines: readonly Routine[] = []): string | null | undefined =>
  expanded(using, routines).permissive.map(({ tree }) => conditionText(tree))[0]

const helper = (body: string, rest: Partial<Routine> = {}, ...given: Routine['arguments']): Routine =>
  sampleRoutine(body, given, { name: 'helper', returns: 'boolean', ...rest })

const IN_MEMBERS = 'exists (select 1 from "public"."members" "s1" where'

describe('which policies are asked', () => {
  const using = samplePolicy('a', { using: 'a1', roles: ['staff'] })
  const check = samplePolicy('b', { command: 'update', using: 'b1', withCheck: 'b2', permissive: false })
  const other = samplePolicy('c', { using: 'c1', roles: ['somebody'] })
  const relation = sampleRelation('t', ['a1', 'b1', 'b2', 'c1'], { policies: [using, check, other] })
  const catalog = catalogOf([relation])
  const reading = policyReading(catalog, [])
  const ask = (side: 'using' | 'check', caller = 'authenticated') => {
    const { permissive, restrictive } = expandPredicate(catalog, relation, 'update', side, caller, reading)
    return [permissive, restrictive].map((list) =>
      list.map(({ policy, tree }) => `${policy}: ${conditionText(tree)}`),
    )
  }

  test('those of the role, of roles that it inherits from and of everybody', () => {
    expect(ask('using')).toEqual([['a: (r0.a1)'], ['b: (r0.b1)']])
  })

  test('USING stands in for WITH CHECK', () => {
    expect(ask('check')).toEqual([['a: (r0.a1)'], ['b: (r0.b2)']])
  })

  test('who bypasses row security meets none', () => {
    expect(ask('using', 'service_role')).toEqual([[': (true)'], []])
  })

  test('the same question has the same answer', () => {
    const once = expandPredicate(catalog, relation, 'update', 'using', 'authenticated', reading)
    expect(expandPredicate(catalog, relation, 'update', 'using', 'authenticated', reading)).toBe(once)
  })
})

describe('subqueries', () => {
  test('policies of what is looked into hold as well', () => {
    expect(
      text('(EXISTS ( SELECT 1 FROM public.members m WHERE ((m.org_id = notes.org_id) AND (m.role = 1))))'),
    ).toBe(`${IN_MEMBERS} ((s1.org_id = r0.org_id) and (s1.role = 1) and (s1.user_id = auth.uid())))`)
  })

  test.each([
    ['(org_id IN ( SELECT members.org_id FROM public.members))', '(r0.org_id = s1.org_id)'],
    ['(org_id = ANY (ARRAY( SELECT members.org_id FROM public.members)))', '(r0.org_id = s1.org_id)'],
    ['(( SELECT members.org_id FROM public.members) = org_id)', '(s1.org_id = r0.org_id)'],
    ['(( SELECT count(*) FROM public.members) > 0)', null],
    ['(( SELECT bool_or(members.role) FROM public.members))', '(s1.role)'],
    ["(lower(( SELECT members.role FROM public.members)) = 'a')", "(lower(s1.role) = 'a')"],
  ])('%s', (using, condition) => {
    const parts = [condition, '(s1.user_id = auth.uid())'].filter((part) => part !== null)
    const where = parts.length === 1 ? parts[0] : `(${parts.join(' and ')})`
    expect(text(using)).toBe(`${IN_MEMBERS} ${where})`)
  })

  test('what is false where nothing is found is told from what is unknown there', () => {
    expect(text("(NOT (( SELECT profiles.role FROM public.profiles WHERE profiles.id = 1) = 'a'))")).toBe(
      `exists (select 1 from "public"."profiles" "s1" where ((s1.id = 1) and (not (s1.role = 'a'))))`,
    )
    expect(text('(NOT (org_id IN ( SELECT profiles.org_id FROM public.profiles)))')).toBe(
      `(not exists (select 1 from "public"."profiles" "s1" where (not ((not (r0.org_id = s1.org_id)) is true))))`,
    )
  })

  test('the same rows have one name wherever they are looked for', () => {
    expect(
      text(
        '((( SELECT profiles.role FROM public.profiles WHERE (profiles.id = notes.id)) = 1) OR (( SELECT p.role FROM public.profiles p WHERE (p.id = notes.id)) = 2))',
      ),
    ).toMatch(/"s1".*"s1"/)
  })

  test.each([
    ['an outer join', '(EXISTS ( SELECT 1 FROM (public.members m LEFT JOIN public.profiles p ON (true))))'],
    [
      'a set operation',
      '(org_id IN ( SELECT members.org_id FROM public.members UNION SELECT profiles.org_id FROM public.profiles))',
    ],
    ['WITH', '(EXISTS ( WITH a AS (SELECT 1) SELECT 1 FROM a WHERE (notes.id = 1)))'],
    [
      'an aggregate',
      '(( SELECT sum(members.role) FROM public.members WHERE (members.org_id = notes.org_id)) > 5)',
    ],
    [
      'an aggregate',
      '(( SELECT bit_or(length(members.role)) FROM public.members WHERE (members.org_id = notes.org_id)) > 5)',
    ],
    [
      'an aggregate',
      "(( SELECT string_agg(members.role, ','::text) FROM public.members WHERE (members.org_id = notes.org_id)) = 'a,b'::text)",
    ],
    ['LIMIT', '(org_id IN ( SELECT members.org_id FROM public.members LIMIT 1))'],
  ])('%s is not looked into, and columns of the row have its name', (why, using) => {
    const [atom] = atoms(using)
    expect(atom).toMatchObject({ opaque: why })
    expect(atom?.text ?? '').not.toMatch(/notes\./)
    expect(atom?.text).not.toBeNull()
  })
})

describe('functions', () => {
  test('of SQL stand there with what they are given', () => {
    const body = 'select exists (select 1 from members where org_id = o and role = $2)'
    const given = [
      sampleArgument('o'),
      sampleArgument(null, { type: 'text', hasDefault: true, default: "'admin'::text" }),
    ]
    expect(text('public.helper(org_id)', [helper(body, {}, ...given)])).toBe(
      `${IN_MEMBERS} ((s1.org_id = r0.org_id) and (s1.role = 'admin'::text)))`,
    )
  })

  test('of their caller read under the policies of the caller', () => {
    const body = 'select exists (select 1 from members)'
    expect(text('public.helper()', [helper(body, { securityDefiner: false })])).toBe(
      `${IN_MEMBERS} (s1.user_id = auth.uid()))`,
    )
    expect(atoms('public.helper()', [helper(body)])[0]?.search).toMatchObject({ definer: true })
    expect(text('public.helper()', [helper(body, { owner: 'limited' })])).toMatch(/user_id = auth\.uid/)
  })

  test.each([
    [
      'begin if o is null then return false; end if; return exists (select 1 from members where org_id = o); end',
      'or',
    ],
    [
      "declare v text; begin select role into v from profiles where id = o; if v = 'a' then return true; end if; return false; end",
      "s1.role = 'a'",
    ],
    [
      "declare r record; begin select * into r from profiles where id = o; return r.role = 'b'; end",
      "s1.role = 'b'",
    ],
    ['begin perform 1 from profiles where id = o; return found; end', 's1.id = r0.org_id'],
  ])('of PL/pgSQL are one expression: %s', (body, part) => {
    const given = sampleArgument('o')
    const routine = helper(body, { language: 'plpgsql' }, given)
    expect(atoms('public.helper(org_id)', [routine]).filter(({ opaque }) => opaque !== undefined)).toEqual([])
    expect(text('public.helper(org_id)', [routine])).toContain(part)
  })

  test('who fails lets nobody through', () => {
    const body = "begin if title <> 'x' then raise exception 'no'; end if; return true; end"
    expect(
      text('public.helper(title)', [helper(body, { language: 'plpgsql' }, sampleArgument('title'))]),
    ).toBe("((((r0.title <> 'x') is true) and (NULL)) or ((not ((r0.title <> 'x') is true)) and (true)))")
  })

  test.each([
    ['begin for i in 1..3 loop null; end loop; return true; end', 'has a loop'],
    ["begin execute 'select 1'; return true; end", 'makes SQL as it runs'],
    ['begin return true; exception when others then return false; end', 'catches exceptions'],
    [
      'declare v text; begin select role into v from members; return v is null; end',
      'takes the first of several rows',
    ],
  ])('that cannot be read stay calls, with hints: %s', (body, why) => {
    const [atom] = atoms('public.helper(org_id)', [
      helper(body, { language: 'plpgsql' }, sampleArgument('o')),
    ])
    expect(atom).toMatchObject({ text: 'public.helper(r0.org_id)', opaque: `public.helper: ${why}` })
  })

  test('hints have the arguments in their place', () => {
    const body =
      'begin return exists (select 1 from members where org_id = o); exception when others then return false; end'
    const [atom] = atoms('public.helper(org_id)', [
      helper(body, { language: 'plpgsql' }, sampleArgument('o')),
    ])
    expect(atom?.hints?.map(({ condition }) => conditionText(condition))).toEqual(['(s1.org_id = r0.org_id)'])
  })

  test('that call themselves come to an end', () => {
    expect(atoms('public.helper()', [helper('select public.helper()')])[0]).toMatchObject({
      opaque: 'public.helper: public.helper: calls itself',
    })
  })

  test('are looked for where their search_path says', () => {
    const there = sampleRelation('members', ['x'], {
      schema: 'private',
      qualified: 'private.members',
      oid: 4711,
    })
    const notes = notesWith(samplePolicy('p', { using: 'public.helper()' }))
    const routine = helper('select exists (select 1 from members)', { searchPath: 'private, public' })
    const catalog = catalogOf([notes, members, there], [routine])
    const { permissive } = expandPredicate(
      catalog,
      notes,
      'select',
      'using',
      'authenticated',
      policyReading(catalog, []),
    )
    expect(conditionText(permissive[0]?.tree ?? { kind: 'or', parts: [] })).toContain('"private"."members"')
  })

  test('that return rows are searched', () => {
    const routine = helper('select org_id from members where user_id = auth.uid()', {
      returns: 'uuid',
      returnsSet: true,
    })
    const condition = `${IN_MEMBERS} ((s1.user_id = auth.uid()) and (r0.org_id = s1.org_id)))`
    expect(text('(org_id IN ( SELECT public.helper() AS helper))', [routine])).toBe(condition)
    expect(text('(org_id = ANY (ARRAY( SELECT public.helper() AS helper)))', [routine])).toBe(condition)
    expect(text('(EXISTS ( SELECT 1 FROM public.helper() h(o) WHERE (h.o = notes.org_id)))', [routine])).toBe(
      `${IN_MEMBERS} ((s1.user_id = auth.uid()) and (s1.org_id = r0.org_id)))`,
    )
  })

  test('of the platform are asked as they are', () => {
    expect(atoms('(user_id = auth.uid())')[0]).toMatchObject({
      form: 'comparison',
      text: 'r0.user_id = auth.uid()',
    })
  })

  test('of an owner know the owner as the current user', () => {
    expect(text('public.helper()', [helper("select current_user = 'x'")])).toBe(
      "(CAST('postgres' AS name) = 'x')",
    )
  })
})

test('a view is its query over tables', () => {
  const view = sampleRelation('my_orgs', ['org'], {
    kind: 'view',
    view: {
      definition: 'SELECT m.org_id FROM public.members m WHERE (m.role = 1);',
      securityInvoker: false,
      securityBarrier: false,
      checkOption: 'none',
      insertable: false,
      updatable: false,
      deletable: false,
      reads: [],
      base: null,
    },
  })
  const notes = notesWith(
    samplePolicy('p', { using: '(org_id IN ( SELECT my_orgs.org FROM public.my_orgs))' }),
  )
  const catalog = catalogOf([notes, members, view])
  const { permissive } = expandPredicate(
    catalog,
    notes,
    'select',
    'using',
    'authenticated',
    policyReading(catalog, []),
  )
  expect(conditionText(permissive[0]?.tree ?? { kind: 'or', parts: [] })).toBe(
    `${IN_MEMBERS} ((s1.role = 1) and (r0.org_id = s1.org_id)))`,
  )
})

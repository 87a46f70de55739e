import { expect, test } from 'vitest'
import type { Trait } from '../domain/trait.ts'
import { affectedBy } from './affected.ts'

const trait = (name: string, aspect: string, text = '', more: Partial<Trait> = {}): Trait => ({
  kind: 'relation',
  name,
  access: /^policy |^privileges|^row security/.test(aspect),
  aspect,
  target: null,
  text,
  ...more,
})
const key = (name: string, target: string, text = ''): Trait =>
  trait(name, `foreign key to ${target}`, `FOREIGN KEY (x) REFERENCES ${target}(id)${text}`, { target })
const routine = (name: string, body: string, language = 'sql'): Trait =>
  trait(name, 'definition', JSON.stringify(['f', language, body]), { kind: 'function' })

const TABLES = ['orgs', 'members', 'projects', 'tasks', 'notes'].map((name) =>
  trait(`public.${name}`, 'kind', '["r"]'),
)
const BASE: readonly Trait[] = [
  ...TABLES,
  key('public.members', 'public.orgs', ' ON DELETE CASCADE'),
  key('public.projects', 'public.orgs', ' ON DELETE CASCADE'),
  key('public.tasks', 'public.projects', ' ON DELETE CASCADE'),
  routine('public.is_member(uuid)', 'select true from members where org = $1'),
  trait('public.projects', 'policy own', '["*", true, "public.is_member(org)"]'),
  trait('public.tasks', 'policy own', '["*", true, "exists (select from public.projects p)"]'),
  trait('public.notes', 'policy own', '["*", true, "user_id = auth.uid()"]'),
]

function names(
  changed: readonly Trait[],
  base = BASE,
  cast: readonly string[] = [],
): readonly string[] | string {
  const same = (a: Trait, b: Trait): boolean =>
    a.kind === b.kind && a.name === b.name && a.aspect === b.aspect
  const after = [...base.filter((one) => !changed.some((other) => same(one, other))), ...changed]
  const affected = affectedBy({ traits: base, cast }, { traits: after, cast })
  if (affected.kind === 'all') return affected.reason
  return [...affected.reasons.keys()].map((thing) => thing.slice(thing.indexOf('.') + 1)).sort()
}

test('nothing that differs affects nothing', () => {
  expect(names([])).toEqual([])
})

test('a policy concerns its relation, what looks into that, and what it looks into', () => {
  expect(names([trait('public.notes', 'policy own', '["*", true, "true"]')])).toEqual(['notes'])
  expect(names([trait('public.projects', 'policy own', '["*", true, "true"]')])).toEqual(
    // the helper and the members that it asks might open what they are asked for
    ['is_member(uuid)', 'members', 'projects', 'tasks'],
  )
})

test('a column concerns what refers to the relation, and what it refers to', () => {
  expect(names([trait('public.tasks', 'column body', '["text"]')])).toEqual(
    expect.arrayContaining(['orgs', 'projects', 'tasks']),
  )
  expect(names([trait('public.tasks', 'column body', '["text"]')])).not.toContain('notes')
  expect(names([trait('public.orgs', 'column name', '["text"]')])).not.toContain('notes')
})

test('a helper concerns whatever calls it, however it is called', () => {
  expect(names([routine('public.is_member(uuid)', 'select true')])).toEqual(
    expect.arrayContaining(['is_member(uuid)', 'projects', 'tasks']),
  )
})

test('a privilege of a parent is nothing to the rows below it', () => {
  expect(names([trait('public.orgs', 'privileges', 'anon=r/postgres')])).toEqual(['orgs'])
})

test('where owners are bound by policies, rows below follow them', () => {
  const forced = [...BASE, trait('public.notes', 'row security', '[true, true]')]
  expect(names([trait('public.orgs', 'privileges', 'anon=r/postgres')], forced)).toEqual(
    expect.arrayContaining(['members', 'orgs', 'projects']),
  )
})

test('a function that builds its statements may read anything', () => {
  const base = [...BASE, routine('public.any(text)', 'begin execute $1; end', 'plpgsql')]
  expect(names([trait('public.notes', 'policy own', '["*", true, "true"]')], base)).toEqual([
    'any(text)',
    'notes',
  ])
  expect(names([trait('public.notes', 'policy own', '["*", true, "public.any(body)"]')], base)).toBe(
    'what changed finds out what it reads while it runs',
  )
})

test('what a trigger writes depends on whose trigger it is', () => {
  const base = [
    ...BASE,
    routine('public.log()', 'begin insert into notes values (1); end', 'plpgsql'),
    trait(
      'public.tasks',
      'trigger log',
      'CREATE TRIGGER log AFTER INSERT ON public.tasks EXECUTE FUNCTION public.log()',
    ),
  ]
  expect(names([trait('public.tasks', 'column body', '["text"]')], base)).toContain('notes')
})

test('roles, and relations that say who is who, concern everything', () => {
  const role = trait('role anon', 'definition', '[true]', { kind: 'global' })
  expect(names([role])).toBe('role anon: definition changed')
  expect(names([trait('public.members', 'column role', '["text"]')], BASE, ['public.members'])).toBe(
    'public.members says who is who, and its column role is new',
  )
  expect(names([trait('public.members', 'policy own', '["*"]')], BASE, ['public.members'])).toEqual(
    expect.arrayContaining(['members']),
  )
})

test('the reason says what changed and where', () => {
  const after = BASE.map((one) =>
    one.name === 'public.projects' && one.aspect === 'policy own'
      ? { ...one, text: '["*", true, "true"]' }
      : one,
  )
  const affected = affectedBy({ traits: BASE, cast: [] }, { traits: after, cast: [] })
  expect(affected.kind === 'some' && Object.fromEntries(affected.reasons)).toMatchObject({
    'relation public.projects': 'its policy own changed',
    'relation public.tasks': 'mentions public.projects: its policy own changed',
  })
})

test('names that must be quoted are found as well', () => {
  const base = [
    trait('public.Chat Message', 'kind', '["r"]'),
    trait(
      'public.tasks',
      'policy own',
      JSON.stringify(['*', 'exists (select from public."Chat Message" m)']),
    ),
    trait('public.tasks', 'kind', '["r"]'),
    routine('public.f()', 'select from "Chat Message"'),
  ]
  expect(names([trait('public.Chat Message', 'policy x', '["*"]')], base)).toEqual([
    'Chat Message',
    'f()',
    'tasks',
  ])
})

test('a name at the beginning of a line is a name', () => {
  const base = [...TABLES, routine('public.f()', 'select 1\nfrom\nnotes')]
  expect(names([trait('public.notes', 'policy x', '["*"]')], base)).toEqual(['f()', 'notes'])
})

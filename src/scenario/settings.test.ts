import { beforeAll, describe, expect, test } from 'vitest'
import { sampleCheck, sampleColumn, sampleRelation } from '../domain/sample-relation.ts'
import { readCondition } from '../policy/read.ts'
import { atomsOf } from '../policy/tree.ts'
import { loadParser } from '../sql/parse.ts'
import type { Actor } from '../domain/population.ts'
import type { Draft, Slot } from './draft.ts'
import { slotKey, withSlot } from './draft.ts'
import { settingsFor } from './settings.ts'

beforeAll(loadParser)

const posts = sampleRelation(
  'posts',
  [
    sampleColumn('id', { baseType: 'uuid', type: 'uuid', notNull: true }),
    sampleColumn('owner_id', { baseType: 'uuid', type: 'uuid' }),
    sampleColumn('status', { notNull: true }),
    sampleColumn('email'),
    sampleColumn('meta', { baseType: 'jsonb', type: 'jsonb' }),
    sampleColumn('amount', { baseType: 'numeric', type: 'numeric' }),
    sampleColumn('tags', { array: true, type: 'text[]' }),
    sampleColumn('created_at', { baseType: 'timestamptz', type: 'timestamp with time zone' }),
    sampleColumn('name'),
    sampleColumn('listed', { baseType: 'bool', type: 'boolean' }),
  ],
  { checks: [sampleCheck(['status'], "(status = ANY (ARRAY['draft'::text, 'published'::text]))")] },
)
const members = sampleRelation('members', [
  sampleColumn('post_id', { baseType: 'uuid', type: 'uuid' }),
  sampleColumn('user_id', { baseType: 'uuid', type: 'uuid' }),
  sampleColumn('role', { labels: ['reader', 'editor'], baseType: 'role' }),
])

const actor: Actor = {
  name: 'mallory',
  role: 'authenticated',
  login: 'authenticator',
  user: 'u1',
  tenants: [],
  claims: { sub: 'u1', app_metadata: {} },
  settings: {},
  purpose: 'judged',
}

const draft: Draft = {
  rows: new Map([
    ['r0', { relation: posts, values: { id: 'p1', status: 'draft' }, standing: null }],
    ['s1', { relation: members, values: { post_id: 'p9', user_id: 'u9' }, standing: null }],
  ]),
  actor,
  locked: new Set(),
}

const meanings = { routines: new Map(), identity: { userSettings: [] } }

function settings(text: string, wanted = true, from: Draft = draft): readonly string[] {
  const tree = readCondition(text)
  const [atom] = tree ? atomsOf(tree) : []
  if (!atom) throw new Error(`no atom in ${text}`)
  return settingsFor({ atom, wanted }, from, meanings).map(
    ({ slot, value }) => `${slotKey(slot)} := ${value}`,
  )
}

describe('what makes a condition hold', () => {
  test.each([
    ['r0.owner_id = auth.uid()', 'r0.owner_id := auth.uid()'],
    ['s1.post_id = r0.id', 's1.post_id := r0.id'],
    ["r0.status = 'published'::text", "r0.status := 'published'::text"],
    [
      "lower(r0.email) = lower(auth.jwt() ->> 'email'::text)",
      "r0.email := lower(auth.jwt() ->> 'email'::text)",
    ],
    ['r0.listed', 'r0.listed := true'],
    [
      "r0.created_at < (now() - '1 year'::interval)",
      "r0.created_at := (now() - '1 year'::interval) - interval '2 days'",
    ],
    ['r0.amount > 1000', 'r0.amount := (1000)::numeric + 1'],
    ["r0.name ~~ 'public/%'::text", "r0.name := 'public/x'"],
    ["'public'::text = ANY (r0.tags)", "r0.tags := array['public'::text]"],
    ["r0.tags && ARRAY['shared'::text]", "r0.tags := ARRAY['shared'::text]"],
    [
      "((auth.jwt() -> 'app_metadata'::text) ->> 'org'::text) = r0.name",
      "r0.name := (auth.jwt() -> 'app_metadata'::text) ->> 'org'::text",
    ],
    [
      "((auth.jwt() -> 'app_metadata'::text) ->> 'role'::text) = 'admin'::text",
      "claim app_metadata.role := 'admin'::text",
    ],
    [
      "split_part(r0.email, '@'::text, 2) = split_part((auth.jwt() ->> 'email'::text), '@'::text, 2)",
      "r0.email := repeat('x@', 1) || (split_part(auth.jwt() ->> 'email'::text, '@'::text, 2))::text",
    ],
    [
      '(storage.foldername(r0.name))[1] = (auth.uid())::text',
      "r0.name := repeat('x/', 0) || ((auth.uid())::text)::text || '/file.txt'",
    ],
    ['r0.owner_id IS NULL', 'r0.owner_id := null'],
  ])('%s', (text, expected) => {
    expect(settings(text)[0]).toBe(expected)
  })

  test('a JSON path keeps what else the document holds', () => {
    expect(settings("(r0.meta ->> 'mode'::text) = 'link'::text")[0]).toMatch(
      /^r0\.meta := \(case when .* end \|\| jsonb_build_object\('mode'::text, to_jsonb\(\('link'::text\)::text\)\)\)$/,
    )
  })

  test('each element of a list is tried, the one that is asked for first', () => {
    const tree = readCondition("s1.role = ANY (ARRAY['reader'::role, 'editor'::role])")
    const [atom] = tree ? atomsOf(tree) : []
    if (!atom) throw new Error('no atom')
    const found = settingsFor({ atom, wanted: true, element: 1 }, draft, meanings)
    expect(found.map(({ value }) => value)).toEqual(["CAST('editor' AS role)", "CAST('reader' AS role)"])
  })
})

describe('what makes a condition not hold', () => {
  test('another label, where the column has a list of them', () => {
    expect(settings("r0.status = 'draft'::text", false)).toContain(
      "r0.status := nullif('published'::text, ('draft'::text)::text)",
    )
  })

  test('who asks stays who it is', () => {
    expect(settings('auth.uid() IS NOT NULL', false)).toEqual([])
    expect(settings("(auth.jwt() ->> 'sub'::text) = 'x'::text")).toEqual([])
  })
})

describe('setting a slot', () => {
  const slot: Slot = { kind: 'column', alias: 's1', column: 'user_id' }
  const nothing = () => []

  test('what was decided stays', () => {
    const once = withSlot(draft, slot, 'u1', nothing)
    expect(once && withSlot(once, slot, 'u2', nothing)).toBeNull()
    expect((once && withSlot(once, slot, 'u1', nothing))?.rows).toEqual(once?.rows)
  })

  test('a column that must be filled is not emptied, and an enum holds its labels alone', () => {
    expect(withSlot(draft, { kind: 'column', alias: 'r0', column: 'status' }, null, nothing)).toBeNull()
    expect(withSlot(draft, { kind: 'column', alias: 's1', column: 'role' }, 'owner', nothing)).toBeNull()
  })
})

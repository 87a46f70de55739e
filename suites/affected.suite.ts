import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { compare, whole } from './affected/both.ts'
import type { Compared, Whole } from './affected/both.ts'
import { CHANGES } from './affected/changes.ts'

const root = fileURLToPath(new URL('../fixtures/', import.meta.url))
const base = fs.mkdtempSync(join(tmpdir(), 'affected-'))
const results: Compared[] = []

afterAll(() => fs.rmSync(base, { recursive: true, force: true }))

/** Both ways: what a change opens, its repair closes. */
function hold(before: Whole, after: Whole): readonly Compared[] {
  const both = [compare(before, after), compare(after, before)]
  results.push(...both)
  for (const { missed } of both) expect(missed).toEqual([])
  return both
}

function guides(): string {
  const dir = join(base, 'guides')
  fs.cpSync(join(root, 'guides/supabase'), join(dir, 'supabase'), { recursive: true })
  fs.copyFileSync(join(root, 'guides/rls.config.ts'), join(dir, 'rls.config.ts'))
  return dir
}

/** RLS_EVERY_CHANGE tries them all, which takes minutes. */
const isTried = ([title]: (typeof CHANGES)[number]): boolean =>
  process.env['RLS_EVERY_CHANGE'] !== undefined || TRIED.has(title)

const TRIED: ReadonlySet<string> = new Set([
  'a comment',
  'a policy asks another table',
  'a helper that lets everybody in',
  'members may be added by anybody',
])

test('whatever has another verdict after a small migration is said to be affected', async () => {
  const dir = guides()
  const before = await whole(dir)
  for (const [title, sql] of CHANGES.filter(isTried)) {
    fs.writeFileSync(join(dir, 'supabase/migrations/20270101000000_change.sql'), sql)
    const [forth] = hold(before, await whole(dir))
    if (title === 'a comment') expect(forth?.affected).toEqual([])
    else expect(forth?.affected, title).not.toEqual([])
  }
}, 240_000)

/** All twins are tried with RLS_EVERY_CHANGE. */
const TWINS = ['active-org-hop', 'function-claimed-caller']

test('whatever a leaky schema and its repaired twin differ in is said to be affected', async () => {
  const every = fs.readdirSync(join(root, 'twins')).filter((name) => !name.endsWith('.md'))
  for (const name of process.env['RLS_EVERY_CHANGE'] === undefined ? TWINS : every)
    hold(await twin(name, 'leaky.sql'), await twin(name, 'safe.sql'))
}, 240_000)

async function twin(name: string, file: string): Promise<Whole> {
  const dir = fs.mkdtempSync(join(base, 'twin-'))
  const config = join(root, 'twins', name, 'config.json')
  const declared: unknown = fs.existsSync(config) ? JSON.parse(fs.readFileSync(config, 'utf8')) : {}
  fs.copyFileSync(join(root, 'twins', name, file), join(dir, 'schema.sql'))
  const sources = { migrations: [{ sql: ['schema.sql'] }] }
  fs.writeFileSync(join(dir, 'rls.config.json'), JSON.stringify(Object.assign({}, declared, sources)))
  return whole(dir)
}

test('much is left out, and some of it is not', () => {
  const sum = (count: (one: Compared) => number): number => results.reduce((all, one) => all + count(one), 0)
  const judged = sum((one) => one.judged.length)
  const again = sum((one) => one.affected.length)
  process.stdout.write(
    `${judged - again} of ${judged} relations and functions left out in ${results.length} changes; ${sum((one) => one.differing.length)} had another verdict\n`,
  )
  expect(again).toBeGreaterThanOrEqual(sum((one) => one.differing.length))
  expect(judged - again).toBeGreaterThan(0)
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { loadConfig } from '../src/config/load.ts'
import { Connection } from '../src/database/connection.ts'
import { driftScope } from '../src/drift-scope.ts'
import { changesBetween } from '../src/drift/compare.ts'
import { nameOf } from '../src/drift/names.ts'
import { readSnapshot, rebuild } from '../src/drift/rebuild.ts'
import type { Left } from '../src/drift/rebuild.ts'
import { installPlain, installPlatform } from '../src/platform/install.ts'
import { prepare } from '../src/prepare.ts'
import { databaseWith, startEmbedded } from './scene.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const context = {
  environment: process.env,
  signal: new AbortController().signal,
  onProgress: () => {},
}

const loadFrom = (name: string): ReturnType<typeof loadConfig> =>
  loadConfig({ cwd: join(root, 'fixtures', name), environment: {}, flags: {} })

function sentenceOf({ change, reason }: Left): string {
  const object = change.after ?? change.before
  return `${change.state} ${object.kind} ${nameOf(object)}: ${reason}`
}

test.each(['apps/movie-chat', 'apps/journal', 'apps/org-saas', 'apps/chidi', 'directed'])(
  'everything of fixtures/%s can be made again from nothing but its catalogs',
  async (name) => {
    const config = await loadFrom(name)
    const options = { ...driftScope(config), buckets: config.platform === 'supabase' }
    await using prepared = await prepare(config, context)
    await using original = await Connection.open(prepared.target)
    const wanted = await readSnapshot(original, options)
    expect(wanted.objects.length).toBeGreaterThan(50)
    await original.run('create database again template template0')
    await using connection = await Connection.open({ ...prepared.target, database: 'again' })
    await (config.platform === 'supabase'
      ? installPlatform(connection, { apiPrivileges: prepared.apiPrivileges })
      : installPlain(connection))
    const { state, left } = await rebuild(connection, wanted, { ...options, ownsRoles: true })
    expect(left.map(sentenceOf)).toEqual([])
    expect(state.objects).toHaveLength(wanted.objects.length)
  },
)

test('one state can be turned into another, whatever is added, changed or taken away', async () => {
  const read = (name: string): string => readFileSync(join(root, 'fixtures/drift', name), 'utf8')
  const options = { ...driftScope(await loadFrom('drift')), buckets: true }
  // roles belong to the server: each state has one of its own
  await using from = await startEmbedded()
  await using to = await startEmbedded()
  const [before, after] = await Promise.all([
    databaseWith(from, 'before', read('before.sql')),
    databaseWith(to, 'after', read('after.sql')),
  ])
  await using wantedIn = await Connection.open(after)
  const wanted = await readSnapshot(wantedIn, options)
  await using connection = await Connection.open(before)
  const start = await readSnapshot(connection, options)
  expect(changesBetween(start.objects, wanted.objects).length).toBeGreaterThan(100)
  const { state, left } = await rebuild(connection, wanted, { ...options, ownsRoles: true })
  expect(left.map(sentenceOf)).toEqual([])
  expect(changesBetween(state.objects, wanted.objects)).toEqual([])
})

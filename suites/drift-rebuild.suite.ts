import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../src/config/load.ts'
import { Connection } from '../src/database/connection.ts'
import { driftScope } from '../src/drift-scope.ts'
import { nameOf } from '../src/drift/names.ts'
import { readSnapshot, rebuild } from '../src/drift/rebuild.ts'
import { installPlain, installPlatform } from '../src/platform/install.ts'
import { prepare } from '../src/prepare.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const context = {
  environment: process.env,
  signal: new AbortController().signal,
  onProgress: () => {},
}

test.each(['apps/movie-chat', 'apps/journal', 'apps/org-saas', 'apps/chidi', 'directed'])(
  'everything of fixtures/%s can be made again from nothing but its catalogs',
  async (name) => {
    const config = await loadConfig({ cwd: join(root, 'fixtures', name), environment: {}, flags: {} })
    const options = { ...driftScope(config), buckets: true }
    await using prepared = await prepare(config, context)
    const wanted = await Connection.open(prepared.target).then(async (connection) => {
      await using it = connection
      return await readSnapshot(it, options)
    })
    expect(wanted.objects.length).toBeGreaterThan(50)
    const database = 'again'
    {
      await using admin = await Connection.open(prepared.target)
      await admin.run(`create database ${database} template template0`)
    }
    await using connection = await Connection.open({ ...prepared.target, database })
    await (config.platform === 'supabase'
      ? installPlatform(connection, { apiPrivileges: prepared.apiPrivileges })
      : installPlain(connection))
    const { left } = await rebuild(connection, wanted, { ...options, ownsRoles: true })
    expect(left.map(({ change, reason }) => `${change.state} ${(change.after ?? change.before).kind} ${nameOf(change.after ?? change.before)}: ${reason}`)).toEqual([])
  },
)

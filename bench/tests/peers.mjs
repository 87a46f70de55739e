// A server for the other tools, with the migrations of fixtures/guides in it, and what of them is installed here.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const DIST = new URL('../../dist/', import.meta.url)
const loadFrom = (dist, path) => import(new URL(path, dist).href)

/** The system's PostgreSQL where pgTAP is there, which `major` then says, else the embedded one. */
export async function startPeer({ dist, cache, extensionDirs }) {
  const { startServer } = await loadFrom(dist, 'engine/choose.js')
  const { listSystem } = await loadFrom(dist, 'engine/system.js')
  const major = await pgTapMajor(await listSystem(process.env))
  const server = await startServer({
    database: {
      ...(major === null ? { engine: 'embedded', version: 17 } : { engine: 'system', version: major }),
      allowExternal: false,
      keep: false,
      cache: true,
    },
    projectDir: fileURLToPath(new URL('../..', import.meta.url)),
    environment: { ...process.env, RLS_CACHE_DIR: cache },
    ...(extensionDirs ? { extensionDirs } : {}),
  })
  return { major, server }
}

/** Started before anything is measured: `supabase start` or a service container would do the same. */
export async function peers({ folder, guides, supabaseTestFolder }) {
  const { major, server } = await startPeer({ dist: DIST, cache: join(folder, 'peers') })
  try {
    const migrations = sqlOf(join(guides, 'supabase/migrations'))
    const target = await makeDatabase(server, 'migrated', migrations)
    const pgTap = major === null ? null : await makeDatabase(server, 'pgtap', migrations, guides)
    const installed = join(supabaseTestFolder, 'node_modules/supabase-test')
    const supabaseTest = existsSync(installed) ? installed : null
    return {
      target,
      pgTap,
      supabaseTest,
      versions: {
        'PostgreSQL of the others': server.version,
        ...(supabaseTest ? peerVersions(supabaseTestFolder) : {}),
      },
      missing: [...(pgTap ? [] : ['pgTAP']), ...(supabaseTest ? [] : ['supabase-test'])],
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  } catch (error) {
    await server[Symbol.asyncDispose]()
    throw error
  }
}

const sqlOf = (folder) =>
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')

/** The major version that has the extension. */
async function pgTapMajor(installations) {
  for (const { bin, major } of installations) {
    const shared = spawnSync(join(bin, 'pg_config'), ['--sharedir'], { encoding: 'utf8' }).stdout?.trim()
    if (existsSync(join(shared || `/usr/share/postgresql/${major}`, 'extension/pgtap.control'))) return major
  }
  return null
}

async function makeDatabase(server, name, migrations, guides) {
  const { Connection } = await loadFrom(DIST, 'database/connection.js')
  const { installPlatform } = await loadFrom(DIST, 'platform/install.js')
  const target = { ...server.target, database: name }
  const run = async (where, ...texts) => {
    const connection = await Connection.open(where)
    try {
      for (const text of texts) await (typeof text === 'string' ? connection.run(text) : text(connection))
    } finally {
      await connection.close()
    }
  }
  await run(server.target, `create database ${name}`)
  await run(target, (connection) => installPlatform(connection, { apiPrivileges: 'legacy' }))
  await run(target, 'set session authorization postgres', migrations)
  if (guides === undefined) return target
  const helpers = readFileSync(join(guides, 'pgtap/helpers.sql'), 'utf8')
  await run(target, 'create extension pgtap schema extensions; set session authorization postgres', helpers)
  return target
}

function peerVersions(folder) {
  const versionOf = (name) =>
    JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version
  return Object.fromEntries(['supabase-test', 'pgsql-test'].map((name) => [name, versionOf(name)]))
}

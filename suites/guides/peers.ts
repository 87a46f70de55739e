import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Connection } from '../../src/database/connection.ts'
import type { ConnectionTarget, Server } from '../../src/domain/server.ts'
import { startServer } from '../../src/engine/choose.ts'
import { listSystem } from '../../src/engine/system.ts'
import { configurePlatformClone, installPlatform } from '../../src/platform/install.ts'
import { GUIDES } from './results.ts'

const MAJORS = [15, 16, 17, 18] as const
type Major = (typeof MAJORS)[number]

const projectDir = fileURLToPath(new URL('../..', import.meta.url))

/** Where supabase-test is installed, or null: the folder that holds its node_modules. */
export function supabaseTestFolder(): string | null {
  const given = process.env['SUPABASE_TEST_DIR']
  if (given !== undefined && existsSync(join(given, 'node_modules/supabase-test'))) return given
  try {
    createRequire(import.meta.url).resolve('supabase-test')
    return projectDir
  } catch {
    return null
  }
}

/** The major version of an installed PostgreSQL that has pgTAP, beside pg_prove; else why not. */
export async function pgTapMajor(): Promise<Major | string> {
  if (spawnSync('pg_prove', ['--version']).status !== 0) return 'pg_prove is not there'
  for (const { bin, major } of await listSystem(process.env)) {
    const { stdout } = spawnSync(join(bin, 'pg_config'), ['--sharedir'], { encoding: 'utf8' })
    const shared = stdout?.trim() || `/usr/share/postgresql/${major}`
    const known = MAJORS.find((one) => one === major)
    if (known !== undefined && existsSync(join(shared, 'extension/pgtap.control'))) return known
  }
  return 'no installed PostgreSQL has the extension pgtap'
}

/** A server for the other tools: of the installed major with pgTAP where there is one, else the embedded one. */
export function startPeerServer(major: Major | null): Promise<Server> {
  return startServer({
    database: {
      engine: major === null ? 'embedded' : 'system',
      version: major ?? 17,
      allowExternal: false,
      keep: false,
      cache: true,
    },
    projectDir,
    environment: process.env,
  })
}

/** A database with the platform in it. */
export async function makePlatform(server: Server, name: string): Promise<ConnectionTarget> {
  const target = { ...server.target, database: name }
  {
    await using admin = await Connection.open(server.target)
    await admin.run(`create database ${name}`)
  }
  await using connection = await Connection.open(target)
  await installPlatform(connection, { apiPrivileges: 'legacy' })
  return target
}

/** A copy in which the migrations of a variant ran, as its `rls.config.ts` has them. */
export async function makeVariant(
  server: Server,
  platform: ConnectionTarget,
  variant: string,
): Promise<ConnectionTarget> {
  const target = {
    ...platform,
    database: `guide_${variant === '.' ? 'sound' : variant.replaceAll('-', '_')}`,
  }
  {
    await using admin = await Connection.open(server.target)
    await admin.run(`create database ${target.database} template ${platform.database}`)
  }
  {
    await using connection = await Connection.open(target)
    await configurePlatformClone(connection)
  }
  await using session = await Connection.open(target)
  await session.run(`set session authorization postgres; ${migrationsOf(variant)}`)
  return target
}

function migrationsOf(variant: string): string {
  const folder = join(GUIDES, 'supabase/migrations')
  const files = readdirSync(folder).map((name) => join(folder, name))
  const patch = variant === '.' ? [] : [join(GUIDES, variant, 'patch.sql')]
  return [...files, ...patch].map((file) => readFileSync(file, 'utf8')).join('\n')
}

/** pgTAP and the helpers: those of RLS_TEST_HELPERS_SQL (supabase_test_helpers--….sql) where that is given, else ours. */
export async function installPgTap(target: ConnectionTarget): Promise<void> {
  const given = process.env['RLS_TEST_HELPERS_SQL']
  const text = readFileSync(given ?? join(GUIDES, 'pgtap/helpers.sql'), 'utf8')
  await using connection = await Connection.open(target)
  await connection.run(`
    create extension if not exists "uuid-ossp" schema extensions;
    create extension pgtap schema extensions;
    set session authorization postgres`)
  await connection.run(text.replaceAll(/^\\.*$/gm, ''))
}

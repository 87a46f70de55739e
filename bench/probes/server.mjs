// One server for all of them, and what else is installed here.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { pgTapMajor } from '../tests/peers.mjs'

/** Databases as they stand before anything is tried, the second with pgTAP in it. */
export const PRISTINE = 'probes_pristine'
export const PGTAP = 'probes_pgtap'

/** The system's PostgreSQL where pgTAP is there, else the embedded one. */
export async function startBench({ dist, cache, pgsqlTestFolder }) {
  const load = (path) => import(new URL(path, dist).href)
  const { startServer } = await load('engine/choose.js')
  const { listSystem } = await load('engine/system.js')
  const { extensionDir } = await load('platform/install.js')
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
    extensionDirs: [extensionDir()],
  })
  const manifest = join(pgsqlTestFolder, 'node_modules/pgsql-test/package.json')
  const has = (command) => major !== null && spawnSync(command, ['--version']).status === 0
  return {
    target: server.target,
    version: server.version,
    psql: has('psql'),
    pgProve: has('pg_prove'),
    pgsqlTest: existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : null,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** @returns the extension's version */
export async function addPgTap(target) {
  const client = new pg.Client(target)
  await client.connect()
  await client.query('create schema if not exists extensions; create extension pgtap schema extensions')
  await client.query('grant usage on schema extensions to public')
  const { rows } = await client.query(`select extversion from pg_extension where extname = 'pgtap'`)
  await client.end()
  return rows[0].extversion
}

export const copyDatabase = (target, from, to) =>
  administer(target, `create database ${to} template ${from} strategy file_copy`)

export const dropDatabase = (target, name) => administer(target, `drop database ${name} with (force)`)

async function administer(target, text) {
  const client = new pg.Client({ ...target, database: 'template1' })
  await client.connect()
  await client.query(text)
  await client.end()
}

// One server for all of them, and what else is installed here.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { startPeer } from '../tests/peers.mjs'

/** Databases as they stand before anything is tried, the second with pgTAP in it. */
export const PRISTINE = 'probes_pristine'
export const PGTAP = 'probes_pgtap'

/** The system's PostgreSQL where pgTAP is there, else the embedded one. */
export async function startBench({ dist, cache, pgsqlTestFolder }) {
  const { extensionDir } = await import(new URL('platform/install.js', dist).href)
  const { major, server } = await startPeer({ dist, cache, extensionDirs: [extensionDir()] })
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

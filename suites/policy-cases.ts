import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '../src/config/load.ts'
import { Connection } from '../src/database/connection.ts'
import type { Catalog, Relation } from '../src/domain/catalog.ts'
import type { ConnectionTarget, Server } from '../src/domain/server.ts'
import type { Command } from '../src/domain/vocabulary.ts'
import { applySources } from '../src/migrations/apply.ts'
import { findSources } from '../src/migrations/find.ts'
import { installNeonBeside, installPlain, installPlatform, isForNeon } from '../src/platform/install.ts'
import { quoteLiteral, quoteName } from '../src/sql/quote.ts'
import type { Said } from './scene.ts'

const FIXTURES = fileURLToPath(new URL('../fixtures/', import.meta.url))

/** A schema of the fixtures: SQL of a file, or the migrations of a project's folder. */
export interface Case {
  readonly name: string
  readonly texts: readonly string[]
  readonly platform: 'supabase' | 'plain'
  readonly said: Said
  readonly apply: (connection: Connection) => Promise<void>
}

const foldersIn = (dir: string): readonly string[] =>
  readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)

/** SQL files that stand by themselves: one of `files` in each folder of `dir`. */
export function fileCases(dir: string, files: readonly string[]): readonly Case[] {
  return foldersIn(`${FIXTURES}${dir}`).flatMap((folder) =>
    files.flatMap((file): readonly Case[] => {
      const path = `${FIXTURES}${dir}/${folder}/${file}`
      if (!existsSync(path)) return []
      const text = readFileSync(path, 'utf8')
      const declared = `${FIXTURES}${dir}/${folder}/config.json`
      const said = existsSync(declared) ? (JSON.parse(readFileSync(declared, 'utf8')) as Said) : {}
      return [
        {
          name: `${dir}/${folder}/${file}`,
          texts: [text],
          platform: 'supabase',
          said,
          apply: async (connection) => {
            await connection.run('set session authorization postgres')
            await connection.run(text)
          },
        },
      ]
    }),
  )
}

/** The projects below a folder, their variants included. */
export async function projectCases(dir: string): Promise<readonly Case[]> {
  const folders = foldersIn(`${FIXTURES}${dir}`).flatMap((folder) => [
    `${dir}/${folder}`,
    ...foldersIn(`${FIXTURES}${dir}/${folder}`).map((inner) => `${dir}/${folder}/${inner}`),
  ])
  const projects = folders.filter((folder) => existsSync(`${FIXTURES}${folder}/rls.config.ts`))
  return Promise.all(projects.map(projectCase))
}

async function projectCase(name: string): Promise<Case> {
  const config = await loadConfig({ cwd: `${FIXTURES}${name}`, environment: {}, flags: {} })
  const sources = findSources(config.projectDir, config.sources)
  const role = config.platform === 'supabase' ? 'postgres' : 'app_owner'
  const { tenants, expect, seed, identity } = config
  return {
    name,
    texts: sources.flatMap(({ files }) => files.map(({ text }) => text)),
    platform: config.platform === 'supabase' ? 'supabase' : 'plain',
    said: { ...(tenants ? { tenants } : {}), expect, seed, identity },
    apply: async (connection) => {
      await applySources(connection, sources, { projectDir: config.projectDir, role })
    },
  }
}

/** A database in which the case's SQL was run, dropped with its roles once `act` is through. */
export async function withCase(
  server: Server,
  number: number,
  one: Case,
  act: (connection: Connection) => Promise<void>,
): Promise<void> {
  await using admin = await Connection.open(server.target)
  await templateOf(admin, server, one)
  const before = new Set(await rolesIn(admin))
  const target = await databaseOf(admin, server, number, one)
  {
    await using connection = await Connection.open(target)
    await act(connection)
  }
  await admin.run(`drop database ${target.database} with (force)`)
  for (const name of await rolesIn(admin))
    if (!before.has(name)) await admin.run(`drop role ${quoteName(name)}`)
}

/** Databases with nothing but a platform in them are copied. */
async function templateOf(admin: Connection, server: Server, one: Case): Promise<string> {
  const kind = one.platform === 'plain' ? 'plain' : isForNeon(one.texts) ? 'neon' : 'supabase'
  const template = `template_${kind}`
  if (!(await ownerOf(admin, template))) await makeTemplate(admin, server, template, kind)
  return template
}

async function rolesIn(admin: Connection): Promise<readonly string[]> {
  const rows = await admin.rows<{ name: string }>('select rolname as name from pg_roles')
  return rows.map(({ name }) => name)
}

async function databaseOf(
  admin: Connection,
  server: Server,
  number: number,
  one: Case,
): Promise<ConnectionTarget> {
  const template = await templateOf(admin, server, one)
  const name = `case_${number}`
  const owner = (await ownerOf(admin, template)) ?? 'postgres'
  await admin.run(`create database ${name} template ${template} owner ${quoteName(owner)} strategy file_copy`)
  const target = { ...server.target, database: name }
  await using connection = await Connection.open(target)
  await one.apply(connection)
  return target
}

async function ownerOf(admin: Connection, database: string): Promise<string | undefined> {
  const [row] = await admin.rows<{ owner: string }>(
    `select pg_get_userbyid(datdba) as owner from pg_database where datname = ${quoteLiteral(database)}`,
  )
  return row?.owner
}

async function makeTemplate(
  admin: Connection,
  server: Server,
  name: string,
  kind: 'plain' | 'neon' | 'supabase',
): Promise<void> {
  await admin.run(`create database ${name}`)
  await using connection = await Connection.open({ ...server.target, database: name })
  if (kind === 'plain') await installPlain(connection)
  else await installPlatform(connection, { apiPrivileges: 'legacy' })
  if (kind === 'neon') await installNeonBeside(connection)
}

/** A policy's expression for one command and side. */
export interface Asked {
  readonly relation: Relation
  readonly command: Command
  readonly side: 'using' | 'check'
}

const SIDES: Readonly<Record<Command, readonly ('using' | 'check')[]>> = {
  select: ['using'],
  insert: ['check'],
  update: ['using', 'check'],
  delete: ['using'],
}

export const askedIn = (catalog: Catalog): readonly Asked[] =>
  catalog.relations
    .filter(({ policies, rowSecurity }) => policies.length > 0 && rowSecurity.enabled)
    .flatMap((relation) =>
      (Object.keys(SIDES) as Command[]).flatMap((command) =>
        SIDES[command].map((side) => ({ relation, command, side })),
      ),
    )

import { fileURLToPath } from 'node:url'
import { introspect } from '../src/catalog/introspect.ts'
import { Connection } from '../src/database/connection.ts'
import type { Catalog } from '../src/domain/catalog.ts'
import type { Config } from '../src/domain/config.ts'
import type { Model } from '../src/domain/ownership.ts'
import type { Population } from '../src/domain/population.ts'
import type { ConnectionTarget, Server } from '../src/domain/server.ts'
import { startServer } from '../src/engine/choose.ts'
import { inferModel } from '../src/ownership/infer.ts'
import { extensionDir, installPlatform, PLATFORM_SCHEMAS } from '../src/platform/install.ts'
import { populate } from '../src/seed/populate.ts'

/** What of the configuration changes who owns what and how rows are made. */
export type Said = Partial<Pick<Config, 'tenants' | 'expect' | 'seed' | 'identity'>>

const ROLES = ['anon', 'authenticated', 'service_role']
const SILENT = { seed: 1, rows: 3, directed: true, values: {} }

/** An embedded server, of the default version unless it is said, with the stubs of extensions at hand. */
export function startEmbedded(version: 15 | 16 | 17 | 18 = 17): Promise<Server> {
  return startServer({
    database: { engine: 'embedded', version, allowExternal: false, keep: false, cache: true },
    projectDir: fileURLToPath(new URL('..', import.meta.url)),
    environment: process.env,
    extensionDirs: [extensionDir()],
  })
}

/** A database with the platform in it, in which `sql` was run as migrations are. */
export async function databaseWith(server: Server, name: string, sql: string): Promise<ConnectionTarget> {
  {
    await using admin = await Connection.open(server.target)
    await admin.run(`create database ${name} template template1 strategy file_copy`)
  }
  const target = { ...server.target, database: name }
  {
    await using connection = await Connection.open(target)
    await installPlatform(connection, { apiPrivileges: 'legacy' })
  }
  // settings of the database hold for sessions that begin after they were made
  await using session = await Connection.open(target)
  await session.run('set session authorization postgres')
  await session.run(sql)
  return target
}

export async function catalogOf(connection: Connection): Promise<Catalog> {
  return introspect(connection, {
    roles: ROLES,
    apiRoles: ['anon', 'authenticated'],
    platformSchemas: PLATFORM_SCHEMAS,
  })
}

export interface Scene {
  readonly catalog: Catalog
  readonly model: Model
}

export async function inferredFrom(connection: Connection, said: Said = {}): Promise<Scene> {
  const catalog = await catalogOf(connection)
  const { model } = inferModel(catalog, { identity: 'supabase', expect: {}, ...said }, PLATFORM_SCHEMAS)
  return { catalog, model }
}

export async function seeded(
  connection: Connection,
  said: Said = {},
): Promise<Scene & { readonly population: Population }> {
  const scene = await inferredFrom(connection, said)
  const config = { seed: SILENT, identity: 'supabase' as const, ...said }
  const population = await populate(connection, scene.catalog, scene.model, {
    config,
    platformSchemas: PLATFORM_SCHEMAS,
  })
  return { ...scene, population }
}

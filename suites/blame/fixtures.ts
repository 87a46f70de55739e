import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '../../src/config/load.ts'
import { Connection } from '../../src/database/connection.ts'
import type { Config } from '../../src/domain/config.ts'
import type { ConnectionTarget, Server } from '../../src/domain/server.ts'
import { applySources } from '../../src/migrations/apply.ts'
import { findSources } from '../../src/migrations/find.ts'
import {
  configurePlatformClone,
  installNeonBeside,
  installPlain,
  installPlatform,
  isForNeon,
} from '../../src/platform/install.ts'
import { installProfile, migrationRole } from '../../src/platform/profile.ts'
import { prepare, privilegesOf } from '../../src/prepare.ts'

const root = fileURLToPath(new URL('../../fixtures/', import.meta.url))

/** A fixture project, and what makes a folder of it. */
export interface Fixture {
  readonly name: string
  /** a project folder, or the schema and the configuration of one */
  readonly dir: string | { readonly schema: string; readonly config: unknown }
}

const isProject = (name: string): boolean => existsSync(`${root}apps/${name}/rls.config.ts`)

export const applications: readonly Fixture[] = readdirSync(`${root}apps`)
  .filter(isProject)
  .flatMap((name) => [name, ...readdirSync(`${root}apps/${name}`).map((variant) => `${name}/${variant}`)])
  .filter(isProject)
  .map((name) => ({ name, dir: `${root}apps/${name}` }))

export const pairs: readonly Fixture[] = readdirSync(`${root}pairs`).map((name) => ({
  name,
  dir: {
    schema: `${root}pairs/${name}/schema.sql`,
    config: identityOf(read(`${root}pairs/${name}/config.json`)),
  },
}))

export const twins: readonly Fixture[] = readdirSync(`${root}twins`)
  .filter((name) => !name.endsWith('.md'))
  .flatMap((name) =>
    ['leaky', 'safe'].map((side) => ({
      name: `${name}/${side}`,
      dir: { schema: `${root}twins/${name}/${side}.sql`, config: read(`${root}twins/${name}/config.json`) },
    })),
  )

function read(file: string): Readonly<Record<string, unknown>> {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>) : {}
}

/** Whom a pair is about, in the words of a configuration; what is allowed in it changes nothing here. */
function identityOf({ connection }: Readonly<Record<string, unknown>>): unknown {
  if (connection === undefined) return {}
  const text = JSON.stringify(connection).replaceAll('{{user.id}}', '$user')
  return { identity: JSON.parse(text) as unknown }
}

/** Roles and what is set for them belong to the whole server. */
const OWN_SERVER = /\b(create|alter)\s+(role|user|database)\b/i

/** Databases of fixtures on one server, copied from one that has the platform, and on servers of their own where they change roles. */
export class Workshop {
  readonly #server: Server
  readonly #templates = new Map<string, Promise<string>>()
  #count = 0

  constructor(server: Server) {
    this.#server = server
  }

  async use(
    { name, dir }: Fixture,
    work: (target: ConnectionTarget, config: Config, name: string) => Promise<void>,
  ): Promise<void> {
    const folder = typeof dir === 'string' ? dir : mkdtempSync(join(tmpdir(), 'rls-blame-'))
    try {
      if (typeof dir !== 'string') {
        copyFileSync(dir.schema, `${folder}/schema.sql`)
        const config = { ...(dir.config as object), migrations: [{ sql: ['schema.sql'] }] }
        writeFileSync(`${folder}/rls.config.json`, JSON.stringify(config))
      }
      const config = await loadConfig({ cwd: folder, environment: {}, flags: {} })
      const sources = findSources(config.projectDir, config.sources)
      const texts = sources.flatMap(({ files }) => files.map(({ text }) => text))
      if (texts.some((text) => OWN_SERVER.test(text))) await this.#alone(config, name, work)
      else await this.#shared(config, name, work)
    } finally {
      if (typeof dir !== 'string') rmSync(folder, { recursive: true })
    }
  }

  async #alone(
    config: Config,
    name: string,
    work: (target: ConnectionTarget, config: Config, name: string) => Promise<void>,
  ): Promise<void> {
    const { signal } = new AbortController()
    await using prepared = await prepare(config, { environment: process.env, signal, onProgress: () => {} })
    await work(prepared.target, config, name)
  }

  async #shared(
    config: Config,
    name: string,
    work: (target: ConnectionTarget, config: Config, name: string) => Promise<void>,
  ): Promise<void> {
    const sources = findSources(config.projectDir, config.sources)
    const target = await this.#copy(await this.#template(config))
    {
      await using connection = await Connection.open(target)
      if (config.platform !== 'supabase')
        await installProfile(connection, config.platform, { apiPrivileges: privilegesOf(config) })
      else {
        await configurePlatformClone(connection)
        if (isForNeon(sources.flatMap(({ files }) => files.map(({ text }) => text))))
          await installNeonBeside(connection)
      }
    }
    {
      await using connection = await Connection.open(target)
      const role = migrationRole(config.platform)
      await applySources(connection, sources, { projectDir: config.projectDir, role })
    }
    await work(target, config, name)
    await using admin = await Connection.open(this.#server.target)
    await admin.run(`drop database ${target.database}`)
  }

  #template(config: Config): Promise<string> {
    const apiPrivileges = privilegesOf(config)
    const name = config.platform === 'supabase' ? `platform_${apiPrivileges}` : 'plain'
    const made = this.#templates.get(name) ?? this.#make(name, apiPrivileges)
    this.#templates.set(name, made)
    return made
  }

  async #make(name: string, apiPrivileges: 'legacy' | 'explicit'): Promise<string> {
    {
      await using admin = await Connection.open(this.#server.target)
      await admin.run(`create database ${name} template template1 strategy file_copy`)
    }
    await using connection = await Connection.open({ ...this.#server.target, database: name })
    await (name === 'plain' ? installPlain(connection) : installPlatform(connection, { apiPrivileges }))
    return name
  }

  async #copy(template: string): Promise<ConnectionTarget> {
    this.#count += 1
    const database = `fixture_${this.#count}`
    await using admin = await Connection.open(this.#server.target)
    await admin.run(`create database ${database} template ${template} strategy file_copy`)
    return { ...this.#server.target, database }
  }
}

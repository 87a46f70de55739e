import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Config, SchemaStart } from './domain/config.ts'
import type { ConnectionTarget } from './domain/server.ts'
import type { MigrationFile, Source } from './domain/source.ts'
import { readSchemaFile, rolesForFile } from './drift/schema-file.ts'
import type { SchemaFile } from './drift/schema-file.ts'
import { readLive } from './drift/read-live.ts'
import { driftScope } from './drift-scope.ts'
import { externalServer } from './engine/external.ts'
import { HarnessError } from './errors.ts'
import { findSources } from './migrations/find.ts'
import { nearest } from './migrations/nearest.ts'
import { rolesBeforehand } from './migrations/roles-beforehand.ts'
import { PLATFORM_ROLES } from './platform/known.ts'
import { loadParser } from './sql/parse.ts'

/** What is run, in order, and what must be there before. */
export interface Start {
  readonly sources: readonly Source[]
  /** SQL that the superuser runs behind the platform */
  readonly prelude: string
  /** the schema that it starts from states all privileges: what the platform would give to new objects is not added */
  readonly statesPrivileges: boolean
}

/**
 * The files of a project with those that run before and after them; where it starts from a schema, that one and the
 * migrations behind it.
 *
 * @throws HarnessError SOURCES_NOT_FOUND, CONFIG_INVALID; of a live database DATABASE_UNREACHABLE, DATABASE_REFUSED
 */
export async function startOf(
  config: Config,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Start> {
  await loadParser()
  const { projectDir, fromSchema } = config
  const before = hooks(projectDir, 'before', config.before)
  const after = hooks(projectDir, 'after', config.after)
  const schema = fromSchema && (await schemaSource(config, fromSchema, environment))
  const later = fromSchema ? laterSources(config, fromSchema) : findSources(projectDir, config.sources)
  const run = [...later, ...after]
  // roles outlive databases: a server that is not the run's own is left alone
  const isOwn = config.database.engine !== 'external' && config.database.reuse !== true
  const files = [...before, ...run].flatMap((source) => source.files)
  const roles = isOwn ? rolesBeforehand(files, PLATFORM_ROLES) : { names: [], sql: '' }
  return {
    // what is made like a live database is made like that from the ground up
    sources: withNote(
      schema?.isLive
        ? [schema.source, ...before, ...run]
        : [...before, ...(schema ? [schema.source] : []), ...run],
      roles.names,
    ),
    prelude: [schema?.prelude ?? '', roles.sql].filter((sql) => sql !== '').join(';\n'),
    statesPrivileges: schema?.statesPrivileges ?? false,
  }
}

function hooks(projectDir: string, role: 'before' | 'after', patterns: readonly string[]): readonly Source[] {
  if (patterns.length === 0) return []
  return findSources(projectDir, [{ sql: patterns }]).map(({ files, notes }) => ({
    tool: role,
    notes,
    files: files.map((file) => ({ ...file, role })),
  }))
}

function withNote(sources: readonly Source[], roles: readonly string[]): readonly Source[] {
  const [first, ...others] = sources
  if (!first || roles.length === 0) return sources
  const note = `${roles.join(', ')}: made beforehand as ${roles.length === 1 ? 'a role' : 'roles'} without rights, because no file makes ${roles.length === 1 ? 'it' : 'them'}`
  return [{ ...first, notes: [...first.notes, note] }, ...others]
}

interface Schema {
  readonly isLive: boolean
  readonly source: Source
  readonly prelude: string
  readonly statesPrivileges: boolean
}

function schemaSource(
  config: Config,
  { schema }: SchemaStart,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Schema> {
  return schema.kind === 'live'
    ? liveSchema(config, schema.url, environment)
    : Promise.resolve(fileSchema(config, schema.path))
}

async function liveSchema(
  config: Config,
  url: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Schema> {
  const target = liveTarget(config, url, environment)
  const live = await readLive(target, driftScope(config))
  const place = target.host.startsWith('/') ? target.host : `${target.host}:${target.port}`
  const file: MigrationFile = {
    path: `database ${target.database} on ${place}`,
    text: '',
    sha256: createHash('sha256').update(JSON.stringify(live.objects)).digest('hex'),
    transaction: 'auto',
    role: 'schema',
    live,
  }
  const note = 'read in one read-only transaction, and made again here: buckets are rows, which were not read'
  const source = { tool: 'schema', files: [file], notes: [note] }
  return { isLive: true, source, prelude: '', statesPrivileges: true }
}

function liveTarget(
  { database }: Config,
  url: string,
  environment: Readonly<Record<string, string | undefined>>,
): ConnectionTarget {
  try {
    return externalServer(url, { allowExternal: database.allowExternal, environment }).target
  } catch (error) {
    if (!(error instanceof HarnessError) || error.code !== 'DATABASE_REFUSED') throw error
    throw new HarnessError('DATABASE_REFUSED', error.message, {
      hint: 'Its catalogs would be read in one read-only transaction, and no rows. If that is meant, add --allow-external.',
    })
  }
}

function fileSchema(config: Config, path: string): Schema {
  refuseArchive(resolve(config.projectDir, path), path)
  const [source] = findSources(config.projectDir, [{ sql: [path] }])
  const [file] = source?.files ?? []
  const said = file && readSchemaFile(file.text)
  if (!file || !said || said.statements === 0)
    throw new HarnessError('SOURCES_NOT_FOUND', `${path} holds no statement of SQL`, { hint: HOW_TO_DUMP })
  return {
    isLive: false,
    source: { tool: 'schema', files: [{ ...file, role: 'schema' }], notes: source?.notes ?? [] },
    prelude: rolesFor(said),
    statesPrivileges: said.isDump && said.grants,
  }
}

const rolesFor = (file: SchemaFile): string =>
  rolesForFile({ ...file, roles: file.roles.filter((name) => !PLATFORM_ROLES.includes(name)) }, NO_STATE)

const NO_STATE = { version: '', major: 0, owner: '', objects: [], bookkeeping: [] }

const HOW_TO_DUMP =
  'Write one with: pg_dump --schema-only "$URL" > schema.sql, or supabase db dump -f schema.sql'

/** The first bytes of what pg_dump writes with -Fc. */
const ARCHIVE = 'PGDMP'

function refuseArchive(file: string, path: string): void {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat)
    throw new HarnessError('SOURCES_NOT_FOUND', `${path}: there is no such schema file`, {
      hint: HOW_TO_DUMP,
    })
  const isArchive =
    stat.isDirectory() || readFileSync(file).subarray(0, ARCHIVE.length).toString('latin1') === ARCHIVE
  if (!isArchive) return
  throw new HarnessError('SOURCES_NOT_FOUND', `${path} is an archive of pg_dump, not a text`, {
    hint: `Turn it into one with: pg_restore --schema-only -f schema.sql ${path}. Or: ${HOW_TO_DUMP.toLowerCase()}`,
  })
}

/** The files that run behind the one that the schema holds last; none where no file is named. */
function laterSources(config: Config, { migrationsAfter }: SchemaStart): readonly Source[] {
  if (migrationsAfter === undefined) return []
  const sources = findSources(config.projectDir, config.sources)
  const files = sources.flatMap((source) => source.files)
  const found = files.filter(({ path }) => isCalled(path, migrationsAfter))
  const [last] = found
  if (!last || found.length > 1) throw notOne(migrationsAfter, files, found.length)
  const later = new Set(files.slice(files.indexOf(last) + 1))
  return sources.flatMap((source) => {
    const left = source.files.filter((file) => later.has(file))
    return left.length === 0 ? [] : [{ ...source, files: left }]
  })
}

/** By its path, its name, its folder or the number that it begins with. */
function isCalled(path: string, name: string): boolean {
  const parts = path.split('/')
  const last = parts.at(-1) ?? ''
  return path === name || parts.includes(name) || last === `${name}.sql` || last.startsWith(`${name}_`)
}

function notOne(name: string, files: readonly MigrationFile[], found: number): HarnessError {
  const similar = nearest(
    name,
    files.map(({ path }) => path),
  )
  return new HarnessError(
    'CONFIG_INVALID',
    `fromSchema.migrationsAfter: ${JSON.stringify(name)} is the name of ${found === 0 ? 'no migration' : `${found} files`}`,
    { hint: similar === undefined ? 'There is no migration.' : `Did you mean ${JSON.stringify(similar)}?` },
  )
}

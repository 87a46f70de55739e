import type { Faker } from '@faker-js/faker'
import type { Baseline } from './baseline.ts'
import type { Shard } from './shard.ts'
import type { FindingCode } from './finding.ts'
import type { Audience, Operation, Severity, Standing } from './vocabulary.ts'

export type EngineKind = 'embedded' | 'system' | 'container' | 'external'
export type ApiPrivileges = 'auto' | 'legacy' | 'explicit'

/** What a run is narrowed to because nothing else can have changed. */
export interface Only {
  /** what all the rest is as it was in: a name that people know it by */
  readonly since: string
  /** relations, functions and sequences that are judged, with the reason for each */
  readonly judged: Readonly<Record<string, string>>
  /** relations from which one of them may be opened */
  readonly openers: readonly string[]
}

/** A group of rows of a relation that an audience wider than the others may see: `{ everyone: "status = 'published'" }`. */
export type RowCondition = Readonly<Partial<Record<Exclude<Audience, 'nobody'>, string>>>
export type DeclaredAudience = Audience | 'service' | readonly (Audience | RowCondition)[]

/** A row that is to be inserted is in no state yet. */
export type InsertAudience = Audience | 'service' | readonly Audience[]

/** What the project says about one relation. */
export interface Intent {
  readonly select?: DeclaredAudience
  readonly insert?: InsertAudience
  readonly update?: DeclaredAudience
  readonly delete?: DeclaredAudience
  /** insert, update and delete at once */
  readonly write?: DeclaredAudience
  /**
   * where the user stands whose row it is: a column (`user_id`), a path along foreign keys (`chat_id.owner_id`), or a function
   * of a column (`split_part(path, '/', 1)`)
   */
  readonly owner?: string
  /** where the tenant stands whose row it is, likewise */
  readonly tenant?: string
  /** the rows belong to nobody, whatever columns they have */
  readonly shared?: true
}

/** Where SQL comes from, before any file was read. Paths are relative to the project. */
export type SourceConfig =
  { readonly tool: SourceTool; readonly dir?: string } | { readonly sql: readonly string[] } | CommandSource

/** Tools whose files the harness reads and orders itself. */
export const SOURCE_TOOLS = [
  'supabase',
  'drizzle',
  'prisma',
  'flyway',
  'goose',
  'golang-migrate',
  'dbmate',
  'node-pg-migrate',
  'sqitch',
  'sql',
] as const
export type SourceTool = (typeof SOURCE_TOOLS)[number]

/** Where the files of a tool are, unless somebody says otherwise. */
export const DEFAULT_FOLDERS: Readonly<Record<SourceTool, string>> = {
  supabase: 'supabase',
  drizzle: 'drizzle',
  prisma: 'prisma/migrations',
  flyway: 'src/main/resources/db/migration',
  goose: 'migrations',
  'golang-migrate': 'migrations',
  dbmate: 'db/migrations',
  'node-pg-migrate': 'migrations',
  sqitch: '.',
  sql: 'migrations',
}

export const COMMAND_MODES = ['apply', 'stdout-sql'] as const

/** A program that migrates the throw-away database, or prints the SQL that does. */
export interface CommandSource {
  /** a text is split at blanks, quotes keep words together; no shell reads it unless `shell` says so */
  readonly command: string | readonly string[]
  /** where it runs; default: the project */
  readonly cwd?: string
  /** variables beside those that it gets anyway; `$DATABASE_URL`, `$PGHOST` and the like stand for their values */
  readonly env?: Readonly<Record<string, string>>
  /** `apply` (default): it connects and migrates; `stdout-sql`: it prints SQL, which the harness runs */
  readonly mode?: (typeof COMMAND_MODES)[number]
  /** globs of everything that its result depends on: the result is kept for later runs while they are the same */
  readonly inputs?: readonly string[]
  /** in seconds */
  readonly timeout?: number
  /** /bin/sh (Windows: cmd.exe) reads the text */
  readonly shell?: true
}

export interface TenantConfig {
  /** `schema.name` */
  readonly relation: string
  /** the key column that rows of the tenant refer to; default: the primary key */
  readonly column?: string
}

export interface IgnoreEntry {
  readonly code: FindingCode
  readonly relation?: string
  readonly command?: Operation
  readonly actor?: Standing
  readonly reason: string
  /** ISO date; from the day after on, the finding is back */
  readonly expires?: string
}

export interface SeedValueContext {
  /** a faker of the run's seed */
  readonly faker: Faker
  /** 0-based number of the row within its relation */
  readonly row: number
}
export type SeedValue = string | number | boolean | null | ((context: SeedValueContext) => unknown)

/** Non-Supabase identity: a role and settings in which `$user` and `$tenant` stand for the actor's keys. */
export interface CustomIdentity {
  readonly role: string
  readonly settings: Readonly<Record<string, string>>
}

/** A bucket of `[storage.buckets.<name>]`. */
export interface BucketSettings {
  readonly public: boolean
  /** in bytes */
  readonly fileSizeLimit: number | null
  readonly allowedMimeTypes: readonly string[] | null
}

/** What `supabase/config.toml` says that changes a verdict. */
export interface SupabaseSettings {
  readonly exposedSchemas?: readonly string[]
  readonly extraSearchPath?: readonly string[]
  readonly autoExposeNewTables?: boolean
  readonly buckets?: Readonly<Record<string, BucketSettings>>
}

/** The configuration of a run after defaults, file, environment and flags were merged: nothing is looked up later. */
export interface Config {
  /** absolute */
  readonly projectDir: string
  readonly configFile?: string
  readonly database: {
    readonly engine?: EngineKind
    readonly version: 15 | 16 | 17 | 18
    readonly url?: string
    /** for a container; absent: the official image of `version`. What the image holds decides the version. */
    readonly image?: string
    /** the container stays for the next run */
    readonly reuse?: boolean
    readonly allowExternal: boolean
    readonly keep: boolean
    readonly cache: boolean
  }
  readonly sources: readonly SourceConfig[]
  /** how `sources` came about, for people: "supabase/config.toml" or "rls.config.ts" */
  readonly sourcesFrom: string
  readonly supabase: SupabaseSettings
  readonly platform: 'supabase' | 'none'
  /** schemas to test; absent: every schema of the project on which an API role has USAGE */
  readonly schemas?: readonly string[]
  readonly apiPrivileges: ApiPrivileges
  readonly identity: 'supabase' | CustomIdentity
  readonly app?: { readonly role: string }
  readonly tenants?: readonly TenantConfig[]
  readonly expect: Readonly<Record<string, Intent | DeclaredAudience>>
  readonly seed: {
    readonly seed: number
    readonly rows: number
    /** rows and sessions that the text of the policies proposes, beside the usual ones */
    readonly directed: boolean
    readonly values: Readonly<Record<string, SeedValue>>
  }
  readonly ignore: readonly IgnoreEntry[]
  /** what was there when the project was adopted */
  readonly baseline?: Baseline
  /** absolute: where the baseline stands or would stand; absent where none is wanted */
  readonly baselineFile?: string
  readonly gate: { readonly failOn: Severity | 'never'; readonly strict: boolean }
  /** globs of relations to judge; absent: all */
  readonly relations?: readonly string[]
  /** a flag or a variable leaves a part of the project out */
  readonly narrowed?: true
  readonly concurrency: number
  /** the part of the run that is wanted; `gate`: what stops the whole, without the flags of the part */
  readonly shard?: Shard & { readonly gate: Config['gate'] }
  /** of a run that judges again what a change may have changed */
  readonly only?: Only
}

import type { Faker } from '@faker-js/faker'
import type { Baseline } from './baseline.ts'
import type { Shard } from './shard.ts'
import type { FoundIdentity } from './identity.ts'
import type { FindingCode } from './finding.ts'
import type { Audience, Operation, Severity, Standing } from './vocabulary.ts'

export type EngineKind = 'embedded' | 'system' | 'container' | 'external'
/** Whether trials of one actor share a transaction, each behind a savepoint, or have one each. */
export type Isolation = 'savepoint' | 'transaction'
export type ApiPrivileges = 'auto' | 'legacy' | 'explicit'

/** What a database has before the first migration; `none`: a plain PostgreSQL. */
export type PlatformName = 'supabase' | 'neon' | 'none'

export interface Platform {
  readonly name: PlatformName
  /** what it is known by, for people: "auth.uid() in supabase/migrations/1_init.sql:4" */
  readonly why: string
}

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

/** A schema that a database begins with. */
export interface SchemaStart {
  readonly schema:
    { readonly kind: 'file'; readonly path: string } | { readonly kind: 'live'; readonly url: string }
  /** the last migration that the schema holds: those behind it run; absent: none does */
  readonly migrationsAfter?: string
}

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

/** Non-Supabase identity: a role and settings in which `$user`, `$tenant` and `$email` stand for the actor's. */
export interface CustomIdentity {
  readonly role: string
  readonly settings: Readonly<Record<string, string>>
  /**
   * Requests carry a token, whose claims stand in `request.jwt.claims`: the usual ones, those that policies read, and these,
   * by path (`app_metadata.org_id`), with the same placeholders.
   */
  readonly claims?: Readonly<Record<string, string>>
}

/** Settings of a session that says who asks: those of the identity, and those that were found in policies. */
export const settingsOf = ({
  identity,
  found,
}: Pick<Config, 'identity' | 'found'>): Readonly<Record<string, string>> => ({
  ...found?.settings,
  ...(identity === 'supabase' ? {} : identity.settings),
})

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
  /** statements that fail are passed over, and what they were about is untested */
  readonly lenient: boolean
  /** the schema that the database begins with, in place of the migrations that led there */
  readonly fromSchema?: SchemaStart
  /** SQL files and globs that run before and after all others */
  readonly before: readonly string[]
  readonly after: readonly string[]
  readonly supabase: SupabaseSettings
  readonly platform: PlatformName
  /** how `platform` came about, for people */
  readonly platformFrom: string
  /** schemas to test; absent: every schema of the project on which an API role has USAGE */
  readonly schemas?: readonly string[]
  readonly apiPrivileges: ApiPrivileges
  readonly identity: 'supabase' | CustomIdentity
  /** the project says nothing of its identity: what policies and grants say of it holds */
  readonly identityOpen?: true
  /** what was found in policies and grants, once the migrations ran */
  readonly found?: FoundIdentity
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
  readonly isolation: Isolation
  /** the part of the run that is wanted; `gate`: what stops the whole, without the flags of the part */
  readonly shard?: Shard & { readonly gate: Config['gate'] }
  /** of a run that judges again what a change may have changed */
  readonly only?: Only
}

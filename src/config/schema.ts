import { z } from 'zod'
import type {
  ApiPrivileges,
  CustomIdentity,
  DeclaredAudience,
  EngineKind,
  IgnoreEntry,
  InsertAudience,
  Intent,
  PlatformName,
  RowCondition,
  SeedValue,
  SourceConfig,
  TenantConfig,
} from '../domain/config.ts'
import { COMMAND_MODES, SOURCE_TOOLS } from '../domain/config.ts'
import { FINDING_CODES } from '../domain/finding.ts'
import type { KnownRelation } from '../domain/generated-schema.ts'
import type { Expectations } from '../domain/typed-intent.ts'
import { AUDIENCES, OPERATIONS, STANDINGS } from '../domain/vocabulary.ts'
import { IMAGE_EXAMPLE, isImageName } from './image-name.ts'
import { isPostgresUrl } from './postgres-url.ts'

export const ENGINES = [
  'embedded',
  'system',
  'container',
  'external',
] as const satisfies readonly EngineKind[]
export const VERSIONS = [15, 16, 17, 18] as const
export const ISOLATIONS = ['savepoint', 'transaction'] as const
export const FAIL_ON = ['error', 'warning', 'never'] as const
const API_PRIVILEGES = ['auto', 'legacy', 'explicit'] as const satisfies readonly ApiPrivileges[]
const PLATFORMS = ['supabase', 'neon', 'none'] as const satisfies readonly PlatformName[]

/** Bounds of the numbers that a person may set, the same in the file, the environment and the flags. */
export const LIMITS = {
  seed: { min: 0, max: 4_294_967_295 },
  rows: { min: 1, max: 1000 },
  concurrency: { min: 1, max: 64 },
  /** of a command, in seconds */
  timeout: { min: 1, max: 3600 },
} as const

/** What `rls.config.ts` may say. Everything is optional: what is absent is detected, inferred or has a default. */
export interface UserConfig {
  /** for editors, in rls.config.json */
  readonly $schema?: string
  readonly database?: {
    /** where the server comes from; default: the first that is there */
    readonly engine?: EngineKind
    /** PostgreSQL major; default: supabase/config.toml, else 17 */
    readonly version?: (typeof VERSIONS)[number]
    /** an own server for throw-away databases */
    readonly url?: string
    /** the image of a container, such as supabase/postgres:<tag>; default: the official one of `version` */
    readonly image?: string
    /** keep the container for the next run; default: false */
    readonly reuse?: boolean
  }
  /** where the SQL comes from, in the order in which it is applied; default: detected */
  readonly migrations?: readonly SourceConfig[]
  /** go on behind statements that fail: what they were about is untested; default: false */
  readonly lenient?: boolean
  /**
   * a schema file, such as pg_dump writes, or the URL of a database to read: the history begins with it, and no migration
   * runs but those behind `migrationsAfter`
   */
  readonly fromSchema?: string | { readonly schema: string; readonly migrationsAfter?: string }
  /** SQL files and globs that run before the first migration, as superuser */
  readonly before?: readonly string[]
  /** SQL files and globs that run behind the last migration */
  readonly after?: readonly string[]
  /** schemas to test; default: every schema of the project on which an API role has USAGE, and storage */
  readonly schemas?: readonly string[]
  /** which grants Supabase's API roles get on new tables; `auto` reads supabase/config.toml, else tests the worst case */
  readonly apiPrivileges?: ApiPrivileges
  /** what is there before the first migration; `none`: a plain PostgreSQL; default: detected */
  readonly platform?: (typeof PLATFORMS)[number]
  /** how a session says who asks */
  readonly identity?: 'supabase' | CustomIdentity
  /** the role that the application connects as; no default */
  readonly app?: { readonly role: string }
  /** relations whose rows are tenants; default: inferred */
  readonly tenants?: readonly (TenantConfig & { readonly relation: KnownRelation })[]
  /** who may do what, by `schema.name` */
  readonly expect?: Expectations
  readonly seed?: {
    readonly seed?: number
    /** rows per relation and owner */
    readonly rows?: number
    /** rows and sessions that the text of the policies proposes; default: true */
    readonly directed?: boolean
    /** values by `schema.name.column` */
    readonly values?: Readonly<Record<string, SeedValue>>
  }
  /** findings that are known and accepted, each with its reason */
  readonly ignore?: readonly IgnoreEntry[]
  /** the file of what was there when the project was adopted; default: rls.baseline.json, where it is there */
  readonly baseline?: string
  readonly gate?: { readonly failOn?: (typeof FAIL_ON)[number]; readonly strict?: boolean }
}

/**
 * A strict object. The message of an unknown key lists the known ones, separated by blanks: `explain.ts` finds the
 * nearest among them.
 */
function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : undefined),
  })
}

const name = z.string().min(1, 'must not be empty')

const rowCondition: z.ZodType<RowCondition> = strict({
  owner: name.exactOptional(),
  tenant: name.exactOptional(),
  authenticated: name.exactOptional(),
  everyone: name.exactOptional(),
})

const declaredAudience: z.ZodType<DeclaredAudience> = z.union([
  z.enum([...AUDIENCES, 'service']),
  z.array(z.union([z.enum(AUDIENCES), rowCondition])).min(1, 'must name at least one audience'),
])

/** There is no row yet that a condition could hold for. */
const insertAudience: z.ZodType<InsertAudience> = z.union([
  z.enum([...AUDIENCES, 'service']),
  z
    .array(
      z.enum(
        AUDIENCES,
        'must be an audience: a row that is inserted is in no state yet that a condition could ask for',
      ),
    )
    .min(1, 'must name at least one audience'),
])

const intent: z.ZodType<Intent> = strict({
  select: declaredAudience.exactOptional(),
  insert: insertAudience.exactOptional(),
  update: declaredAudience.exactOptional(),
  delete: declaredAudience.exactOptional(),
  write: declaredAudience.exactOptional(),
  owner: name.exactOptional(),
  tenant: name.exactOptional(),
  shared: z.literal(true).exactOptional(),
}).refine(({ shared, owner, tenant }) => !shared || (owner ?? tenant) === undefined, {
  error: 'rows that are shared have no owner and no tenant',
})

/** A whole number between bounds. */
const whole = ({ min, max }: { readonly min: number; readonly max: number }): z.ZodNumber => {
  const message = `must be a whole number between ${min} and ${max}`
  return z.number().int(message).min(min, message).max(max, message)
}

const source: z.ZodType<SourceConfig> = z.union([
  strict({ tool: z.enum(SOURCE_TOOLS), dir: name.exactOptional() }),
  strict({ sql: z.array(name).min(1, 'must name at least one file') }),
  strict({
    command: z.union([name, z.array(name).min(1, 'must name a program')]),
    cwd: name.exactOptional(),
    env: z.record(z.string(), z.string()).exactOptional(),
    mode: z.enum(COMMAND_MODES).exactOptional(),
    inputs: z.array(name).min(1, 'must name at least one file').exactOptional(),
    timeout: whole(LIMITS.timeout).exactOptional(),
    shell: z.literal(true).exactOptional(),
  }).refine(({ command, shell }) => !shell || typeof command === 'string', {
    error: 'a shell reads a text: write the command as one',
  }),
])

const ignoreEntry: z.ZodType<IgnoreEntry> = strict({
  code: z.enum(FINDING_CODES),
  relation: name.exactOptional(),
  command: z.enum(OPERATIONS).exactOptional(),
  actor: z.enum(STANDINGS).exactOptional(),
  reason: z.string().refine((text) => text.trim().length >= 10, {
    error: 'must say in 10 characters or more why this finding is accepted',
  }),
  expires: z.iso.date('must be a date like "2027-01-31"').exactOptional(),
})

const SCALARS: readonly string[] = ['string', 'number', 'boolean', 'function']
const seedValue = z.custom<SeedValue>(
  (value) => value === null || SCALARS.includes(typeof value),
  'must be a string, a number, a boolean, null or a function of ({ faker, row })',
)

/** The user's file, strict at every level. */
export const userConfigSchema: z.ZodType<UserConfig> = strict({
  $schema: z.string().exactOptional(),
  database: strict({
    engine: z.enum(ENGINES).exactOptional(),
    version: z.literal(VERSIONS).exactOptional(),
    url: z
      .string()
      .refine(isPostgresUrl, 'must be a URL like postgres://user:password@localhost:5432/postgres')
      .exactOptional(),
    image: z.string().refine(isImageName, IMAGE_EXAMPLE).exactOptional(),
    reuse: z.boolean().exactOptional(),
  }).exactOptional(),
  migrations: z.array(source).min(1, 'must name at least one source').exactOptional(),
  lenient: z.boolean().exactOptional(),
  fromSchema: z
    .union([name, strict({ schema: name, migrationsAfter: name.exactOptional() })])
    .exactOptional(),
  before: z.array(name).exactOptional(),
  after: z.array(name).exactOptional(),
  schemas: z.array(name).min(1, 'must name at least one schema').exactOptional(),
  apiPrivileges: z.enum(API_PRIVILEGES).exactOptional(),
  platform: z.enum(PLATFORMS).exactOptional(),
  identity: z
    .union([
      z.literal('supabase'),
      strict({
        role: name,
        settings: z.record(z.string(), z.string()),
        claims: z.record(z.string(), z.string()).exactOptional(),
      }),
    ])
    .exactOptional(),
  app: strict({ role: name }).exactOptional(),
  tenants: z.array(strict({ relation: name, column: name.exactOptional() })).exactOptional(),
  expect: z.record(z.string(), z.union([declaredAudience, intent])).exactOptional(),
  seed: strict({
    seed: whole(LIMITS.seed).exactOptional(),
    rows: whole(LIMITS.rows).exactOptional(),
    directed: z.boolean().exactOptional(),
    values: z.record(z.string(), seedValue).exactOptional(),
  }).exactOptional(),
  ignore: z.array(ignoreEntry).exactOptional(),
  baseline: name.exactOptional(),
  gate: strict({
    failOn: z.enum(FAIL_ON).exactOptional(),
    strict: z.boolean().exactOptional(),
  }).exactOptional(),
})

/** Gives an editor the types of the configuration and returns it unchanged. */
export function defineConfig(config: UserConfig): UserConfig {
  return config
}

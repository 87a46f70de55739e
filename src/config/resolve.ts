import type { Baseline } from '../domain/baseline.ts'
import type { Config, Platform, SchemaStart, SourceConfig, SupabaseSettings } from '../domain/config.ts'
import { HarnessError } from '../errors.ts'
import { VERSIONS, type UserConfig } from './schema.ts'
import {
  impliedEngine,
  present,
  settingsFromEnvironment,
  settingsFromFlags,
  shardFromFlags,
  type Environment,
  type Flags,
  type Settings,
} from './settings.ts'

/** What stands in supabase/config.toml. */
export interface SupabaseFile {
  /** as people see it: `supabase/config.toml` */
  readonly path: string
  readonly settings: SupabaseSettings
  /** `[db] major_version`, whatever it is */
  readonly majorVersion?: number
}

/** Everything that a configuration is made of, already read. */
export interface ResolveInput {
  /** absolute */
  readonly projectDir: string
  readonly configFile?: string
  readonly user: UserConfig
  readonly environment: Environment
  readonly flags: Flags
  readonly sources: readonly SourceConfig[]
  readonly sourcesFrom: string
  readonly fromSchema?: SchemaStart
  readonly supabase?: SupabaseFile
  /** what was detected; the file's word wins */
  readonly platform?: Platform
  readonly baseline?: Baseline
  /** absolute */
  readonly baselineFile?: string
}

const DEFAULTS = {
  version: 17,
  seed: 42,
  rows: 3,
  concurrency: 4,
  isolation: 'savepoint',
  failOn: 'error',
  strict: false,
  lenient: false,
} as const satisfies Settings

/**
 * Merges defaults < file < environment < flags into the configuration of a run. A layer that names a server by URL or an
 * image means that server or image, unless it names an engine as well.
 * @throws HarnessError CONFIG_INVALID
 */
export function resolveConfig(input: ResolveInput): Config {
  const { user, flags } = input
  const own: Settings = { ...settingsFromUser(user), ...settingsFromEnvironment(input.environment) }
  const merged: Settings = { ...own, ...settingsFromFlags(flags) }
  const shard = shardFromFlags(flags)
  if (merged.engine === 'external' && merged.url === undefined) throw missingUrl()
  return {
    projectDir: input.projectDir,
    ...present('configFile', input.configFile),
    database: {
      ...present('engine', merged.engine),
      version: merged.version ?? versionOf(input.supabase),
      ...(merged.engine === 'external' ? present('url', merged.url) : {}),
      ...(merged.engine === 'container' ? present('image', merged.image) : {}),
      ...present('reuse', merged.reuse),
      allowExternal: flags.allowExternal ?? false,
      keep: flags.keepDb ?? false,
      cache: flags.cache ?? true,
    },
    sources: input.sources,
    sourcesFrom: input.sourcesFrom,
    supabase: input.supabase?.settings ?? {},
    lenient: merged.lenient ?? DEFAULTS.lenient,
    ...present('fromSchema', input.fromSchema),
    before: user.before ?? [],
    after: user.after ?? [],
    platform: user.platform ?? input.platform?.name ?? 'supabase',
    platformFrom:
      user.platform === undefined ? (input.platform?.why ?? 'the default') : 'the configuration says so',
    ...present('schemas', merged.schemas),
    apiPrivileges: user.apiPrivileges ?? 'auto',
    identity: user.identity ?? 'supabase',
    ...present('identityOpen', user.identity === undefined ? (true as const) : undefined),
    ...present('app', user.app),
    ...present('tenants', user.tenants),
    expect: user.expect ?? {},
    seed: {
      seed: merged.seed ?? DEFAULTS.seed,
      rows: merged.rows ?? DEFAULTS.rows,
      directed: flags.directed === false ? false : (user.seed?.directed ?? true),
      values: user.seed?.values ?? {},
    },
    ignore: user.ignore ?? [],
    ...present('baseline', input.baseline),
    ...present('baselineFile', input.baselineFile),
    gate: gateOf(merged),
    // what is let pass in a part is not let pass in the whole
    ...present('shard', shard && { ...shard, gate: gateOf(own) }),
    ...present('relations', flags.relation),
    ...present('narrowed', isNarrowed(input) ? (true as const) : undefined),
    concurrency: merged.concurrency ?? DEFAULTS.concurrency,
    isolation: merged.isolation ?? DEFAULTS.isolation,
  }
}

/** What the file leaves out is not part of the project; what a flag or a variable leaves out is. */
const isNarrowed = ({ flags, environment }: ResolveInput): boolean =>
  flags.relation !== undefined || flags.schema !== undefined || Boolean(environment['RLS_SCHEMA'])

const gateOf = ({ failOn, strict }: Settings): Config['gate'] => ({
  failOn: failOn ?? DEFAULTS.failOn,
  strict: strict ?? DEFAULTS.strict,
})

function settingsFromUser(user: UserConfig): Settings {
  const { engine, url, image, reuse } = user.database ?? {}
  return {
    ...present('engine', engine ?? impliedEngine({ url, image })),
    ...present('url', url),
    ...present('image', image),
    ...present('reuse', reuse),
    ...present('version', user.database?.version),
    ...present('schemas', user.schemas),
    ...present('seed', user.seed?.seed),
    ...present('rows', user.seed?.rows),
    ...present('failOn', user.gate?.failOn),
    ...present('strict', user.gate?.strict),
    ...present('lenient', user.lenient),
  }
}

/** Supabase's own setting stands behind every explicit one; one that cannot be had is named instead of replaced. */
function versionOf(supabase: SupabaseFile | undefined): Config['database']['version'] {
  const wanted = supabase?.majorVersion
  if (supabase === undefined || wanted === undefined) return DEFAULTS.version
  const version = VERSIONS.find((candidate) => candidate === wanted)
  if (version !== undefined) return version
  throw new HarnessError(
    'CONFIG_INVALID',
    `${supabase.path}: [db] major_version: ${wanted} is not one of ${VERSIONS.join(', ')}`,
    { hint: 'Set database.version in rls.config.ts, or give --pg-version, to test on another major.' },
  )
}

function missingUrl(): HarnessError {
  return new HarnessError('CONFIG_INVALID', 'database.engine is "external", but no database URL is given', {
    hint: 'Give --database-url or set RLS_DATABASE_URL. DATABASE_URL is never used: it may be production.',
  })
}

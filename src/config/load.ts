import { readFileSync } from 'node:fs'
import { basename, dirname, posix, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BASELINE_NAME, parseBaseline } from '../baseline/text.ts'
import { configurationFolder } from '../cache-folder.ts'
import type { Baseline } from '../domain/baseline.ts'
import type { Config, Platform, SchemaStart, SourceConfig } from '../domain/config.ts'
import { HarnessError } from '../errors.ts'
import { detectSources } from './detect/choose.ts'
import { isDirectory, isFile } from './detect/detector.ts'
import { platformTexts, supabaseBeside } from './detect/platform-files.ts'
import { choosePlatform } from './detect/platform.ts'
import { parseUserConfig } from './parse.ts'
import { resolveConfig, type SupabaseFile } from './resolve.ts'
import { defineConfig, type UserConfig } from './schema.ts'
import type { Environment, Flags } from './settings.ts'
import { parseSupabaseFile } from './supabase.ts'

/** Names that a configuration may have in the project's directory. */
const CONFIG_NAMES = ['rls.config.ts', 'rls.config.js', 'rls.config.mjs', 'rls.config.json'] as const

export interface LoadOptions {
  /** absolute; what `dir` and `configPath` are relative to */
  readonly cwd: string
  /** the project; default: where the given configuration lies, else `cwd` */
  readonly dir?: string | undefined
  /** `-c`: this file, whatever it is called */
  readonly configPath?: string | undefined
  readonly environment: Environment
  readonly flags: Flags
  /** a baseline that is named need not be there yet */
  readonly mayLackBaseline?: boolean
}

/**
 * Reads everything that a run is configured by: rls.config.*, the project's layout, supabase/config.toml, the
 * environment and the flags.
 * @throws HarnessError CONFIG_NOT_FOUND, CONFIG_INVALID, SOURCES_NOT_FOUND, SOURCES_AMBIGUOUS
 */
export async function loadConfig(options: LoadOptions): Promise<Config> {
  const { environment, flags } = options
  const given = options.configPath === undefined ? undefined : resolve(options.cwd, options.configPath)
  const projectDir = resolve(options.cwd, options.dir ?? (given === undefined ? '.' : dirname(given)))
  if (!isDirectory(projectDir)) {
    throw new HarnessError('CONFIG_NOT_FOUND', `${options.dir ?? projectDir}: there is no such directory`)
  }
  const configFile = given ?? findConfigFile(projectDir)
  const user = configFile === undefined ? {} : await readConfigFile(configFile, projectDir, options)
  const fromSchema = schemaStart(options, user)
  const declared = configFile !== undefined && user.migrations !== undefined
  const { sources, sourcesFrom } = declared
    ? { sources: user.migrations, sourcesFrom: shortPath(configFile, projectDir) }
    : detected(projectDir, fromSchema)
  const supabase = readSupabaseFile(projectDir, sources, environment)
  return resolveConfig({
    projectDir,
    ...(configFile === undefined ? {} : { configFile }),
    user,
    environment,
    flags,
    sources,
    sourcesFrom,
    ...(fromSchema === undefined ? {} : { fromSchema }),
    ...(supabase === undefined ? {} : { supabase }),
    ...(user.platform === undefined ? detectPlatform(projectDir, sources, fromSchema) : {}),
    ...findBaseline(options, projectDir, user),
  })
}

/** A flag or a variable is relative to where it is given, a key to the project. */
function schemaStart({ cwd, flags, environment }: LoadOptions, user: UserConfig): SchemaStart | undefined {
  const given = flags.fromSchema ?? (environment['RLS_FROM_SCHEMA'] || undefined)
  const own = typeof user.fromSchema === 'string' ? { schema: user.fromSchema } : user.fromSchema
  const schema = given ?? own?.schema
  if (schema === undefined) return undefined
  const after = own?.migrationsAfter
  return {
    // what is meant as a URL and is none must not be shown as the name of a file: it may hold a password
    schema: /^[a-z][a-z0-9+.-]*:\/\//i.test(schema)
      ? { kind: 'live', url: schema }
      : { kind: 'file', path: given === undefined ? schema : resolve(cwd, schema) },
    ...(after === undefined ? {} : { migrationsAfter: after }),
  }
}

/** A history that begins with a schema needs no migrations. */
function detected(projectDir: string, fromSchema: SchemaStart | undefined): ReturnType<typeof detectSources> {
  try {
    return detectSources(projectDir)
  } catch (error) {
    if (fromSchema === undefined || fromSchema.migrationsAfter !== undefined) throw error
    return { sources: [], sourcesFrom: 'the schema that it starts from' }
  }
}

/** What a schema that the history begins with names counts like what migrations do; a live one is not looked into. */
function detectPlatform(
  projectDir: string,
  declared: readonly SourceConfig[],
  fromSchema: SchemaStart | undefined,
): { readonly platform?: Platform } {
  const file = fromSchema?.schema.kind === 'file' ? [{ sql: [fromSchema.schema.path] }] : []
  const sources = [...file, ...declared]
  if (sources.length === 0) return {}
  const platform = choosePlatform({
    sources,
    texts: () => platformTexts(projectDir, sources),
    beside: () => supabaseBeside(projectDir),
  })
  return { platform }
}

function findConfigFile(projectDir: string): string | undefined {
  const found = CONFIG_NAMES.filter((name) => isFile(projectDir, name))
  if (found.length > 1) {
    throw new HarnessError('CONFIG_INVALID', `there are several configurations: ${found.join(', ')}`, {
      hint: 'Keep one of them, or name one with -c.',
    })
  }
  return found[0] === undefined ? undefined : resolve(projectDir, found[0])
}

/**
 * Reads, evaluates and checks one configuration.
 * @param file absolute
 * @throws HarnessError CONFIG_NOT_FOUND, CONFIG_INVALID
 */
async function readConfigFile(
  file: string,
  projectDir: string,
  { environment, flags }: LoadOptions,
): Promise<UserConfig> {
  const path = shortPath(file, projectDir)
  if (!isFile(file)) throw new HarnessError('CONFIG_NOT_FOUND', `${path}: there is no such file`)
  const text = readFileSync(file, 'utf8')
  const cache = flags.cache === false ? undefined : configurationFolder(environment)
  const value = file.endsWith('.json') ? parseJson(text, path) : await evaluate(file, path, cache)
  return parseUserConfig(value, { path, text })
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const message = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ')
    // V8 tells the position of some mistakes only
    const position = / in JSON at position (\d+)/.exec(message)?.[1]
    const line = position === undefined ? '' : `:${text.slice(0, Number(position)).split('\n').length}`
    const reason = message.replace(/ in JSON at position.*$/, '')
    throw new HarnessError('CONFIG_INVALID', `${path}${line}: ${reason}`, { cause: error })
  }
}

/**
 * Runs a TypeScript or JavaScript configuration through jiti. `rls-harness` is handed to it as a ready module: a
 * configuration works where the package is not installed (npx), and our own sources are not transpiled once more.
 * What was compiled is kept by its source: to load the compiler takes longer than to read the rest.
 */
async function evaluate(file: string, path: string, cache: string | undefined): Promise<unknown> {
  const { createJiti } = await import('jiti')
  const jiti = createJiti(pathToFileURL(file).href, {
    fsCache: cache ?? false,
    moduleCache: false,
    interopDefault: false,
    virtualModules: { 'rls-harness': { defineConfig } },
  })
  const module = await jiti.import(file).catch((error: unknown) => {
    throw evaluationError(error, file, path)
  })
  const exported = defaultOf(module)
  if (exported !== undefined) return exported
  throw new HarnessError('CONFIG_INVALID', `${path}: has no default export`, {
    hint: 'Write export default defineConfig({ … }).',
  })
}

/** The default export; of a CommonJS file (`module.exports = …`) what it exports. */
function defaultOf(module: unknown): unknown {
  if (typeof module !== 'object' || module === null) return undefined
  if ('default' in module) return module.default
  return '__esModule' in module || Object.keys(module).length === 0 ? undefined : module
}

function evaluationError(error: unknown, file: string, path: string): HarnessError {
  const message = error instanceof Error ? error.message : String(error)
  const trace = error instanceof Error ? `${message}\n${error.stack ?? ''}` : message
  const after = trace.split(`${file}:`)[1]
  const line = after === undefined ? undefined : /^\d+/.exec(after)?.[0]
  const reason = (message.split('\n')[0] ?? '').replace(/^ParseError:\s*/, '').trim()
  return new HarnessError('CONFIG_INVALID', `${path}${line === undefined ? '' : `:${line}`}: ${reason}`, {
    cause: error,
  })
}

function readSupabaseFile(
  projectDir: string,
  sources: readonly SourceConfig[],
  environment: Environment,
): SupabaseFile | undefined {
  const folders = sources.flatMap((source) =>
    'tool' in source && source.tool === 'supabase' && source.dir !== undefined ? [rootOf(source.dir)] : [],
  )
  const folder = [...folders, 'supabase'].find((candidate) =>
    isFile(resolve(projectDir, candidate), 'config.toml'),
  )
  if (folder === undefined) return undefined
  const path = posix.join(folder, 'config.toml')
  return parseSupabaseFile(readFileSync(resolve(projectDir, path), 'utf8'), path, environment)
}

/** Where the baseline stands or would stand, and what it says. A flag is relative to where it is given, a key to the project. */
function findBaseline(
  { cwd, flags, mayLackBaseline = false }: LoadOptions,
  projectDir: string,
  user: UserConfig,
): { readonly baselineFile?: string; readonly baseline?: Baseline } {
  if (flags.baseline === false) return {}
  const baselineFile =
    flags.baseline === undefined
      ? resolve(projectDir, user.baseline ?? BASELINE_NAME)
      : resolve(cwd, flags.baseline)
  const file = shortPath(baselineFile, projectDir)
  if (isFile(baselineFile))
    return { baselineFile, baseline: parseBaseline(readFileSync(baselineFile, 'utf8'), file) }
  if (mayLackBaseline || (flags.baseline ?? user.baseline) === undefined) return { baselineFile }
  throw new HarnessError('CONFIG_NOT_FOUND', `${file}: there is no such baseline`, {
    hint: 'Write it with: rls-harness baseline write',
  })
}

const rootOf = (dir: string): string => (basename(dir) === 'migrations' ? dirname(dir) : dir)

/** As people see it: relative to the project where it lies inside of it. */
function shortPath(file: string, projectDir: string): string {
  const path = relative(projectDir, file)
  return path.startsWith('..') ? file : path
}

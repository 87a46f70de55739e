import type { EngineKind, Isolation } from '../domain/config.ts'
import type { Shard } from '../domain/shard.ts'
import { HarnessError } from '../errors.ts'
import { IMAGE_EXAMPLE, isImageName } from './image-name.ts'
import { didYouMean } from './nearest.ts'
import { isPostgresUrl, whatIsWrongWithUrl } from './postgres-url.ts'
import { ENGINES, FAIL_ON, ISOLATIONS, LIMITS, VERSIONS } from './schema.ts'

/** Flags as the command line has them: text is not checked yet. */
export interface Flags {
  readonly engine?: string
  readonly databaseUrl?: string
  readonly image?: string
  readonly reuse?: boolean
  readonly allowExternal?: boolean
  readonly pgVersion?: string
  readonly keepDb?: boolean
  readonly cache?: boolean
  readonly schema?: readonly string[]
  readonly relation?: readonly string[]
  readonly seed?: string
  readonly rows?: string
  readonly directed?: boolean
  readonly concurrency?: string
  readonly isolation?: string
  readonly failOn?: string
  readonly strict?: boolean
  readonly lenient?: boolean
  /** a file, or the URL of a database */
  readonly fromSchema?: string
  /** a file, or false: none */
  readonly baseline?: string | false
  /** `2/3` */
  readonly shard?: string
}

/** The environment as an argument: nothing here reads `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What the file, the environment and the flags can all set. An absent key leaves it to the layer below. */
export interface Settings {
  readonly engine?: EngineKind
  readonly url?: string
  readonly image?: string
  readonly reuse?: boolean
  readonly version?: (typeof VERSIONS)[number]
  readonly schemas?: readonly string[]
  readonly seed?: number
  readonly rows?: number
  readonly concurrency?: number
  readonly isolation?: Isolation
  readonly failOn?: (typeof FAIL_ON)[number]
  readonly strict?: boolean
  readonly lenient?: boolean
}

/** A text and the name under which its author knows it: `--seed` or `RLS_SEED`. */
interface Given {
  readonly name: string
  readonly value: string | undefined
}
type Texts = Readonly<
  Record<
    | 'engine'
    | 'url'
    | 'image'
    | 'version'
    | 'schemas'
    | 'seed'
    | 'rows'
    | 'concurrency'
    | 'isolation'
    | 'failOn'
    | 'lenient',
    Given
  >
>

/**
 * Settings from `RLS_…` variables; an empty one counts as not set. A bare DATABASE_URL is never looked at: it may be
 * production.
 * @throws HarnessError CONFIG_INVALID
 */
export function settingsFromEnvironment(environment: Environment): Settings {
  const variable = (name: string): Given => ({ name, value: environment[name] || undefined })
  return readSettings({
    engine: variable('RLS_ENGINE'),
    url: variable('RLS_DATABASE_URL'),
    image: variable('RLS_IMAGE'),
    version: variable('RLS_PG_VERSION'),
    schemas: variable('RLS_SCHEMA'),
    seed: variable('RLS_SEED'),
    rows: variable('RLS_ROWS'),
    concurrency: variable('RLS_CONCURRENCY'),
    isolation: variable('RLS_ISOLATION'),
    failOn: variable('RLS_FAIL_ON'),
    lenient: variable('RLS_LENIENT'),
  })
}

/**
 * Settings from the command line.
 * @throws HarnessError CONFIG_INVALID
 */
export function settingsFromFlags(flags: Flags): Settings {
  const settings = readSettings({
    engine: { name: '--engine', value: flags.engine },
    url: { name: '--database-url', value: flags.databaseUrl },
    image: { name: '--image', value: flags.image },
    version: { name: '--pg-version', value: flags.pgVersion },
    schemas: { name: '--schema', value: flags.schema?.join(',') },
    seed: { name: '--seed', value: flags.seed },
    rows: { name: '--rows', value: flags.rows },
    concurrency: { name: '--concurrency', value: flags.concurrency },
    isolation: { name: '--isolation', value: flags.isolation },
    failOn: { name: '--fail-on', value: flags.failOn },
    lenient: { name: '--lenient', value: flags.lenient === undefined ? undefined : String(flags.lenient) },
  })
  return { ...settings, ...present('reuse', flags.reuse), ...present('strict', flags.strict) }
}

function readSettings(texts: Texts): Settings {
  const url = read(texts.url, postgresUrl)
  const image = read(texts.image, imageName)
  return {
    ...present('engine', read(texts.engine, oneOf(ENGINES)) ?? impliedEngine({ url, image })),
    ...present('url', url),
    ...present('image', image),
    ...present('version', read(texts.version, oneOf(VERSIONS))),
    ...present('schemas', read(texts.schemas, names)),
    ...present('seed', read(texts.seed, whole(LIMITS.seed))),
    ...present('rows', read(texts.rows, whole(LIMITS.rows))),
    ...present('concurrency', read(texts.concurrency, whole(LIMITS.concurrency))),
    ...present('isolation', read(texts.isolation, oneOf(ISOLATIONS))),
    ...present('failOn', read(texts.failOn, oneOf(FAIL_ON))),
    ...present('lenient', read(texts.lenient, yesOrNo)),
  }
}

/** Who names a server by URL means that one, who names an image means a container of it. */
export function impliedEngine({
  url,
  image,
}: {
  readonly url: string | undefined
  readonly image: string | undefined
}): EngineKind | undefined {
  if (url !== undefined) return 'external'
  return image === undefined ? undefined : 'container'
}

/** `{ [key]: value }`, or nothing where the value is undefined: an absent key and an undefined one differ in types. */
export function present<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value })
}

const read = <Value>(given: Given, parse: (text: string, name: string) => Value): Value | undefined =>
  given.value === undefined ? undefined : parse(given.value, given.name)

function invalid(message: string, hint?: string): HarnessError {
  return new HarnessError('CONFIG_INVALID', message, { hint })
}

const oneOf =
  <Choice extends string | number>(choices: readonly Choice[]) =>
  (text: string, name: string): Choice => {
    const choice = choices.find((candidate) => String(candidate) === text)
    if (choice !== undefined) return choice
    const known = choices.map(String)
    throw invalid(
      `${name}: ${JSON.stringify(text)} is not one of ${known.join(', ')}`,
      didYouMean(text, known),
    )
  }

const yesOrNo = (text: string, name: string): boolean =>
  ['1', 'true'].includes(oneOf(['1', 'true', '0', 'false'])(text, name))

const whole =
  ({ min, max }: { readonly min: number; readonly max: number }) =>
  (text: string, name: string): number => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (number >= min && number <= max) return number
    throw invalid(`${name}: ${JSON.stringify(text)} is not a whole number between ${min} and ${max}`)
  }

/** More machines than this share nothing out any more: every one of them migrates and seeds. */
const MOST_SHARDS = 1000

/**
 * The part of a run that `--shard 2/3` asks for.
 * @throws HarnessError CONFIG_INVALID
 */
export function shardFromFlags({ shard }: Flags): Shard | undefined {
  return read({ name: '--shard', value: shard }, (text, name) => {
    const { index, count } = /^(?<index>\d{1,4})\/(?<count>\d{1,4})$/.exec(text)?.groups ?? {}
    const part = { index: Number(index), count: Number(count) }
    if (part.index >= 1 && part.index <= part.count && part.count <= MOST_SHARDS) return part
    const hint = 'Write the second of three as 2/3.'
    if (index === undefined)
      throw invalid(`${name}: ${JSON.stringify(text)} is not a shard and how many there are`, hint)
    throw invalid(
      part.count < 1 || part.count > MOST_SHARDS
        ? `${name}: ${JSON.stringify(text)}: there can be 1 to ${MOST_SHARDS} shards`
        : `${name}: ${JSON.stringify(text)}: of ${part.count} shards there is no number ${part.index}`,
      hint,
    )
  })
}

function names(text: string, name: string): readonly string[] {
  const list = text.split(',').map((part) => part.trim())
  if (list.includes('')) throw invalid(`${name}: ${JSON.stringify(text)} holds an empty name`)
  return list
}

function imageName(text: string, name: string): string {
  if (isImageName(text)) return text
  throw invalid(`${name}: ${JSON.stringify(text)} ${IMAGE_EXAMPLE}`)
}

function postgresUrl(text: string, name: string): string {
  if (isPostgresUrl(text)) return text
  throw invalid(
    `${name}: what it holds ${whatIsWrongWithUrl(text)}`,
    'Expected postgres://user:password@localhost:5432/postgres',
  )
}

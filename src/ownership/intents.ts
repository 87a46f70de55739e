import type { Config, DeclaredAudience, InsertAudience, Intent, RowCondition } from '../domain/config.ts'
import type { Expectation } from '../domain/expectation.ts'
import { AUDIENCES, widest } from '../domain/vocabulary.ts'
import type { Audience, Command } from '../domain/vocabulary.ts'

export function isIntent(value: Config['expect'][string]): value is Intent {
  return typeof value === 'object' && !Array.isArray(value)
}

/** Whether a key of `expect` stands for several names. A name that is there as it is written is no pattern. */
export const isPattern = (key: string): boolean => key.includes('*')

/**
 * Whether a pattern stands for a name: `*` for any characters. Functions are meant by patterns with a bracket, buckets and
 * topics by those with a slash, relations by all others.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  if (pattern.includes('(') !== name.includes('(')) return false
  if (!pattern.includes('(') && pattern.includes('/') !== name.includes('/')) return false
  return new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('.*')}$`,
    's',
  ).test(name)
}

/**
 * What is declared of a relation, function, bucket or topic: by its name, and by patterns, of which the longer counts. What
 * the name says of a command goes before what a pattern says of it, whether by `write` or by the command.
 */
export function intentFor(expect: Config['expect'], name: string): Intent | DeclaredAudience | undefined {
  const patterns = Object.keys(expect)
    .filter((key) => key !== name && isPattern(key) && matchesPattern(key, name))
    .sort((a, b) => literals(a) - literals(b) || (a < b ? -1 : 1))
  const said = [...patterns, name].flatMap((key) => {
    const value = expect[key]
    return value === undefined ? [] : [value]
  })
  const [only, ...others] = said
  if (only === undefined || others.length === 0) return only
  // a function has one audience
  if (name.includes('(')) return said.at(-1)
  return said.map(spelledOut).reduce(laidOver)
}

/** Rows that are shared have no owner: of two entries that contradict each other in this, the later counts. */
function laidOver(before: Intent, after: Intent): Intent {
  const { shared, owner, tenant, ...audiences } = before
  if (after.shared) return { ...audiences, ...after }
  const owned = after.owner !== undefined || after.tenant !== undefined
  return {
    ...audiences,
    ...(shared === undefined || owned ? {} : { shared }),
    ...(owner === undefined ? {} : { owner }),
    ...(tenant === undefined ? {} : { tenant }),
    ...after,
  }
}

const literals = (pattern: string): number => pattern.replaceAll('*', '').length

/** One audience per command, so that entries can be laid over each other. */
function spelledOut(value: Intent | DeclaredAudience): Intent {
  if (!isIntent(value)) return { select: value, insert: unconditioned(value), update: value, delete: value }
  const { write, ...rest } = value
  const written = write === undefined ? {} : { insert: unconditioned(write), update: write, delete: write }
  return { ...written, ...rest }
}

/** Of a row that is inserted no condition holds yet. */
function unconditioned(value: DeclaredAudience): InsertAudience {
  if (typeof value === 'string') return value
  const audiences = value.filter((part) => typeof part === 'string')
  return audiences.length > 0 ? audiences : 'nobody'
}

/** Who may and must be able to, and of which rows others may. */
export interface Declared {
  readonly audience: Audience
  readonly conditions: Expectation['conditions']
}

export function declaredFor(
  entry: Intent | DeclaredAudience | undefined,
  command: Command,
): Declared | undefined {
  if (entry === undefined) return undefined
  const value = isIntent(entry) ? (entry[command] ?? (command === 'select' ? undefined : entry.write)) : entry
  if (value === undefined) return undefined
  const parts = isList(value) ? value : [value]
  const audiences = parts
    .filter((part) => typeof part === 'string')
    .map((part) => (part === 'service' ? 'nobody' : part))
  const conditions = parts.filter((part) => typeof part === 'object').flatMap(conditionsOf)
  return { audience: widest(...audiences), conditions }
}

const isList = (value: DeclaredAudience): value is Exclude<DeclaredAudience, string> =>
  typeof value !== 'string'

function conditionsOf(condition: RowCondition): Expectation['conditions'] {
  return AUDIENCES.flatMap((audience) => {
    const where = audience === 'nobody' ? undefined : condition[audience]
    return where === undefined ? [] : [{ audience, where }]
  })
}

import { parse, TomlError, type TomlTable } from 'smol-toml'
import { HarnessError } from '../errors.ts'
import type { BucketSettings, SupabaseSettings } from '../domain/config.ts'
import { describePath } from './explain.ts'
import type { SupabaseFile } from './resolve.ts'
import { present, type Environment } from './settings.ts'

/**
 * Reads what changes a verdict from supabase/config.toml: `[api] schemas, extra_search_path,
 * auto_expose_new_tables`, `[db] major_version` and `[storage.buckets]`. `env(X)` stands for a variable, as in the Supabase CLI.
 * @throws HarnessError CONFIG_INVALID with file and line
 */
export function parseSupabaseFile(text: string, path: string, environment: Environment): SupabaseFile {
  const file = parseToml(text, path)
  const api = table(file, 'api', path)
  const db = table(file, 'db', path)
  const buckets = bucketsIn(file, path, environment)
  const field = (section: TomlTable, ...names: readonly string[]): Field => ({
    value: withVariable(section[names.at(-1) ?? ''], environment),
    place: `${path}: ${describePath(names)}`,
  })
  return {
    path,
    settings: {
      ...present('exposedSchemas', strings(field(api, 'api', 'schemas'))),
      ...present('extraSearchPath', strings(field(api, 'api', 'extra_search_path'))),
      ...present('autoExposeNewTables', truth(field(api, 'api', 'auto_expose_new_tables'))),
      ...present('buckets', buckets),
    },
    ...present('majorVersion', number(field(db, 'db', 'major_version'))),
  }
}

/** `[storage.buckets.avatars]`: what `supabase start` and `supabase seed buckets` create. */
function bucketsIn(
  file: TomlTable,
  path: string,
  environment: Environment,
): SupabaseSettings['buckets'] | undefined {
  const storage = table(file, 'storage', path)
  const buckets = table(storage, 'buckets', path)
  if (Object.keys(buckets).length === 0) return undefined
  const found = Object.keys(buckets).map((name) => {
    const bucket = table(buckets, name, path)
    const field = (key: string): Field => ({
      value: withVariable(bucket[key], environment),
      place: `${path}: ${describePath(['storage', 'buckets', name, key])}`,
    })
    const settings: BucketSettings = {
      public: truth(field('public')) ?? false,
      fileSizeLimit: size(field('file_size_limit')) ?? null,
      allowedMimeTypes: strings(field('allowed_mime_types')) ?? null,
    }
    return [name, settings] as const
  })
  return Object.fromEntries(found)
}

const UNITS: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4 }

/** "50MiB", "500KB" or a number of bytes; units are powers of 1024, as in the Supabase CLI. */
function size({ value, place }: Field): number | undefined {
  if (value === undefined) return undefined
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?\s*$/i.exec(String(value)) ?? []
  const power = UNITS[(unit ?? '').toLowerCase()]
  if (number === undefined || power === undefined)
    throw new HarnessError('CONFIG_INVALID', `${place}: expected a size such as "50MiB"`)
  return Math.round(Number(number) * 1024 ** power)
}

interface Field {
  readonly value: unknown
  readonly place: string
}

function parseToml(text: string, path: string): TomlTable {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const reason = error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '') ?? ''
    throw new HarnessError('CONFIG_INVALID', `${path}:${error.line}:${error.column}: ${reason}`, {
      cause: error,
    })
  }
}

function table(file: TomlTable, key: string, path: string): TomlTable {
  const value = file[key]
  if (value === undefined) return {}
  if (typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)) return value
  throw new HarnessError('CONFIG_INVALID', `${path}: ${key}: expected a table`)
}

function withVariable(value: unknown, environment: Environment): unknown {
  const name = typeof value === 'string' ? /^env\((\w+)\)$/.exec(value)?.[1] : undefined
  return name === undefined ? value : environment[name]
}

function strings({ value, place }: Field): readonly string[] | undefined {
  if (value === undefined) return undefined
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw new HarnessError('CONFIG_INVALID', `${place}: expected a list of names`)
}

function truth({ value, place }: Field): boolean | undefined {
  if (value === undefined) return undefined
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw new HarnessError('CONFIG_INVALID', `${place}: expected true or false`)
}

function number({ value, place }: Field): number | undefined {
  if (value === undefined) return undefined
  const whole = typeof value === 'string' ? Number(value) : value
  if (typeof whole === 'number' && Number.isInteger(whole)) return whole
  throw new HarnessError('CONFIG_INVALID', `${place}: expected a whole number`)
}

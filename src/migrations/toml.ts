import { parse } from 'smol-toml'
import { HarnessError } from '../errors.ts'

/** @throws HarnessError CONFIG_INVALID */
export function parseToml(path: string, text: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw new HarnessError('CONFIG_INVALID', `${path} is not valid TOML: ${reason}`, { cause: error })
  }
}

/** What stands under a key, along tables; undefined where one of them is not there. */
export function field(table: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    table,
  )
}

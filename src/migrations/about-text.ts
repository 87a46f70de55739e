import { NOTHING } from '../domain/failed-statement.ts'
import type { About, WrittenName } from '../domain/failed-statement.ts'
import type { ServerError } from '../domain/server-error.ts'

const CHANGES_ACCESS =
  /\b(policy|policies|security|grant|revoke|privileges|alter|drop|create|rename|owner|execute|perform|call)\b/i

/** Where a loop over the catalog gives the names, no text does. */
const LISTS =
  /\b(pg_tables|pg_class|pg_policies|pg_policy|pg_proc|pg_views|pg_namespace|information_schema)\b/i
const EXECUTES = /\bexecute\b/i
const OF_ALL = /\ball\s+(tables|functions|routines|procedures)\s+in\s+schema\b|\bdefault\s+privileges\b/i

/** What a block, or a statement that can't be parsed, was about: whatever its words name, or everything. */
export function aboutText(text: string): About {
  const code = text.replaceAll(/--.*$/gm, ' ').replaceAll(/\/\*[\s\S]*?\*\//g, ' ')
  if (!CHANGES_ACCESS.test(code)) return NOTHING
  if (OF_ALL.test(code) || (LISTS.test(code) && EXECUTES.test(code))) return { ...NOTHING, everything: true }
  const plain = code.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []
  const quoted = [...code.matchAll(/"((?:[^"]|"")+)"/g)].map(([, name = '']) => name.replaceAll('""', '"'))
  return { ...NOTHING, words: [...new Set([...plain.map((word) => word.toLowerCase()), ...quoted])] }
}

const UNDEFINED_TABLE = '42P01'

/**
 * The relation that the server looked for in vain: the name at the place that the error points at, else the one that its
 * message quotes. It is only listed, no verdict hangs on it.
 */
export function missingRelation(
  text: string,
  { sqlstate, message, position }: Pick<ServerError, 'sqlstate' | 'message' | 'position'>,
): WrittenName | undefined {
  if (sqlstate !== UNDEFINED_TABLE) return undefined
  const at =
    position === undefined
      ? ''
      : Array.from(text)
          .slice(position - 1)
          .join('')
  const pointed =
    /^(?:"[^"]+"|[\p{L}_][\p{L}\p{N}_$]*)(?:\s*\.\s*(?:"[^"]+"|[\p{L}_][\p{L}\p{N}_$]*))?/u.exec(at)?.[0]
  if (pointed !== undefined) return named(pointed.match(/"[^"]+"|[^".\s]+/g) ?? [])
  const quoted = /"([^"]+)"/.exec(message)?.[1]
  // sequences are looked for like tables
  if (quoted?.endsWith('_seq')) return undefined
  return quoted === undefined ? undefined : named(quoted.split('.').map((part) => `"${part}"`))
}

function named(parts: readonly string[]): WrittenName {
  const plain = parts.map((part) => (part.startsWith('"') ? part.slice(1, -1) : part.toLowerCase()))
  return { schema: plain.at(-2) ?? null, name: plain.at(-1) ?? '' }
}

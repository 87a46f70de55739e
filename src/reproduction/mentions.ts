import type { Relation } from '../domain/catalog.ts'
import type { Values } from '../domain/population.ts'
import type { Inventory, KnownRow } from './inventory.ts'

const LITERAL = /(E?)'((?:[^']|'')*)'/g

/** The text literals of a statement, as their values. */
export const literalsOf = (sql: string): readonly string[] =>
  [...sql.matchAll(LITERAL)].map(([, escaped, text = '']) => {
    const plain = text.replaceAll("''", "'")
    return escaped === 'E' ? plain.replaceAll('\\\\', '\\') : plain
  })

/** The rows that a statement writes, as far as it holds them as JSON objects. */
export function payloadsOf(sql: string): readonly Values[] {
  return literalsOf(sql).flatMap((text) => {
    if (!text.startsWith('{')) return []
    try {
      const value: unknown = JSON.parse(text)
      return typeof value === 'object' && value !== null && !Array.isArray(value)
        ? [Object.fromEntries(Object.entries(value))]
        : []
    } catch {
      return [] // an array literal begins like an object
    }
  })
}

/** Rows that a payload's foreign keys lead to: without them it is refused before anything is shown. */
export function payloadParents(
  inventory: Inventory,
  { foreignKeys }: Relation,
  payloads: readonly Values[],
): readonly KnownRow[] {
  return payloads.flatMap((payload) =>
    foreignKeys.flatMap(({ columns, target, targetColumns }) =>
      inventory.find(
        target,
        targetColumns,
        columns.map((name) => payload[name]),
      ),
    ),
  )
}

/** Whether a row has a key of something that is to be inserted beside it. */
export const collidesWith =
  ({ oid, keys }: Relation, payloads: readonly Values[]) =>
  ({ relation, row }: KnownRow): boolean =>
    relation.oid === oid &&
    payloads.some((payload) =>
      keys.some(
        ({ columns, partial }) =>
          !partial &&
          columns.length > 0 &&
          columns.every(
            (name) => (payload[name] ?? null) !== null && String(payload[name]) === String(row.values[name]),
          ),
      ),
    )

const TELLING = 6
const MOST_NAMED = 3

/** Rows of these relations whose key, or whose user, stands in a statement. */
export function namedRows(
  inventory: Inventory,
  relations: readonly Relation[],
  sql: string,
): readonly KnownRow[] {
  const literals = new Set(literalsOf(sql).flatMap(partsOf))
  const isTold = (value: unknown): boolean =>
    (typeof value === 'number' || (typeof value === 'string' && value.length >= TELLING)) &&
    literals.has(String(value))
  return relations.flatMap(({ oid, keys }) => {
    const whole = keys.filter(({ columns, partial }) => !partial && columns.length > 0)
    return inventory
      .of(oid)
      .filter(({ row }) => whole.some(({ columns }) => columns.every((name) => isTold(row.values[name]))))
      .slice(0, MOST_NAMED)
  })
}

/** A literal, or what a JSON text holds. */
function partsOf(text: string): readonly string[] {
  if (!/^[[{]/.test(text)) return [text]
  return [
    text,
    ...[...text.matchAll(/"((?:[^"\\]|\\.)*)"|-?\d+(?:\.\d+)?/g)].map(([all, inner]) => inner ?? all),
  ]
}

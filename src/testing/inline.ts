import { quoteLiteral } from '../sql/quote.ts'
import { tokensOf } from '../sql/split-tokens.ts'

/** The statement with its parameters written out, for people and psql. */
export function withValues(statement: string, values: readonly unknown[]): string {
  if (values.length === 0) return statement
  const parts: string[] = []
  let end = 0
  for (const { kind, start } of tokensOf(statement)) {
    // the scanner gives `$` and the number as two tokens
    const number =
      kind === 'symbol' && statement[start] === '$' ? /^\d+/.exec(statement.slice(start + 1))?.[0] : undefined
    if (number === undefined) continue
    parts.push(statement.slice(end, start), literalOf(values[Number(number) - 1]))
    end = start + 1 + number.length
  }
  return [...parts, statement.slice(end)].join('')
}

/** Whether the text holds no statement: nothing, or comments alone. */
export const isEmpty = (statement: string): boolean =>
  [...tokensOf(statement)].every(
    ({ kind, start }) => kind === 'space' || kind === 'comment' || statement[start] === ';',
  )

/** A value as the driver sends it: dates in ISO form, arrays as PostgreSQL writes them, objects as JSON. */
export function literalOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (value instanceof Date) return quoteLiteral(value.toISOString())
  if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString('hex')}'`
  if (Array.isArray(value)) return quoteLiteral(arrayText(value))
  if (typeof value === 'object') return quoteLiteral(JSON.stringify(value))
  return quoteLiteral(String(value))
}

function arrayText(values: readonly unknown[]): string {
  const items = values.map((value) => {
    if (value === null || value === undefined) return 'NULL'
    if (Array.isArray(value)) return arrayText(value)
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
    return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  })
  return `{${items.join(',')}}`
}

import type { Column } from '../domain/catalog.ts'
import type { Values } from '../domain/population.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import type { KnownRow } from './inventory.ts'

/** An INSERT that puts a row there as it stood. Triggers and foreign keys are expected to be silent. */
export function insertSql({ relation, row }: KnownRow): string {
  const columns = relation.columns.filter((column) => isGiven(column, row.values))
  const table = quoteQualified(relation.schema, relation.name)
  const names = columns.map(({ name }) => quoteName(name)).join(', ')
  const always = columns.some(({ identity }) => identity === 'always') ? ' overriding system value' : ''
  const literals = columns.map((column) =>
    isMoment(column, row.values) ? NOW : literalOf(column, row.values[column.name]),
  )
  const source = literals.every((one) => one !== null)
    ? `values (${literals.join(', ')})`
    : `select ${columns.map((column) => (isMoment(column, row.values) ? NOW : `made.${quoteName(column.name)}`)).join(', ')} from jsonb_populate_record(null::${table}, ${quoteLiteral(
        JSON.stringify(
          pick(
            columns.filter((column) => !isMoment(column, row.values)),
            row.values,
          ),
        ),
      )}::jsonb) made`
  // INSERT with ON CONFLICT does not go together with rules (manual, INSERT)
  const twice = relation.hasRules ? '' : ' on conflict do nothing'
  return `insert into ${table} (${names})${always} ${source}${twice}`
}

const NOW = 'now()'

/** Made up times are whole seconds: what has a fraction is when the run took place, and another one in every run. */
const isMoment = ({ name, baseType, array }: Column, values: Values): boolean =>
  !array && /^timestamp/.test(baseType) && /T[\d:]+\.\d/.test(String(values[name]))

/** What would be put there anyway need not be said: NULL, or the constant that is the default. */
function isGiven({ name, generated, default: fallback, identity }: Column, values: Values): boolean {
  const value = values[name]
  if (generated || value === undefined) return false
  if (value === null) return fallback !== null || identity !== null
  return fallback === null || constantOf(fallback) !== String(value)
}

/** A default as to_jsonb() would show it, where it is a plain constant: `'draft'::text`, `0`, `false`. */
function constantOf(fallback: string): string | undefined {
  const [, text, plain] =
    /^(?:'((?:[^']|'')*)'::[\w ".]+(?:\(\d+\))?|(-?\d+|true|false))$/.exec(fallback) ?? []
  return text?.replaceAll("''", "'") ?? plain
}

/** Plain text where the server reads back what to_jsonb() wrote; null where only jsonb_populate_record() does. */
function literalOf({ baseType, array }: Column, value: unknown): string | null {
  if (value === null) return 'null'
  if (/^jsonb?$/.test(baseType) && !array) return quoteLiteral(JSON.stringify(value))
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? quoteLiteral(value)
    : null
}

const pick = (columns: readonly Column[], values: Values): Values =>
  Object.fromEntries(columns.map(({ name }) => [name, values[name]]))

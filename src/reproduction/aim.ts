import type { Relation } from '../domain/catalog.ts'
import { quoteLiteral, quoteName } from '../sql/quote.ts'
import type { Inventory, KnownRow } from './inventory.ts'

/** A condition on `t` that holds for just these rows of one relation, by a key where there is one. */
export function keyCondition(
  rows: readonly KnownRow[],
  readable: (column: string) => boolean = () => true,
): string {
  const [first] = rows
  const key = first && keyOf(first.relation, rows, readable)
  if (!key) return rows.map((one) => valuesCondition(one, readable)).join(' or ')
  const names = key.map((name) => `t.${quoteName(name)}`)
  const tuples = rows.map(({ row }) => key.map((name) => quoteLiteral(String(row.values[name]))))
  if (key.length === 1)
    return tuples.length === 1
      ? `${names[0]} = ${tuples[0]?.[0] ?? ''}`
      : `${names[0]} in (${tuples.map(([one]) => one).join(', ')})`
  return `(${names.join(', ')}) in (${tuples.map((one) => `(${one.join(', ')})`).join(', ')})`
}

/** The columns of a key whose values can be written down, the primary one first. */
export function keyOf(
  { keys }: Relation,
  rows: readonly KnownRow[],
  readable: (column: string) => boolean = () => true,
): readonly string[] | undefined {
  return [...keys]
    .sort((a, b) => Number(b.primary) - Number(a.primary))
    .find(
      ({ partial, columns }) =>
        !partial &&
        columns.length > 0 &&
        columns.every(readable) &&
        rows.every(({ row }) =>
          columns.every((name) => ['string', 'number', 'boolean'].includes(typeof row.values[name])),
        ),
    )?.columns
}

/** Without a key a row is known by its values. A parent shows fewer columns of it than it has. */
function valuesCondition({ relation, row }: KnownRow, readable: (column: string) => boolean): string {
  const names = relation.columns.map(({ name }) => name)
  if (names.every(readable)) return `to_jsonb(t.*) <@ ${quoteLiteral(JSON.stringify(row.values))}::jsonb`
  const some = names.filter(readable)
  const values = Object.fromEntries(some.map((name) => [name, row.values[name]]))
  const built = some.map((name) => `${quoteLiteral(name)}, t.${quoteName(name)}`).join(', ')
  return `jsonb_build_object(${built}) = ${quoteLiteral(JSON.stringify(values))}::jsonb`
}

const PLACES =
  /t\.tableoid::int8 \|\| ':' \|\| t\.ctid (in \(|not in \(|<> )((?:'[0-9]+:\([0-9]+,[0-9]+\)'(?:, )?)+)\)?/g

/** The same statement with rows named by their keys: where a row stands is another place in every database. */
export function withoutPlaces(text: string, inventory: Inventory): string {
  return text.replaceAll(PLACES, (whole: string, how: string, list: string) => {
    const rows = placesIn(list).flatMap((place) => inventory.at(place) ?? [])
    if (rows.length === 0) return whole
    const condition = keyCondition(rows)
    return how === 'in (' ? `(${condition})` : `not (${condition})`
  })
}

/** Places of rows that a text names. */
export const placesIn = (text: string): readonly string[] =>
  [...text.matchAll(/'([0-9]+:\([0-9]+,[0-9]+\))'/g)].map((match) => match[1] ?? '')

const TUPLES = / where \((t\.(?:"(?:[^"]|"")+"|, t\.)::text(?:, t\."(?:[^"]|"")+"::text)*)\) in \((.*)\)$/s

/** The statement with only those keys in its list that are a row's; unchanged where it has no such list. */
export function aimedAt(statement: string, rows: readonly KnownRow[]): string {
  const match = TUPLES.exec(statement)
  if (!match) return statement
  const names = (match[1] ?? '').split('::text, t.').map((name) => name.replace(/^t\.|::text$/g, ''))
  const tuples = tuplesIn(match[2] ?? '').filter((tuple) =>
    rows.some(({ row }) => {
      const values = new Set(Object.values(row.values).map((value) => quoteLiteral(String(value))))
      return tuple.every((one) => values.has(one))
    }),
  )
  if (tuples.length === 0) return statement
  const head = statement.slice(0, match.index)
  const terms = tuples.map((tuple) =>
    names.map((name, at) => `t.${name}::text = ${tuple[at] ?? 'null'}`).join(' and '),
  )
  return `${head} where ${terms.length === 1 ? terms[0] : terms.map((term) => `(${term})`).join(' or ')}`
}

/** `('a', 'b'), ('c', 'd')` as lists of literals. */
function tuplesIn(text: string): readonly (readonly string[])[] {
  const tuples: string[][] = []
  for (const [token] of text.matchAll(/E?'(?:[^']|'')*'|\(/g)) {
    if (token === '(') tuples.push([])
    else tuples.at(-1)?.push(token)
  }
  return tuples
}

import type { Connection } from '../database/connection.ts'
import { DatabaseError } from '../database/connection.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Values } from '../domain/population.ts'
import type { ServerError } from '../domain/server-error.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import type { Person } from './cast.ts'

export type Inserted =
  | { readonly kind: 'inserted'; readonly values: Values }
  /** a trigger or a migration had made the row already */
  | { readonly kind: 'found'; readonly values: Values }
  | { readonly kind: 'failed'; readonly reason: string; readonly error: ServerError | null }

/** Claims that triggers see while rows of this person are inserted. */
export function claimsSql(person: Person | null): string {
  const claims = person
    ? { sub: person.key, role: 'authenticated', email: person.email }
    : { role: 'service_role' }
  return `select set_config('request.jwt.claims', ${quoteLiteral(JSON.stringify(claims))}, true)`
}

/** The statement that inserts rows given as JSON, so that every type's own input function reads them. */
export function insertSql(relation: Relation, rows: readonly Values[]): string {
  const table = quoteQualified(relation.schema, relation.name)
  const names = relation.columns
    .filter(({ name, generated }) => !generated && rows.some((row) => name in row))
    .map(({ name }) => name)
  if (names.length === 0) return `insert into ${table} default values returning to_jsonb(${table}.*) as row`
  const list = names.map(quoteName).join(', ')
  return (
    `insert into ${table} as seeded (${list}) overriding system value select ${list} ` +
    `from jsonb_populate_recordset(null::${table}, ${quoteLiteral(JSON.stringify(rows))}::jsonb) returning to_jsonb(seeded.*) as row`
  )
}

/** Inserts rows with triggers on, which see the person's claims. */
export function insertRows(
  connection: Connection,
  relation: Relation,
  person: Person | null,
  rows: readonly Values[],
): Promise<readonly Inserted[]> {
  return insertRowsIn(connection, relation, claimsSql(person), rows)
}

/**
 * Inserts rows in a session that a statement sets up: all at once where that works, else one by one, so that one bad row
 * costs only itself.
 */
export async function insertRowsIn(
  connection: Connection,
  relation: Relation,
  session: string,
  rows: readonly Values[],
): Promise<readonly Inserted[]> {
  if (rows.length === 0) return []
  const together = await attempt(connection, session, insertSql(relation, rows), deferredOf(relation))
  if (Array.isArray(together) && together.length === rows.length)
    return together.map((values) => ({ kind: 'inserted', values }))
  if (Array.isArray(together)) await connection.run('rollback to savepoint seeding')
  const results: Inserted[] = []
  for (const row of rows) results.push(await insertOne(connection, relation, session, row))
  return results
}

async function insertOne(
  connection: Connection,
  relation: Relation,
  session: string,
  row: Values,
): Promise<Inserted> {
  const answer = await attempt(connection, session, insertSql(relation, [row]), deferredOf(relation))
  if (Array.isArray(answer)) {
    const [values] = answer
    if (values) return { kind: 'inserted', values }
    return { kind: 'failed', reason: 'a trigger or rule swallows inserted rows', error: null }
  }
  if (answer.sqlstate === '23505') {
    const standing = await findStanding(connection, relation, answer, row)
    if (standing) return { kind: 'found', values: standing }
  }
  return { kind: 'failed', reason: describe(answer), error: answer }
}

/** Constraint triggers that wait for the end of the transaction ask who it is now: then it would be nobody. */
function deferredOf({ schema, triggers }: Relation): string {
  const names = triggers
    .filter(({ enabled, deferrable }) => enabled && deferrable)
    .map(({ name }) => quoteQualified(schema, name))
    .join(', ')
  return names === '' ? '' : `; set constraints ${names} immediate; set constraints ${names} deferred`
}

/** Runs in a savepoint of its own; a failure leaves the transaction as it was. */
async function attempt(
  connection: Connection,
  session: string,
  statement: string,
  deferred: string,
): Promise<Values[] | ServerError> {
  try {
    const results = await connection.results(`savepoint seeding; ${session}; ${statement}${deferred}`)
    return (results.findLast(({ rows }) => rows.some((one) => 'row' in one))?.rows ?? []).map(
      ({ row }) => row as Values,
    )
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    await connection.run('rollback to savepoint seeding')
    return error.error
  }
}

/** On a unique violation the row that stands in the way is looked up by the violated key. */
async function findStanding(
  connection: Connection,
  relation: Relation,
  error: ServerError,
  row: Values,
): Promise<Values | undefined> {
  const key = relation.keys.find(({ name }) => name === error.constraint)
  // an index of expressions alone names no column to look the row up by
  if (!key || key.columns.length === 0 || error.table !== relation.name) return undefined
  const conditions = key.columns.map((name) => {
    const value = row[name]
    if (value === null || value === undefined) return 'false'
    return `${quoteName(name)}::text = ${quoteLiteral(typeof value === 'object' ? JSON.stringify(value) : String(value))}`
  })
  const [found] = await connection.rows<{ row: Values }>(
    `select to_jsonb(t.*) as row from ${quoteQualified(relation.schema, relation.name)} t where ${conditions.join(' and ')} limit 1`,
  )
  return found?.row
}

/** For people: the constraint or column, and what the server says. */
export function describe(error: ServerError): string {
  const where = error.constraint
    ? `constraint ${error.constraint}: `
    : error.column
      ? `column ${error.column}: `
      : ''
  return `${where}${error.message} (${error.sqlstate})`
}

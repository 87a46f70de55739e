import { readFileSync } from 'node:fs'
import { DatabaseError } from '../database/connection.ts'
import type { Connection } from '../database/connection.ts'
import { BECOME_SUPERUSER, sessionSql } from '../database/impersonate.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Actor, Values } from '../domain/population.ts'
import type { Truth } from '../policy/tree.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'

/** An expression that raised an error, where others come to something. */
export interface Failure {
  readonly error: string
}

/** What an expression came to. */
export type Came = Truth | Failure

export const failed = (came: Came): came is Failure => typeof came === 'object' && came !== null

/** Expressions over the columns of a relation, and rows that they are asked of. */
export interface Inquiry {
  readonly relation: Relation
  readonly expressions: readonly string[]
  /** as to_jsonb() gives them, whether they stand in the relation or not */
  readonly rows: readonly Values[]
  /** whose privileges and row security hold for what the expressions look into, where a view's owner stands in for the caller */
  readonly rightsOf?: string
}

/** Who asks what; numbers are places in the lists of the inquiry. */
export interface Question {
  readonly actor: Actor
  readonly expressions: readonly number[]
  readonly rows: readonly number[]
}

/** Per row of the question, per expression of it. */
export type Answer = readonly (readonly Came[])[]

/**
 * Evaluates expressions over rows as actors, in a transaction that is rolled back. Names are looked up once, as those of
 * a policy are, by a superuser: the actor needs no USAGE on the schemas that they name, yet EXECUTE and SELECT on what is
 * in them (manual, "Row Security Policies"). A view with security_invoker does just that.
 */
export async function ask(
  connection: Connection,
  inquiry: Inquiry,
  questions: readonly Question[],
): Promise<readonly Answer[]> {
  const atOnce = await askAtOnce(connection, inquiry, questions)
  if (atOnce) return atOnce
  const wanted = questions.filter(isAny)
  const answers = await oneByOne(connection, inquiry, wanted)
  await connection.run('rollback')
  return inPlace(questions, wanted, answers)
}

/** The same in one message, which others may come before and after; null where one of the answers is an error. */
export async function askAtOnce(
  connection: Connection,
  inquiry: Inquiry,
  questions: readonly Question[],
): Promise<readonly Answer[] | null> {
  const wanted = questions.filter(isAny)
  const answers = wanted.length === 0 ? [] : await askTogether(connection, wanted, inquiry)
  return answers && inPlace(questions, wanted, answers)
}

const isAny = ({ rows, expressions }: Question): boolean => rows.length > 0 && expressions.length > 0

function inPlace(
  questions: readonly Question[],
  wanted: readonly Question[],
  answers: readonly Answer[],
): readonly Answer[] {
  const found = new Map(wanted.map((question, index) => [question, answers[index]]))
  return questions.map((question) => found.get(question) ?? question.rows.map(() => []))
}

/** Question by question, expression by expression, row by row. */
async function oneByOne(
  connection: Connection,
  inquiry: Inquiry,
  questions: readonly Question[],
): Promise<readonly Answer[]> {
  const failure = await prepared(connection, inquiry)
  if (failure) {
    if (inquiry.expressions.length > 1) return await byHalves(connection, inquiry, questions)
    return questions.map(({ rows, expressions }) => rows.map(() => expressions.map(() => failure)))
  }
  const found = new Map<Question, Answer>()
  for (const question of questions) {
    const [answer] = (await askTogether(connection, [question])) ?? []
    if (answer) found.set(question, answer)
    else if (inquiry.expressions.length === 1) found.set(question, await askGuarded(connection, question))
  }
  const left = questions.filter((question) => !found.has(question))
  const later = left.length === 0 ? [] : await byHalves(connection, inquiry, left)
  for (const [index, question] of left.entries()) found.set(question, later[index] ?? [])
  return questions.map((question) => found.get(question) ?? [])
}

/** Makes what is asked; why it cannot be made is the answer to an expression that stands alone. */
async function prepared(connection: Connection, inquiry: Inquiry): Promise<Failure | null> {
  try {
    await connection.run(making(inquiry).join(';\n'))
    return null
  } catch (error) {
    if (error instanceof DatabaseError) return { error: error.error.message }
    throw error
  }
}

/** What the server refuses because of one expression, recursion for instance, spoils all others of the same view. */
async function byHalves(
  connection: Connection,
  inquiry: Inquiry,
  questions: readonly Question[],
): Promise<readonly Answer[]> {
  const { expressions } = inquiry
  const middle = Math.ceil(expressions.length / 2)
  const half = (from: number, to: number): Promise<readonly Answer[]> =>
    ask(
      connection,
      { ...inquiry, expressions: expressions.slice(from, to) },
      questions.map((one) => ({
        ...one,
        expressions: one.expressions.filter((at) => at >= from && at < to).map((at) => at - from),
      })),
    )
  const [first, second] = [await half(0, middle), await half(middle, expressions.length)]
  return questions.map((question, index) =>
    question.rows.map((_, row) => {
      const left = [...(first[index]?.[row] ?? [])]
      const right = [...(second[index]?.[row] ?? [])]
      return question.expressions.map((at) => (at < middle ? left.shift() : right.shift()) ?? null)
    }),
  )
}

const SCHEMA = 'rls_harness_trace'
const GUARDED = readFileSync(new URL('./guarded.sql', import.meta.url), 'utf8')
  .trim()
  .replace(/;$/, '')

/** Event triggers of the project are not asked about what is gone when the transaction ends. */
function making({ relation, expressions, rows, rightsOf }: Inquiry): readonly string[] {
  const given = rows.map((row, index) => ({ rls_number: index, rls_row: row }))
  const columns = expressions.map((text, index) => `(${text})::pg_catalog.bool as c${index}`)
  return [
    'rollback',
    'begin',
    'set local session_replication_role = replica',
    "set local search_path = ''",
    `create schema ${SCHEMA}`,
    `create table ${SCHEMA}.given (rls_number int primary key, rls_row jsonb)`,
    `insert into ${SCHEMA}.given select * from pg_catalog.jsonb_to_recordset(${quoteLiteral(JSON.stringify(given))}::jsonb) as r (rls_number int, rls_row jsonb)`,
    `create view ${SCHEMA}.asked ${rightsOf === undefined ? 'with (security_invoker = true) ' : ''}as select rls_given.rls_number, ${columns.join(', ')} from ${SCHEMA}.given as rls_given cross join lateral pg_catalog.jsonb_populate_record(null::${quoteQualified(relation.schema, relation.name)}, rls_given.rls_row) as ${quoteName(relation.name)}`,
    ...(rightsOf === undefined ? [] : [`alter view ${SCHEMA}.asked owner to ${quoteName(rightsOf)}`]),
    GUARDED,
    `grant usage on schema ${SCHEMA} to public`,
    `grant select on all tables in schema ${SCHEMA} to public`,
    `grant execute on all functions in schema ${SCHEMA} to public`,
    'set local search_path to default',
    'set local session_replication_role = origin',
    'savepoint rls_asked',
  ]
}

/** Back to where nobody has asked yet. ROLLBACK TO does not reliably restore who the session is. */
const LEAVE = ['rollback to savepoint rls_asked', BECOME_SUPERUSER]

/**
 * All questions in one message; null where one of the answers is an error.
 *
 * @param inquiry what is to be made before, in a transaction that ends with it; else that is done
 */
async function askTogether(
  connection: Connection,
  questions: readonly Question[],
  inquiry?: Inquiry,
): Promise<readonly Answer[] | null> {
  const asked = questions.flatMap((question) => [sessionSql(question.actor), together(question), ...LEAVE])
  const text = inquiry ? [...making(inquiry), ...asked, 'rollback'] : asked
  try {
    const results = await connection.results(text.join(';\n'))
    const told = results.flatMap(({ rows }) =>
      rows[0] && 'rls_came' in rows[0] ? [rows[0]['rls_came']] : [],
    )
    return questions.map((question, index) => readTogether(question, String(told[index] ?? '')))
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    if (!inquiry) await connection.run(LEAVE.join(';\n'))
    return null
  }
}

/** One letter for each row and expression: t, f, or n for NULL. */
function together({ expressions, rows }: Question): string {
  const letters = expressions.map((at) => `pg_catalog.left(coalesce(c${at}::pg_catalog.text, 'n'), 1)`)
  return `select pg_catalog.string_agg(${letters.join(' || ')}, '' order by rls_number) as rls_came from ${SCHEMA}.asked where rls_number = any ('{${rows.join(',')}}'::int4[])`
}

function readTogether({ expressions, rows }: Question, letters: string): Answer {
  const order = [...new Set(rows)].sort((a, b) => a - b)
  return rows.map((row) => {
    const from = order.indexOf(row) * expressions.length
    return expressions.map((_, index) => truthOf(letters[from + index]))
  })
}

const truthOf = (letter: unknown): Truth => (letter === 't' ? true : letter === 'f' ? false : null)

/** One actor's questions, where some answers are errors. */
async function askGuarded(connection: Connection, question: Question): Promise<Answer> {
  const { actor, expressions, rows } = question
  const list = (numbers: readonly number[]): string => `'{${numbers.join(',')}}'::int4[]`
  try {
    const results = await connection.results(
      [
        sessionSql(actor),
        `select rls_came from ${SCHEMA}.guarded(${list(expressions)}, ${list(rows)}) as rls_came`,
        ...LEAVE,
      ].join(';\n'),
    )
    const told = results.flatMap((one) =>
      one.rows.flatMap((row) => ('rls_came' in row ? [row['rls_came']] : [])),
    )
    return readGuarded(question, told)
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    await connection.run(LEAVE.join(';\n'))
    return rows.map(() => expressions.map(() => ({ error: error.error.message })))
  }
}

function readGuarded({ expressions, rows }: Question, told: readonly unknown[]): Answer {
  const found = new Map<string, Came>()
  for (const one of told) {
    if (!Array.isArray(one)) continue
    const [place, number, letter, error] = one as readonly unknown[]
    found.set(`${String(place)} ${String(number)}`, typeof error === 'string' ? { error } : truthOf(letter))
  }
  return rows.map((row) => expressions.map((at) => found.get(`${at} ${row}`) ?? null))
}

import type { QueryRunner } from '../database/connection.ts'
import { DatabaseError } from '../database/connection.ts'
import { settingsSql } from '../database/impersonate.ts'
import type { Actor } from '../domain/population.ts'
import { searchPathOf, sourceOf } from '../seed/trial.ts'
import { nameParts, parseExpression, walk } from '../sql/parse.ts'
import type { Draft } from './draft.ts'

/** What an expression came to, as JSON; an error where the server raises one. */
export type Answer = { readonly value: unknown } | { readonly error: string }

export const valueOf = (answer: Answer | undefined): unknown =>
  answer && 'value' in answer ? answer.value : null

/** Answers that are kept: those of one relation repeat each other, those of others do not. */
const MOST_KEPT = 5_000

const kept = new WeakMap<QueryRunner, Map<string, Promise<Answer>>>()

/**
 * Lets the server compute expressions over the rows and the session of a draft; as superuser, who sees everything. What an
 * expression came to for the same columns, in the same session if it asks for one, is not asked again.
 */
export async function ask(
  connection: QueryRunner,
  draft: Draft,
  expressions: readonly string[],
): Promise<readonly Answer[]> {
  const known = kept.get(connection) ?? new Map<string, Promise<Answer>>()
  kept.set(connection, known)
  // before it is looked up what is missing
  if (known.size >= MOST_KEPT) known.clear()
  const keys = expressions.map((text) => keyOf(text, draft))
  const missing = expressions.filter((_, index) => !known.has(keys[index] ?? ''))
  const asked = missing.length === 0 ? Promise.resolve([]) : askAll(connection, draft, missing)
  const answers = expressions.map((text, index) => {
    const key = keys[index] ?? null
    const answer =
      known.get(key ?? '') ??
      asked.then((all): Answer => all[missing.indexOf(text)] ?? { error: 'nothing was answered' })
    if (key !== null) known.set(key, answer)
    return answer
  })
  return Promise.all(answers)
}

async function askAll(
  connection: QueryRunner,
  draft: Draft,
  expressions: readonly string[],
): Promise<readonly Answer[]> {
  const together = await askOnce(connection, draft, expressions)
  if (together) return together
  if (expressions.length === 1) return [{ error: 'the server refuses it' }]
  const answers: Answer[] = []
  for (const one of expressions) answers.push(...(await askAll(connection, draft, [one])))
  return answers
}

async function askOnce(
  connection: QueryRunner,
  draft: Draft,
  expressions: readonly string[],
): Promise<readonly Answer[] | null> {
  const mentions = expressions.map(mentionsIn)
  const isMentioned = (alias: string): boolean =>
    mentions.some((one) => one === null || one.columns.some(([of]) => of === alias))
  const sources = [...draft.rows].flatMap(([alias, { relation, values }]) =>
    isMentioned(alias) ? [sourceOf(relation, [values], alias)] : [],
  )
  const list = expressions.map((text) => `to_jsonb(${text})`).join(', ')
  const own = draft.rows.get('r0')?.relation
  try {
    const results = await connection.results(
      [
        ...(mentions.some((one) => one === null || one.asksSession) ? [settingsSql(draft.actor)] : []),
        ...(own ? [`set local search_path = ${searchPathOf(own)}`] : []),
        `select jsonb_build_array(${list}) as answers${sources.length === 0 ? '' : ` from ${sources.join(' cross join ')}`}`,
      ].join(';\n'),
    )
    const answers = results.at(-1)?.rows[0]?.['answers']
    return Array.isArray(answers) ? answers.map((value: unknown) => ({ value })) : null
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    return null
  }
}

/** What an expression's value is made of. */
interface Mentions {
  readonly columns: readonly (readonly [alias: string, column: string])[]
  readonly asksSession: boolean
}

/** Functions that say the same for the same arguments and the same session. */
const STEADY: ReadonlySet<string> = new Set([
  'auth.uid',
  'auth.jwt',
  'auth.role',
  'auth.email',
  'current_setting',
  'now',
  'lower',
  'upper',
])

const mentioned = new Map<string, Mentions | null>()

/** null: whatever there is may matter, chance included. */
function mentionsIn(text: string): Mentions | null {
  const known = mentioned.get(text)
  if (known !== undefined) return known
  if (mentioned.size >= MOST_KEPT) mentioned.clear()
  const found = readMentions(text)
  mentioned.set(text, found)
  return found
}

function readMentions(text: string): Mentions | null {
  const tree = parseExpression(text)
  const columns: (readonly [string, string])[] = []
  let asksSession = false
  for (const node of tree ? walk(tree) : []) {
    if (node.kind === 'ColumnRef') {
      const [alias, column, ...more] = nameParts(node, 'fields')
      if (alias === undefined || column === undefined || more.length > 0) return null
      columns.push([alias, column])
    } else if (node.kind === 'FuncCall') {
      if (!STEADY.has(nameParts(node, 'funcname').join('.'))) return null
      asksSession = true
    } else if (node.kind === 'SQLValueFunction') asksSession = true
    else if (node.kind === 'SubLink' || node.kind === 'ParamRef' || node.kind === 'A_Star') return null
  }
  return tree && { columns, asksSession }
}

/** The same for what must come to the same; null where nobody can tell. */
function keyOf(text: string, { rows, actor }: Draft): string | null {
  const mentions = mentionsIn(text)
  if (!mentions) return null
  const columns = mentions.columns.map(([alias, column]) => {
    const row = rows.get(alias)
    return row ? [row.relation.oid, row.values[column] ?? null] : null
  })
  if (columns.some((one) => one === null)) return null
  const path = rows.get('r0')?.relation.schema
  return JSON.stringify([text, path, columns, mentions.asksSession ? sessionOf(actor) : null])
}

const sessions = new WeakMap<Actor, number>()
const numbers = new Map<string, number>()

/** A number for what the session says: the same for the same. */
function sessionOf(actor: Actor): number {
  const known = sessions.get(actor)
  if (known !== undefined) return known
  const text = settingsSql(actor)
  const number = numbers.get(text) ?? numbers.size
  numbers.set(text, number)
  sessions.set(actor, number)
  return number
}

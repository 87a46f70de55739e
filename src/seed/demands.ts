import type { QueryRunner } from '../database/connection.ts'
import { DatabaseError } from '../database/connection.ts'
import type { Catalog, Relation, Routine } from '../domain/catalog.ts'
import { bare, nameParts, parseExpression, walk } from '../sql/parse.ts'
import { readPlpgsql } from '../sql/plpgsql-body.ts'
import type { BodyStatement } from '../sql/plpgsql-body.ts'
import { quoteQualified } from '../sql/quote.ts'
import type { Condition } from './constraints.ts'
import { replaceNames } from './replace-names.ts'
import { searchPathOf, sourceOf } from './trial.ts'

/** What rows are called in conditions of triggers. */
export const NEW = 'new'

const MOST_DEMANDS = 12

/** Triggers that fire for a row that is inserted, with their functions. */
export function insertTriggers(relation: Relation, catalog: Catalog): readonly Routine[] {
  const fired = relation.triggers.filter(({ enabled, events }) => enabled && events.includes('insert'))
  return fired.flatMap(
    ({ functionName }) =>
      catalog.routines.find(
        ({ schema, name, isTrigger }) => isTrigger && `${schema}.${name}` === functionName,
      ) ?? [],
  )
}

/**
 * What a relation's triggers ask of rows that are inserted: the opposite of every condition under which they raise an error
 * or drop the row, over the row as NEW. Of columns that say whose the row is none may be changed for that.
 */
export function demandsOf(
  relation: Relation,
  catalog: Catalog,
  fixed: ReadonlySet<string>,
): readonly Condition[] {
  return insertTriggers(relation, catalog)
    .filter(({ language }) => language === 'plpgsql')
    .flatMap((routine) => refusals(routine, relation))
    .flatMap((refused) => demand(refused, relation, fixed))
    .slice(0, MOST_DEMANDS)
}

function demand(refused: string, relation: Relation, fixed: ReadonlySet<string>): readonly Condition[] {
  const expression = `((${refused}) is not true)`
  const tree = parseExpression(expression)
  if (!tree) return []
  const named = new Set(
    [...walk(tree)].flatMap((node) => {
      const [first, second] = node.kind === 'ColumnRef' ? nameParts(bare(node), 'fields') : []
      return first === NEW && second !== undefined ? [second] : []
    }),
  )
  const columns = relation.columns
    .filter(({ name, generated }) => named.has(name) && !generated && !fixed.has(name))
    .map(({ name }) => name)
  return columns.length === 0 ? [] : [{ name: 'trigger', expression, columns, bodies: [] }]
}

/** Conditions under which an inserted row is refused or dropped, as texts over NEW. */
export function refusals(routine: Pick<Routine, 'body'>, relation: Relation): readonly string[] {
  const body = readPlpgsql(routine.body, 'trigger')
  if (!body) return []
  const state: State = { relation, found: [], path: [], known: new Map(FIXED) }
  for (const { name, default: text } of body.variables)
    if (text !== null) state.known.set(name, `(${replaced(state, text)})`)
  follow(body.statements, state)
  return state.found
}

const FIXED: readonly (readonly [string, string])[] = [
  ['tg_op', `'INSERT'::text`],
  ['tg_when', `'BEFORE'::text`],
  ['tg_level', `'ROW'::text`],
]

interface State {
  readonly relation: Relation
  readonly found: string[]
  /** what holds where the next statement runs */
  readonly path: readonly string[]
  /** names that stand for an expression */
  readonly known: Map<string, string>
}

const replaced = ({ known, relation }: State, text: string): string => {
  const old = `(null::${quoteQualified(relation.schema, relation.name)})`
  return replaceNames(text, new Map([...known, ['old', old]]))
}

/** @returns whether what comes after is reached at all */
function follow(statements: readonly BodyStatement[], state: State): boolean {
  let path = state.path
  for (const statement of statements) {
    const here: State = { ...state, path }
    switch (statement.kind) {
      case 'raise':
        if (statement.fails) return refuse(here)
        break
      case 'return':
        return /^\s*null\s*$/i.test(statement.expression ?? '') ? refuse(here) : false
      case 'block':
        if (!follow(statement.statements, here)) return false
        break
      case 'if':
        path = [...path, ...branch(statement, here)]
        break
      case 'assign':
        state.known.set(statement.variable, `(${replaced(here, statement.expression)})`)
        break
      case 'select into':
        remember(statement, here)
        break
      case 'perform':
        state.known.set('found', `exists (${replaced(here, statement.query)})`)
        break
      case 'return query':
      case 'other':
        break
    }
  }
  return true
}

function refuse({ path, found }: State): false {
  if (path.length > 0) found.push(path.map((one) => `(${one})`).join(' and '))
  return false
}

/** Follows the arms. @returns what holds behind the statement: arms that do not lead there were not taken */
function branch(statement: Extract<BodyStatement, { kind: 'if' }>, state: State): readonly string[] {
  const passed: string[] = []
  const behind: string[] = []
  for (const { condition, statements } of statement.arms) {
    const text = replaced(state, condition)
    const inside = { ...state, path: [...state.path, ...passed, text], known: new Map(state.known) }
    if (!follow(statements, inside)) behind.push(`(${text}) is not true`)
    passed.push(`(${text}) is not true`)
  }
  const otherwise = { ...state, path: [...state.path, ...passed], known: new Map(state.known) }
  follow(statement.otherwise, otherwise)
  return behind
}

function remember(statement: Extract<BodyStatement, { kind: 'select into' }>, state: State): void {
  const query = replaced(state, statement.query)
  state.known.set('found', `exists (${query})`)
  if (statement.into.kind === 'row') {
    state.known.set(statement.into.name, `(select q from (${query}) q limit 1)`)
    return
  }
  const names = statement.into.names.map((_, index) => `c${index}`)
  for (const [index, name] of statement.into.names.entries())
    state.known.set(name, `(select q.c${index} from (${query}) q (${names.join(', ')}) limit 1)`)
}

/** Those that the server can evaluate by themselves: what a body computes on the way may be out of sight. */
export async function evaluable(
  connection: QueryRunner,
  relation: Relation,
  demands: readonly Condition[],
): Promise<readonly Condition[]> {
  const found: Condition[] = []
  for (const demand of demands)
    if (await runs(connection, relation, `select ${demand.expression}`)) found.push(demand)
  return found
}

async function runs(connection: QueryRunner, relation: Relation, select: string): Promise<boolean> {
  try {
    await connection.run(
      `savepoint demands; set local search_path = ${searchPathOf(relation)}; ${select} from ${sourceOf(relation, [{}], NEW)}; rollback to savepoint demands`,
    )
    return true
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    await connection.run('rollback to savepoint demands')
    return false
  }
}

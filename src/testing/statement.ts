import { relationByOid } from '../domain/catalog.ts'
import type { Catalog, Relation, Routine } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import type { Outcome } from '../domain/probe.ts'
import type { ServerError } from '../domain/server-error.ts'
import type { Command } from '../domain/vocabulary.ts'

import type { Needs } from '../probe/needs.ts'
import { classify } from '../probe/outcome.ts'
import { targetOf } from '../probe/target.ts'
import { child, children, nameParts, parseStatements, stringOf, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'

/** What of the catalog a statement touches, as far as its text says. */
export interface Described {
  /** null where it is none of the four: a CALL, a SET, several statements */
  readonly command: Command | null
  /** the relation that is written, or the first that is read */
  readonly target: Needs | null
  readonly others: readonly Needs[]
  readonly routines: readonly Routine[]
  /** whether it is a TRUNCATE, which row security does not know */
  readonly truncates: boolean
}

const COMMAND_OF: Readonly<Record<string, Command>> = {
  SelectStmt: 'select',
  InsertStmt: 'insert',
  UpdateStmt: 'update',
  DeleteStmt: 'delete',
}

/** Reads the text as PostgreSQL's grammar does; what it refuses is described as nothing. */
export function describeStatement(catalog: Catalog, text: string): Described {
  const statements = parseStatements(text) ?? []
  const [statement] = statements
  const routines = statements.flatMap((one) => routinesIn(catalog, one))
  if (!statement || statements.length !== 1)
    return { command: null, target: null, others: [], routines, truncates: false }
  const command = COMMAND_OF[statement.kind] ?? null
  const names = columnNames(statement)
  const main = command === 'select' ? undefined : targetNode(catalog, statement)
  const named = [...new Set([...(main ? [main] : []), ...relationsIn(catalog, statement)])]
  const written = command === null ? undefined : main
  const reading = named
    .filter((relation) => relation !== written)
    .map((relation): Needs => ({ relation, command: 'select', writes: [], reads: readsOf(relation, names) }))
  const target =
    written && command
      ? {
          relation: written,
          command,
          writes: writesOf(statement, written),
          reads: readsWhileWriting(statement, written, names),
        }
      : (reading[0] ?? null)
  const others = [...overwriting(statement, target), ...reading.filter((one) => one !== target)]
  return { command, target, others, routines, truncates: statement.kind === 'TruncateStmt' }
}

/** What ON CONFLICT DO UPDATE needs beside the INSERT. */
function overwriting(statement: Node, target: Needs | null): readonly Needs[] {
  const clause = statement.fields['onConflictClause']
  if (!target || typeof clause !== 'object' || clause === null) return []
  const changes = children({ kind: 'OnConflictClause', fields: { ...clause } }, 'targetList')
  return changes.length === 0 ? [] : [{ ...target, command: 'update', writes: namesOf(changes) }]
}

const DATA_CHANGES: ReadonlySet<string> = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])

/** What a statement can answer with, as far as its text says; what the grammar refuses may do anything. */
export function effectsOf(text: string): { readonly writes: boolean; readonly returns: boolean } {
  const last = parseStatements(text)?.at(-1)
  if (!last) return { writes: true, returns: true }
  if (DATA_CHANGES.has(last.kind)) return { writes: true, returns: 'returningClause' in last.fields }
  const isRead = last.kind === 'SelectStmt'
  return { writes: !isRead || [...walk(last)].some(({ kind }) => DATA_CHANGES.has(kind)), returns: true }
}

function targetNode(catalog: Catalog, statement: Node): Relation | undefined {
  const node = child(statement, 'relation') ?? bareRange(statement.fields['relation'])
  return node && relationOf(catalog, node)
}

/** Some fields hold a RangeVar without its name. */
const bareRange = (value: unknown): Node | undefined =>
  typeof value === 'object' && value !== null && 'relname' in value
    ? { kind: 'RangeVar', fields: { ...value } }
    : undefined

function relationsIn(catalog: Catalog, statement: Node): readonly Relation[] {
  const found = [...walk(statement)].flatMap((node) =>
    node.kind === 'RangeVar' ? (relationOf(catalog, node) ?? []) : [],
  )
  return [...new Set(found)]
}

function relationOf({ relations }: Catalog, { fields }: Node): Relation | undefined {
  const schema = fields['schemaname']
  return relations.find(
    (one) =>
      one.name === fields['relname'] && one.schema === (typeof schema === 'string' ? schema : 'public'),
  )
}

function routinesIn({ routines }: Catalog, statement: Node): readonly Routine[] {
  return [...walk(statement)].flatMap((node) => {
    if (node.kind !== 'FuncCall') return []
    const parts = nameParts(node, 'funcname')
    const name = parts.at(-1)
    const schema = parts.length > 1 ? parts.at(-2) : undefined
    return routines.filter((one) => one.name === name && (schema === undefined || one.schema === schema))
  })
}

/** `*` stands for every column. */
function columnNames(statement: Node): ReadonlySet<string> | 'all' {
  const names = new Set<string>()
  for (const node of walk(statement)) {
    if (node.kind === 'A_Star') return 'all'
    const last = node.kind === 'ColumnRef' ? children(node, 'fields').at(-1) : undefined
    const name = stringOf(last)
    if (name !== undefined) names.add(name)
  }
  return names
}

const readsOf = (relation: Relation, names: ReadonlySet<string> | 'all'): Needs['reads'] =>
  names === 'all' ? 'all' : relation.columns.flatMap(({ name }) => (names.has(name) ? [name] : []))

function readsWhileWriting(
  statement: Node,
  relation: Relation,
  names: ReadonlySet<string> | 'all',
): Needs['reads'] {
  const { fields } = statement
  const isPlain =
    statement.kind === 'InsertStmt' && !('returningClause' in fields) && !('onConflictClause' in fields)
  return isPlain ? [] : readsOf(relation, names)
}

function writesOf(statement: Node, relation: Relation): readonly string[] {
  if (statement.kind === 'DeleteStmt') return []
  const named = namesOf(children(statement, statement.kind === 'InsertStmt' ? 'cols' : 'targetList'))
  const isWhole = statement.kind === 'InsertStmt' && named.length === 0
  return isWhole ? relation.columns.filter(({ generated }) => !generated).map(({ name }) => name) : named
}

const namesOf = (list: readonly Node[]): readonly string[] =>
  list.flatMap(({ fields }) => (typeof fields['name'] === 'string' ? [fields['name']] : []))

/** What the server's refusal of the statement means. What is not known for sure is broken. */
export function readRefusal(
  error: ServerError,
  described: Described,
  { catalog, model, role }: { readonly catalog: Catalog; readonly model: Model; readonly role: string },
): Outcome {
  const broken: Outcome = { kind: 'broken', sqlstate: error.sqlstate, message: error.message }
  if (isRaised(error)) return { kind: 'denied', by: 'code' }
  if (described.truncates && isLackOfPrivilege(error)) return { kind: 'denied', by: 'privilege' }
  if (isOfAnother(error, described, catalog)) return broken
  for (const needs of [...(described.target ? [described.target] : []), ...described.others]) {
    const { base } = targetOf(catalog, model, needs.relation)
    const outcome = classify(error, { catalog, role, needs, base })
    // what is read on the way can be refused for want of a privilege and for nothing else
    const counts = needs === described.target || (outcome.kind === 'denied' && outcome.by === 'privilege')
    if (outcome.kind !== 'broken' && counts) return outcome
  }
  return lacksExecute(error, described, catalog, role) ? { kind: 'denied', by: 'privilege' } : broken
}

/** RAISE of PL/pgSQL, in a function or trigger of the project (src/pl/plpgsql/src/pl_exec.c). */
const isRaised = ({ routine }: ServerError): boolean => routine === 'exec_stmt_raise'

const isLackOfPrivilege = ({ sqlstate, routine, where }: ServerError): boolean =>
  sqlstate === '42501' && routine === 'aclcheck_error' && (where ?? '') === ''

/** A refused relation that the statement does not name, nor a view in it: a policy reads what the role may not. */
function isOfAnother(error: ServerError, { target, others }: Described, catalog: Catalog): boolean {
  const name = /^permission denied for (?:table|view|materialized view|foreign table) (.+)$/.exec(
    error.message,
  )?.[1]
  if (name === undefined || !isLackOfPrivilege(error)) return false
  const named = [...(target ? [target] : []), ...others].map(({ relation }) => relation)
  const seen = new Set<Relation>(named)
  // a Set that grows is walked to its end
  for (const relation of seen)
    for (const oid of relation.view?.reads ?? []) {
      const read = relationByOid(catalog, oid)
      if (read) seen.add(read)
    }
  return ![...seen].some((relation) => relation.name === name)
}

function lacksExecute(error: ServerError, { routines }: Described, catalog: Catalog, role: string): boolean {
  const name = /^permission denied for (?:function|procedure|routine|schema) (.+)$/.exec(error.message)?.[1]
  if (!isLackOfPrivilege(error)) return false
  return routines.some(
    (routine) =>
      (!routine.executableBy.includes(role) && routine.name === name) ||
      catalog.schemas.some(
        (schema) => schema.name === routine.schema && schema.name === name && !schema.usableBy.includes(role),
      ),
  )
}

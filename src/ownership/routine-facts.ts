import type { Catalog, Relation, Routine } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import type { Binding, RoutineFacts } from '../domain/routine-facts.ts'
import { bare, child, children, constantOf, nameParts, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { jsonArraysOf } from './aliases.ts'
import { argumentAt, argumentsIn, columnOf, isArithmetic, isJsonStep, jsonKeyIn } from './argument-uses.ts'
import { guessBindings } from './argument-names.ts'
import { meaningOf } from './expression.ts'
import { bodyTrees } from '../sql/bodies.ts'
import type { Reading } from './policy-facts.ts'
import { bind, newDraft, setOf } from './routine-draft.ts'
import type { Draft } from './routine-draft.ts'
import { rangeVar, readInsert, readUpdate, relationOf } from './routine-writes.ts'

const READABLE: ReadonlySet<string> = new Set(['sql', 'plpgsql'])
const MOST_DEPTH = 4

/** Whatever tells sessions apart; a call of a function that cannot be read may do so, too. */
const SESSION = /\bauth\.|current_setting|_user\b|\buser\b|current_role|\brole\b|\bjwt\b|\bexecute\b/i

/** Calls whose effect is outside of the transaction: requests, other connections, other sessions, files. */
const OUTSIDE =
  /^(http|http_(get|post|put|patch|delete|head)|dblink\w*|pg_(terminate|cancel)_backend|pg_reload_conf|pg_rotate_logfile|lo_(import|export)|pg_file_\w+|pg_switch_wal|pg_logical_\w+)$/

/** Reads the bodies of the project's functions as far as their language allows. */
export function routineFacts(
  catalog: Catalog,
  model: Model,
  reading: Reading,
  routines: readonly Routine[],
): ReadonlyMap<number, RoutineFacts> {
  const context: Context = { catalog, model, reading, known: new Map() }
  for (const routine of routines) factsOf(routine, context, 0)
  return context.known
}

interface Context {
  readonly catalog: Catalog
  readonly model: Model
  readonly reading: Reading
  readonly known: Map<number, RoutineFacts>
}

function factsOf(routine: Routine, context: Context, depth: number): RoutineFacts {
  const { catalog, known } = context
  const done = known.get(routine.oid)
  if (done) return done
  const opaque = !READABLE.has(routine.language)
  const draft = newDraft(routine.securityDefiner || opaque)
  draft.asksWho = opaque || !routine.securityDefiner || SESSION.test(routine.body)
  const trees = bodyTrees(routine)
  if (isDynamic(routine) || trees.length === 0) readText(routine, catalog, draft)
  const finish = (): RoutineFacts => ({
    routine: routine.oid,
    relations: [...draft.relations],
    bindings: new Map(routine.arguments.map((_, at) => [at, bindingsOf(routine, at, draft, context)])),
    literals: new Map([...draft.literals].map(([at, found]) => [at, [...found].sort()])),
    elevated: draft.elevated,
    jsonArrays: jsonArraysOf(routine),
    asksWho: draft.asksWho,
    writes: draft.writes,
    dynamic: isDynamic(routine),
    reachesOut: draft.reachesOut,
  })
  // a function that calls itself says nothing new about itself
  known.set(routine.oid, finish())
  if (trees.length === 0 && depth < MOST_DEPTH) readCalledNames(routine, context, depth, draft)
  for (const tree of trees) {
    readTree(tree, routine, context, draft)
    if (depth < MOST_DEPTH) readCalls(tree, routine, context, depth, draft)
  }
  const facts = finish()
  known.set(routine.oid, facts)
  return facts
}

/** SQL that is put together when it runs. */
export const isDynamic = ({ body, language }: Routine): boolean =>
  language === 'plpgsql' && /\bexecute\b/i.test(body)

/** What can be known of a body that is put together when it runs, or that does not parse: the words in it. */
function readText({ body }: Routine, catalog: Catalog, draft: Draft): void {
  for (const { oid } of namedIn(body, catalog)) draft.relations.add(oid)
  draft.writes = true
  draft.asksWho = true
  draft.reachesOut ??= body.match(/\w+(?=\s*\()/g)?.find((name) => OUTSIDE.test(name)) ?? null
}

/** Functions of the project that a body which does not parse may call: whatever stands before a parenthesis. */
function readCalledNames(routine: Routine, context: Context, depth: number, draft: Draft): void {
  for (const [, name = ''] of routine.body.matchAll(/([\w.]+)\s*\(/g)) {
    const called = context.reading.routines.get(name)
    if (!called || called === routine) continue
    const inner = factsOf(called, context, depth + 1)
    draft.reachesOut ??= inner.reachesOut
    if (inner.elevated) draft.elevated = true
  }
}

/** Tables that a statement which is put together may be about: those whose names stand anywhere in the body. */
const namedIn = (body: string, { relations, tested }: Catalog): readonly Relation[] => {
  const words = new Set(body.match(/\w+/g) ?? [])
  return relations.filter(({ schema, name }) => tested.includes(schema) && words.has(name))
}

/** What the body compares with the argument or with parts of it; where it says nothing, what their names say. */
function bindingsOf(
  routine: Routine,
  at: number,
  draft: Draft,
  { catalog, model }: Context,
): readonly Binding[] {
  const argument = routine.arguments[at]
  const found = [...(draft.bindings.get(at)?.values() ?? [])]
  const keys = [...(draft.jsonKeys.get(at) ?? [])].filter((key) => !found.some((one) => one.key === key))
  const guessed = keys.flatMap((key) => {
    const name = key.slice(key.lastIndexOf('.') + 1)
    return guessBindings(
      { name, baseType: /id$/i.test(name) ? null : 'text' },
      draft.relations,
      catalog,
      model,
    ).map((binding) => ({ ...binding, key }))
  })
  const all = [...found, ...guessed]
  return all.length > 0 || !argument ? all : guessBindings(argument, draft.relations, catalog, model)
}

/** What a called function says of its arguments it says of those that are handed on to it. */
function readCalls(tree: Node, routine: Routine, context: Context, depth: number, draft: Draft): void {
  for (const node of walk(tree)) {
    if (node.kind !== 'FuncCall') continue
    const name = nameParts(node, 'funcname')
    const called = overloadsOf(name, context)
    if (called.length === 0 && name.length > 1 && name[0] !== 'pg_catalog') draft.asksWho = true
    if (called.length === 0 && OUTSIDE.test(name.at(-1) ?? '')) draft.reachesOut ??= name.join('.')
    for (const one of called)
      takeOver(factsOf(one, context, depth + 1), children(node, 'args'), routine, draft)
  }
}

/** All functions of the name that is called: which of them it is depends on types. */
function overloadsOf(name: readonly string[], { catalog, reading }: Context): readonly Routine[] {
  const first = reading.routines.get(name.join('.'))
  return first ? catalog.routines.filter((one) => one.schema === first.schema && one.name === first.name) : []
}

function takeOver(inner: RoutineFacts, given: readonly Node[], routine: Routine, draft: Draft): void {
  for (const relation of inner.relations) draft.relations.add(relation)
  draft.reachesOut ??= inner.reachesOut
  draft.elevated ||= inner.elevated
  draft.writes ||= inner.writes
  draft.asksWho ||= inner.asksWho
  for (const [at, argument] of given.entries()) {
    const position = argumentAt(argument, routine)
    if (position === undefined) continue
    for (const binding of inner.bindings.get(at) ?? []) bind(draft, position, binding)
    for (const literal of inner.literals.get(at) ?? []) setOf(draft.literals, position).add(literal)
  }
}

function readTree(tree: Node, routine: Routine, context: Context, draft: Draft): void {
  const { reading } = context
  const relations = [...walk(tree)].flatMap((node) => relationOf(rangeVar(node), reading) ?? [])
  for (const { oid } of relations) draft.relations.add(oid)
  const columns = (name: string): readonly Binding[] =>
    relations
      .filter((relation) => relation.columns.some((column) => column.name === name))
      .map(({ oid }) => ({ relation: oid, column: name }))
  for (const node of walk(tree)) {
    if (/^(Insert|Update|Delete|Merge|Truncate)Stmt$/.test(node.kind)) draft.writes = true
    const taken = jsonKeyIn(node, routine)
    if (taken) setOf(draft.jsonKeys, taken.position).add(taken.key)
    switch (node.kind) {
      case 'A_Expr':
        readComparison(node, routine, columns, context, draft)
        break
      case 'InsertStmt':
        readInsert(node, routine, reading, draft)
        break
      case 'UpdateStmt':
        readUpdate(node, routine, reading, draft)
        break
    }
  }
}

/** `column = argument`, `argument = any (column)`, `column ilike '%' || argument || '%'`, `argument in ('a', 'b')` */
function readComparison(
  node: Node,
  routine: Routine,
  columns: (name: string) => readonly Binding[],
  { reading, model }: Context,
  draft: Draft,
): void {
  const left = child(node, 'lexpr')
  const right = child(node, 'rexpr')
  if (!left || isArithmetic(node) || isJsonStep(node)) return
  const sides = right ? [left, right] : [left]
  for (const [index, side] of sides.entries()) {
    const other = sides[1 - index]
    for (const { position, key } of argumentsIn(side, routine)) {
      const column = other && columnOf(other)
      if (column !== undefined) for (const binding of columns(column)) bind(draft, position, binding, key)
      // compared with the session's user, it is a user's key
      if (other && meaningOf(other, reading.routines, reading.identity).is === 'user')
        for (const binding of model.userRoots) bind(draft, position, binding, key)
      const constant = other && constantOf(bare(other))
      if (typeof constant === 'string') setOf(draft.literals, position).add(constant)
    }
  }
  if (right?.kind !== 'List' && right?.kind !== 'A_ArrayExpr') return
  const position = argumentAt(left, routine)
  if (position === undefined) return
  for (const inner of walk(right)) {
    const constant = constantOf(inner)
    if (typeof constant === 'string') setOf(draft.literals, position).add(constant)
  }
}

import type { Catalog, Relation, Routine } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import type { Binding, RoutineFacts } from '../domain/routine-facts.ts'
import { bare, child, children, constantOf, nameParts, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { argumentAt, argumentsIn, columnOf, jsonKeyIn } from './argument-uses.ts'
import { guessBindings } from './argument-names.ts'
import { meaningOf } from './expression.ts'
import { bodyTrees } from './mentions.ts'
import type { Reading } from './policy-facts.ts'

const READABLE: ReadonlySet<string> = new Set(['sql', 'plpgsql'])
const MOST_DEPTH = 4

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

interface Draft {
  readonly relations: Set<number>
  readonly bindings: Map<number, Map<string, Binding>>
  readonly literals: Map<number, Set<string>>
  /** keys that are taken from JSON arguments */
  readonly jsonKeys: Map<number, Set<string>>
  reachesOut: string | null
  elevated: boolean
}

function factsOf(routine: Routine, context: Context, depth: number): RoutineFacts {
  const { catalog, model, known } = context
  const done = known.get(routine.oid)
  if (done) return done
  const opaque = !READABLE.has(routine.language)
  const draft: Draft = {
    relations: new Set(),
    bindings: new Map(),
    literals: new Map(),
    jsonKeys: new Map(),
    reachesOut: null,
    elevated: routine.securityDefiner || opaque,
  }
  const finish = (): RoutineFacts => ({
    routine: routine.oid,
    relations: [...draft.relations],
    bindings: new Map(
      routine.arguments.map((argument, at) => {
        const found = [...(draft.bindings.get(at)?.values() ?? [])]
        const keys = [...(draft.jsonKeys.get(at) ?? [])].filter(
          (key) => !found.some((one) => one.key === key),
        )
        const guessed = keys.flatMap((key) =>
          guessBindings(
            { name: key, baseType: /id$/i.test(key) ? 'uuid' : 'text' },
            draft.relations,
            catalog,
            model,
          ).map((binding) => ({ ...binding, key })),
        )
        const all = [...found, ...guessed]
        return [at, all.length > 0 ? all : guessBindings(argument, draft.relations, catalog, model)]
      }),
    ),
    literals: new Map([...draft.literals].map(([at, found]) => [at, [...found].sort()])),
    elevated: draft.elevated,
    dynamic: /\bexecute\b/i.test(routine.body),
    reachesOut: draft.reachesOut,
  })
  // a function that calls itself says nothing new about itself
  known.set(routine.oid, finish())
  const trees = bodyTrees(routine)
  if (trees.length === 0 && depth < MOST_DEPTH) readOpaque(routine, context, depth, draft)
  for (const tree of trees) {
    readTree(tree, routine, context, draft)
    if (depth < MOST_DEPTH) readCalls(tree, routine, context, depth, draft)
  }
  const facts = finish()
  known.set(routine.oid, facts)
  return facts
}

/** Of a body that does not parse, only what it may call is known: whatever stands before a parenthesis. */
function readOpaque(routine: Routine, context: Context, depth: number, draft: Draft): void {
  for (const [, name = ''] of routine.body.matchAll(/([\w.]+)\s*\(/g)) {
    const called = context.reading.routines.get(name)
    const inner = called && called !== routine ? factsOf(called, context, depth + 1) : null
    draft.reachesOut ??= inner ? inner.reachesOut : OUTSIDE.test(name.split('.').at(-1) ?? '') ? name : null
    if (inner?.elevated) draft.elevated = true
  }
}

/** What a called function says of its arguments it says of those that are handed on to it. */
function readCalls(tree: Node, routine: Routine, context: Context, depth: number, draft: Draft): void {
  const { reading } = context
  for (const node of walk(tree)) {
    if (node.kind !== 'FuncCall') continue
    const name = nameParts(node, 'funcname')
    const called = reading.routines.get(name.join('.'))
    if (!called) {
      if (OUTSIDE.test(name.at(-1) ?? '')) draft.reachesOut ??= name.join('.')
      continue
    }
    const inner = factsOf(called, context, depth + 1)
    for (const relation of inner.relations) draft.relations.add(relation)
    draft.reachesOut ??= inner.reachesOut
    if (inner.elevated) draft.elevated = true
    for (const [at, argument] of children(node, 'args').entries()) {
      const position = argumentAt(argument, routine)
      if (position === undefined) continue
      for (const binding of inner.bindings.get(at) ?? []) bind(draft, position, binding)
      for (const literal of inner.literals.get(at) ?? []) setOf(draft.literals, position).add(literal)
    }
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

function relationOf(node: Node | undefined, reading: Reading): Relation | undefined {
  if (node?.kind !== 'RangeVar') return undefined
  const { relname, schemaname } = node.fields
  return reading.find(typeof schemaname === 'string' ? schemaname : null, String(relname))
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
  if (!left) return
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

function readInsert(node: Node, routine: Routine, reading: Reading, draft: Draft): void {
  const relation = relationOf(rangeVar(node), reading)
  const select = child(node, 'selectStmt')
  if (!relation || !select) return
  draft.relations.add(relation.oid)
  const named = children(node, 'cols').map(({ fields }) => String(fields['name']))
  const names = named.length > 0 ? named : relation.columns.map(({ name }) => name)
  const rows = children(select, 'valuesLists').map((row) => children(row, 'items'))
  const targets = children(select, 'targetList').flatMap((target) => child(target, 'val') ?? [])
  for (const row of [...rows, targets])
    for (const [at, value] of row.entries()) noteWrite(value, relation, names[at], routine, draft)
}

function readUpdate(node: Node, routine: Routine, reading: Reading, draft: Draft): void {
  const relation = relationOf(rangeVar(node), reading)
  if (!relation) return
  draft.relations.add(relation.oid)
  for (const target of children(node, 'targetList')) {
    const value = child(target, 'val')
    if (value) noteWrite(value, relation, String(target.fields['name']), routine, draft)
  }
}

/** The target of INSERT, UPDATE and DELETE stands there without the name of its node type. */
function rangeVar(node: Node): Node | undefined {
  if (node.kind === 'RangeVar') return node
  if (!/^(Insert|Update|Delete)Stmt$/.test(node.kind)) return undefined
  const fields = node.fields['relation']
  return typeof fields === 'object' && fields !== null
    ? { kind: 'RangeVar', fields: fields as Record<string, unknown> }
    : undefined
}

function noteWrite(
  value: Node,
  relation: Relation,
  column: string | undefined,
  routine: Routine,
  draft: Draft,
): void {
  if (column === undefined) return
  for (const { position, key } of argumentsIn(value, routine))
    bind(draft, position, { relation: relation.oid, column, written: true }, key)
}

function bind(draft: Draft, position: number, binding: Binding, key?: string): void {
  const { relation, column, written } = binding
  const found = draft.bindings.get(position) ?? new Map<string, Binding>()
  draft.bindings.set(position, found)
  const name = `${key ?? ''} ${relation}.${column}`
  // what is compared somewhere finds a row by it
  const isWritten = written === true && (found.get(name)?.written ?? true)
  found.set(name, {
    relation,
    column,
    ...(key === undefined ? {} : { key }),
    ...(isWritten ? { written: true } : {}),
  })
}

function setOf(map: Map<number, Set<string>>, key: number): Set<string> {
  const found = map.get(key) ?? new Set<string>()
  map.set(key, found)
  return found
}

import type { AskedColumns } from '../domain/asked-columns.ts'
import type { Catalog, Relation, Routine } from '../domain/catalog.ts'
import { bodyTrees } from '../sql/bodies.ts'
import { children, nameParts, parseExpression, parseStatements, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { viewLooks } from './depends.ts'
import type { Reading } from './policy-facts.ts'
import { wordsNaming } from './reads.ts'
import { isDynamic } from './routine-facts.ts'

/** Names of columns; `all` where it cannot be told which. */
type ColumnNames = ReadonlySet<string> | 'all'

/**
 * Which columns of a relation anything that looks into it may ask for: policies, views and functions, by every name that
 * stands in them. What is in other columns of its rows decides about nothing.
 */
export function columnsAsked(catalog: Catalog, reading: Reading): AskedColumns {
  const askedOf = namesByRelation(catalog, reading)
  return {
    mayMatter: (relation, written) => {
      const asked = askedOf(relation.oid)
      const changed = columnsChanged(relation, written, 'update', reading.routines)
      return asked === 'all' || changed === 'all' || [...changed].some((name) => asked.has(name))
    },
    ofNewRow: (relation) => {
      const asked = askedOf(relation.oid)
      return asked === 'all' || columnsChanged(relation, [], 'insert', reading.routines) === 'all'
        ? null
        : asked
    },
  }
}

function namesByRelation(catalog: Catalog, reading: Reading): (relation: number) => ColumnNames {
  const policies = catalog.relations
    .flatMap((one) => one.policies)
    .flatMap(({ using, withCheck }) => [using, withCheck])
    .flatMap((text) => (text === null ? [] : [readingOf([parseExpression(text)], reading)]))
  const routines = catalog.routines.map((routine) => readingOfRoutine(routine, reading))
  const views = catalog.relations.flatMap((one) =>
    one.view ? [{ one, read: readingOf(parseStatements(one.view.definition) ?? [], reading) }] : [],
  )
  const deciding = [...policies, ...routines]
  const isLookedInto = ({ oid }: Relation): boolean =>
    [...deciding, ...views.map(({ read }) => read)].some(({ relations }) => relations.has(oid))
  // what a view only hands on, row by row, decides about nothing, unless somebody looks into the view
  for (const { one, read } of views)
    if (isLookedInto(one) || viewLooks(one, reading).shows === null) deciding.push(read)
  return unionOf(deciding)
}

/** Relations that a text looks into, and the names of columns in it. */
interface ColumnReading {
  readonly relations: ReadonlySet<number>
  readonly names: ColumnNames
}

function unionOf(readings: readonly ColumnReading[]): (relation: number) => ColumnNames {
  const asked = new Map<number, Set<string> | 'all'>()
  for (const { relations, names } of readings)
    for (const relation of relations) {
      const known = asked.get(relation) ?? new Set<string>()
      asked.set(relation, known === 'all' || names === 'all' ? 'all' : new Set([...known, ...names]))
    }
  return (relation) => asked.get(relation) ?? new Set()
}

/** What is put together when it runs, or does not parse, may ask for anything of what its words name. */
function readingOfRoutine(routine: Routine, reading: Reading): ColumnReading {
  const trees = bodyTrees(routine)
  const isOpaque = trees.length === 0 || isDynamic(routine)
  return isOpaque
    ? { relations: new Set(wordsNaming(routine.body, reading)), names: 'all' }
    : readingOf(trees, reading)
}

function readingOf(parsed: readonly (Node | null)[], { find }: Reading): ColumnReading {
  const trees = parsed.filter((tree) => tree !== null)
  const relations = new Set<number>()
  const rows = new Set<string>()
  const names = new Set<string>()
  let isWhole = false
  for (const node of trees.flatMap((tree) => [...walk(tree)])) {
    if (node.kind === 'RangeVar') {
      const { relname, schemaname, alias } = node.fields
      const relation = find(typeof schemaname === 'string' ? schemaname : null, String(relname))
      if (relation) relations.add(relation.oid)
      rows.add(String(relname))
      if (typeof alias === 'object' && alias !== null && 'aliasname' in alias)
        rows.add(String(alias.aliasname))
    }
    if (node.kind !== 'ColumnRef') continue
    if (children(node, 'fields').some(({ kind }) => kind === 'A_Star')) isWhole = true
    for (const name of nameParts(node, 'fields')) names.add(name)
  }
  // a row as a whole is named as its relation is
  const isRow = [...names].some((name) => rows.has(name) && !isQualifier(name, trees))
  return { relations, names: isWhole || isRow ? 'all' : names }
}

/** Whether a name stands only before others: `m` in `m.user_id`. */
const isQualifier = (name: string, trees: readonly Node[]): boolean =>
  trees.every((tree) =>
    [...walk(tree)].every((node) => node.kind !== 'ColumnRef' || nameParts(node, 'fields').at(-1) !== name),
  )

/**
 * Columns that a write to a relation may change: those that it names, and what triggers and the relation itself compute;
 * `all` where it cannot be told.
 */
function columnsChanged(
  { columns, triggers }: Relation,
  written: readonly string[],
  command: 'insert' | 'update',
  routines: Pick<ReadonlyMap<string, Routine>, 'get'>,
): ColumnNames {
  const generated = columns.filter((column) => column.generated).map(({ name }) => name)
  const before = triggers.filter(
    ({ enabled, timing, events }) => enabled && timing === 'before' && events.includes(command),
  )
  const bodies = before.map(({ functionName }) => routines.get(functionName)?.body ?? null)
  if (bodies.some((body) => body === null || WHOLE_ROW.test(body))) return 'all'
  const assigned = bodies.flatMap((body) => [...(body ?? '').matchAll(ASSIGNED)].map(([, name = '']) => name))
  return new Set([...written, ...generated, ...assigned])
}

/** NEW is made anew, handed to somebody, or selected into. */
const WHOLE_ROW = /\bnew\b\s*(?::=|=[^=]|[,)])|\binto\s+(?:strict\s+)?new\b|\bexecute\b/i
const ASSIGNED = /\bnew\s*\.\s*"?(\w+)/gi

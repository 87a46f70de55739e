import { child, children, nameParts, stringOf, toNode, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { isAggregateName } from './aggregate-names.ts'
import { Unreadable, step } from './context.ts'
import type { Env, Found, Lookup, Target } from './context.ts'
import { isHarmlessLimit, readFrom } from './from.ts'
import type { SelectReader } from './from.ts'
import { partsOf } from './nodes.ts'
import { sameFound } from './same.ts'
import { sourcesScope } from './scope.ts'
import type { Source } from './scope.ts'

/** A SELECT over tables as rows to be found, known under the names that the same rows have elsewhere in the predicate. */
export function lookUp(select: Node, env: Env, reader: SelectReader): Lookup {
  return lookupOf(select, env, reader, (found, before) => sameFound(found, before, env))
}

/** The same under names of its own, as part of another FROM. */
export function readSelect(select: Node, env: Env, reader: SelectReader): Lookup {
  return lookupOf(select, env, reader, (found) => found)
}

function lookupOf(
  select: Node,
  env: Env,
  reader: SelectReader,
  named: (found: Found, before: number) => Found,
): Lookup {
  step(env)
  refuseShape(select, env)
  const before = env.context.counts.aliases
  const found = named(readFrom(select, env, reader), before)
  if (!env.lenient && targetsOf(select).some((target) => isAggregated(target, env)))
    throw new Unreadable('an aggregate')
  const inner: Env = { ...env, scopes: [sourcesScope(found.sources), ...env.scopes] }
  const targets = targetsOf(select).flatMap((target) => resolvedTargets(target, inner, found.sources))
  return { ...found, targets, limited: child(select, 'limitCount') !== undefined }
}

/** @throws Unreadable where a SELECT is more than FROM, WHERE and what it returns */
export function refuseShape(select: Node, env: Env): void {
  const { fields } = select
  if (select.kind !== 'SelectStmt') throw new Unreadable('writes')
  if ((fields['op'] ?? 'SETOP_NONE') !== 'SETOP_NONE') throw new Unreadable('a set operation')
  if ('valuesLists' in fields) throw new Unreadable('VALUES')
  if (env.lenient) return
  if ('withClause' in fields) throw new Unreadable('WITH')
  if ('havingClause' in fields) throw new Unreadable('HAVING')
  if ('groupClause' in fields && targetsOf(select).some((target) => isAggregated(target, env)))
    throw new Unreadable('GROUP BY')
  if (!isHarmlessLimit(select)) throw new Unreadable('OFFSET, or a LIMIT that is no number')
  if (targetsOf(select).some((target) => [...walk(target)].some(({ fields }) => 'over' in fields)))
    throw new Unreadable('a window function')
}

export const targetsOf = (select: Node): readonly Node[] => children(select, 'targetList')

/** A call of an aggregate of this SELECT, not of one inside of it. */
export const isAggregate = (node: Node, { context }: Env): boolean => {
  if (node.kind !== 'FuncCall') return false
  return isAggregateName(nameParts(node, 'funcname').at(-1) ?? '', context.reading)
}

export const isAggregated = (target: Node, env: Env): boolean =>
  [...walk(target, ({ kind }) => kind !== 'SubLink')].some((node) => isAggregate(node, env))

function resolvedTargets(target: Node, env: Env, sources: readonly Source[]): readonly Target[] {
  const value = child(target, 'val')
  if (!value) return []
  const parts = value.kind === 'ColumnRef' ? partsOf(value) : []
  if (parts.at(-1) === '*') {
    const meant = sources.filter(({ name }) => parts.length === 1 || name === parts.at(-2))
    return meant.flatMap(({ row }) => [...row.columns].map(([name, node]) => ({ name, node })))
  }
  try {
    return [{ name: nameOf(target, value), node: env.context.resolve(value, env) }]
  } catch (error) {
    if (error instanceof Unreadable && env.lenient) return []
    throw error
  }
}

/** The name that the server gives a column of a result. */
function nameOf(target: Node, value: Node): string {
  const { name } = target.fields
  if (typeof name === 'string') return name
  const inner = value.kind === 'TypeCast' ? (child(value, 'arg') ?? value) : value
  if (inner.kind === 'ColumnRef') return partsOf(inner).at(-1) ?? ''
  return inner.kind === 'FuncCall' ? (stringOf(children(inner, 'funcname').at(-1)) ?? '') : '?column?'
}

/** The only expression that a SELECT without FROM returns. */
export function plainTarget(select: Node): Node | undefined {
  const [target, more] = targetsOf(select)
  return target && !more && !('fromClause' in select.fields) ? child(target, 'val') : undefined
}

export const subselectOf = (sublink: Node): Node => {
  const select = toNode(sublink.fields['subselect'])
  if (!select) throw new Unreadable('a subquery without a query')
  return select
}

import { child, nameParts, rawOf, stringOf, toNode } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { Unreadable } from './context.ts'
import type { Env, Found, Lookup, Target } from './context.ts'
import { readFrom } from './from.ts'
import type { SelectReader } from './from.ts'
import {
  allOf,
  booleanNode,
  caseNode,
  nullNode,
  rebuilt,
  selectFields,
  sublinkNode,
  trueTestNode,
} from './nodes.ts'
import { sameFound } from './same.ts'
import { sourcesScope } from './scope.ts'
import { isAggregate, isAggregated, lookUp, plainTarget, refuseShape, targetsOf } from './select.ts'
import { isSingle } from './single.ts'

/**
 * A SELECT as values of its columns: each an expression by itself, or a scalar subquery.
 *
 * @param first whether the first of several rows is taken, as a function does, where a scalar subquery fails
 * @throws Unreadable where it cannot be said which row is meant
 */
export function valuesOf(select: Node, env: Env, reader: SelectReader, first: boolean): readonly Target[] {
  if (select.kind === 'SelectStmt' && !('fromClause' in select.fields)) return plainValues(select, env)
  if (targetsOf(select).some((target) => isAggregated(target, env)))
    return aggregatedValues(select, env, reader)
  const lookup = lookUp(select, env, reader)
  if ((first || lookup.limited) && !isSingle(lookup) && !env.lenient)
    throw new Unreadable('takes the first of several rows')
  return lookup.targets.map(({ name, node }) => ({ name, node: subselect(lookup, node, env) }))
}

function subselect(lookup: Lookup, target: Node, env: Env): Node {
  const fields = writtenSelect(lookup, [target], env)
  return sublinkNode('EXPR_SUBLINK', fields)
}

/** The fields of a SELECT of these rows, known as a lookup from here on. */
export function writtenSelect(found: Found, targets: readonly Node[], env: Env): Node['fields'] {
  const fields = selectFields(targets, found.items, found.where)
  env.context.lookups.set(fields, {
    ...found,
    targets: targets.map((node) => ({ name: '', node })),
    limited: false,
  })
  return fields
}

/** `select a where b`: a where b holds, else NULL. */
function plainValues(select: Node, env: Env): readonly Target[] {
  refuseShape(select, env)
  const where = child(select, 'whereClause')
  return targetsOf(select).map((target) => {
    const value = child(target, 'val')
    if (!value) throw new Unreadable('a SELECT of nothing')
    const node = env.context.resolve(value, env)
    const name = typeof target.fields['name'] === 'string' ? target.fields['name'] : ''
    if (!where) return { name, node }
    return { name, node: caseNode([{ condition: env.context.resolve(where, env), result: node }], nullNode) }
  })
}

/** Each aggregate as a scalar subquery of its own: without GROUP BY there is always one row. */
function aggregatedValues(select: Node, env: Env, reader: SelectReader): readonly Target[] {
  const { fields } = select
  if ('groupClause' in fields || 'limitOffset' in fields) throw new Unreadable('GROUP BY')
  refuseShape(select, env)
  const before = env.context.counts.aliases
  const found = sameFound(readFrom(select, env, reader), before, env)
  const inner: Env = { ...env, scopes: [sourcesScope(found.sources), ...env.scopes] }
  return targetsOf(select).map((target) => {
    const value = child(target, 'val') ?? nullNode
    const { name } = target.fields
    const called =
      value.kind === 'FuncCall'
        ? stringOf({ kind: 'String', fields: { sval: nameParts(value, 'funcname').at(-1) ?? '' } })
        : ''
    return {
      name: typeof name === 'string' ? name : (called ?? ''),
      node: aggregated(value, found, inner, env),
    }
  })
}

/** Columns outside of aggregates cannot stand here, so that all the rest is resolved outside. */
function aggregated(value: Node, found: Found, inner: Env, outer: Env): Node {
  if (isAggregate(value, outer)) return aggregateOf(value, found, inner)
  if (value.kind === 'SubLink' || value.kind === 'ColumnRef') return outer.context.resolve(value, outer)
  if (!isAggregated(value, outer)) return outer.context.resolve(value, outer)
  return rebuilt(value, (part) => aggregated(part, found, inner, outer))
}

function aggregateOf(call: Node, found: Found, inner: Env): Node {
  const filter = toNode(call.fields['agg_filter'])
  const { agg_filter: _, agg_order: __, ...fields } = call.fields
  const plain = rebuilt({ kind: call.kind, fields }, (part) =>
    part.kind === 'String' ? part : inner.context.resolve(part, inner),
  )
  const condition = filter && trueTestNode(inner.context.resolve(filter, inner), 'IS_TRUE')
  const parts = [...(found.where ? [found.where] : []), ...(condition ? [condition] : [])]
  const kept = { ...found, where: parts.length > 0 ? allOf(parts) : null }
  return sublinkNode('EXPR_SUBLINK', writtenSelect(kept, [plain], inner))
}

/** EXISTS of a SELECT. */
export function existenceOf(select: Node, env: Env, reader: SelectReader): Node {
  refuseShape(select, env)
  if (plainTarget(select) || !('fromClause' in select.fields)) {
    const where = child(select, 'whereClause')
    return where ? trueTestNode(env.context.resolve(where, env), 'IS_TRUE') : booleanNode(true)
  }
  if (targetsOf(select).some((target) => isAggregated(target, env)))
    throw new Unreadable('EXISTS of an aggregate')
  // what is returned does not matter
  const lookup = lookUp({ kind: 'SelectStmt', fields: { ...select.fields, targetList: [] } }, env, reader)
  return sublinkNode('EXISTS_SUBLINK', writtenSelect(lookup, [ONE], env))
}

const ONE: Node = { kind: 'A_Const', fields: { ival: { ival: 1 } } }

/** The rows of a SELECT behind IN, ANY, ALL or ARRAY. */
export function setOf(select: Node, env: Env, reader: SelectReader): Lookup {
  const only = select.kind === 'SelectStmt' ? plainTarget(select) : undefined
  const lookup =
    (only?.kind === 'FuncCall' && !('whereClause' in select.fields) ? reader.rows(only, env) : null) ??
    lookUp(select, env, reader)
  if (lookup.limited && !isSingle(lookup) && !env.lenient) throw new Unreadable('LIMIT')
  if (lookup.items.length === 0) throw new Unreadable('a subquery without FROM')
  return lookup
}

export const rawSelect = (fields: Node['fields']): unknown => rawOf({ kind: 'SelectStmt', fields })

import { child, children, rawOf, stringOf } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { isSetCall, resolvedCall, setBody } from './call.ts'
import { Unreadable } from './context.ts'
import type { Context, Env } from './context.ts'
import type { SelectReader } from './from.ts'
import { castTo, partsOf, rebuilt } from './nodes.ts'
import type { PolicyReading } from './reading.ts'
import { expressionValue, findValue, relationSource, sourcesScope } from './scope.ts'
import type { Value } from './scope.ts'
import { readSelect } from './select.ts'
import { resolvedSublink } from './sublink.ts'
import { withOuterNames } from './outward.ts'
import type { Relation } from '../domain/catalog.ts'

const READER: SelectReader = {
  select: (select, env) => readSelect(select, env, READER),
  call: (call, env) => setBody(call, env, READER, true),
  rows: (call, env) => setBody(call, env, READER, false),
  isSet: isSetCall,
}

/** What the expansion of one predicate shares; `caller` is the role that reads or writes. */
export const openContext = (reading: PolicyReading, caller: string): Context => ({
  reading,
  caller,
  counts: { aliases: 0, steps: 0 },
  lookups: new WeakMap(),
  closed: new WeakMap(),
  calls: new WeakMap(),
  same: new Map(),
  resolve,
  valueOf,
})

/** Where a policy's expression stands: it knows the columns of its relation. */
export const policyEnv = (context: Context, relation: Relation, alias: string, role: string): Env => ({
  context,
  role,
  user: null,
  scopes: [sourcesScope([relationSource(relation, relation.name, alias)])],
  path: [],
  calls: [],
  lenient: false,
})

/** The expression with every column under the name of its row, and functions and views written out. */
function resolve(node: Node, env: Env): Node {
  const value = valueOf(node, env)
  if (value.kind === 'expression') return value.node
  if (!value.row.whole) throw new Unreadable('a row that has no name')
  return value.row.whole
}

function valueOf(node: Node, env: Env): Value {
  switch (node.kind) {
    case 'ColumnRef':
      return named(node, env)
    case 'ParamRef':
      return placed(node, env)
    case 'A_Indirection':
      return fieldOf(node, env)
    case 'SubLink':
      return expressionValue(sublink(node, env))
    case 'FuncCall':
      return expressionValue(resolvedCall(node, env, READER))
    case 'SQLValueFunction':
      return expressionValue(currentUser(node, env))
    case 'CurrentOfExpr':
    case 'SetToDefault':
      throw new Unreadable('an expression of an unknown kind')
    default:
      return expressionValue(rebuilt(node, (part) => (LEAVES.has(part.kind) ? part : resolve(part, env))))
  }
}

const LEAVES: ReadonlySet<string> = new Set(['String', 'Integer', 'Float', 'Boolean', 'TypeName', 'A_Const'])

function named(node: Node, { scopes }: Env): Value {
  const parts = partsOf(node)
  const value = findValue(scopes, parts)
  if (!value) throw new Unreadable(`${parts.join('.')} is not known here`)
  return value
}

function placed(node: Node, { scopes }: Env): Value {
  const places = scopes.find((scope) => scope.places.length > 0)?.places ?? []
  const value = places[Number(node.fields['number']) - 1]
  if (!value) throw new Unreadable('a parameter without a value')
  return value
}

/** `(row).field` of a row whose fields are known. */
function fieldOf(node: Node, env: Env): Value {
  const [argument, path] = [child(node, 'arg'), children(node, 'indirection')]
  if (!argument) throw new Unreadable('a field of nothing')
  const value = valueOf(argument, env)
  const [first, ...rest] = path
  const field = stringOf(first)
  if (value.kind === 'row' && field !== undefined) {
    const column = value.row.columns.get(field)
    if (!column) throw new Unreadable(`${field} is not known here`)
    return expressionValue(rest.length === 0 ? column : indirection(column, rest))
  }
  return expressionValue(
    rebuilt(node, (part) => (LEAVES.has(part.kind) || part.kind === 'A_Star' ? part : resolve(part, env))),
  )
}

const indirection = (column: Node, path: readonly Node[]): Node => ({
  kind: 'A_Indirection',
  fields: { arg: rawOf(column), indirection: path.map(rawOf) },
})

/** Inside of a security definer function it is the function's owner. */
function currentUser(node: Node, { user }: Env): Node {
  const isUser = /^SVFOP_(CURRENT_USER|CURRENT_ROLE|USER)$/.test(String(node.fields['op']))
  if (user === null || !isUser) return node
  return castTo({ kind: 'A_Const', fields: { sval: { sval: user } } }, 'name')
}

/** A policy's own subquery that cannot be written out stays, with the columns of its surroundings under their names. */
function sublink(node: Node, env: Env): Node {
  try {
    return resolvedSublink(node, env, READER)
  } catch (error) {
    if (!(error instanceof Unreadable) || env.calls.length > 0 || env.lenient) throw error
    const kept = withOuterNames(node, env)
    env.context.closed.set(kept.fields, { why: error.message, hints: [] })
    return kept
  }
}

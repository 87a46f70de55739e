import type { Argument, Routine } from '../domain/catalog.ts'
import { child, children, parseExpression } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { Unreadable } from './context.ts'
import type { Env } from './context.ts'
import { castTo, nullNode } from './nodes.ts'
import { expressionValue } from './scope.ts'
import type { Scope, Value } from './scope.ts'

/** The function that a call means among those of its name; undefined where it takes other arguments. */
export function chosenRoutine(routines: readonly Routine[], call: Node): Routine | undefined {
  const given = children(call, 'args')
  const fitting = routines.filter((routine) => fits(routine, given))
  if (fitting.length <= 1) return fitting[0]
  const exact = fitting.filter((routine) => given.every((node, at) => isOfType(node, routine.arguments[at])))
  if (exact.length > 1) throw new Unreadable('several functions of that name')
  return exact[0]
}

function fits({ arguments: wanted, kind }: Routine, given: readonly Node[]): boolean {
  const required = wanted.filter(({ hasDefault }) => !hasDefault).length
  if (kind === 'aggregate' || wanted.some(({ variadic }) => variadic)) return false
  return (
    given.length <= wanted.length &&
    given.length >= required &&
    given.every((node) => node.kind !== 'NamedArgExpr' || wanted.some(({ name }) => name === nameOf(node)))
  )
}

/** As far as a cast says it. */
function isOfType(node: Node, argument: Argument | undefined): boolean {
  if (node.kind !== 'TypeCast' || !argument) return true
  return JSON.stringify(typeOf(node)) === JSON.stringify(typeOf(castTo(nullNode, argument.type)))
}

const typeOf = ({ fields }: Node): unknown => {
  const type = fields['typeName'] as { names?: readonly { String?: { sval?: string } }[] } | undefined
  return type?.names?.at(-1)?.String?.sval
}

const nameOf = ({ fields }: Node): string => (typeof fields['name'] === 'string' ? fields['name'] : '')

/** The arguments of a function as its body knows them; `values` are those that are given, resolved outside. */
export function argumentScope(routine: Routine, call: Node, values: readonly Value[], env: Env): Scope {
  const nodes = children(call, 'args')
  const places = routine.arguments.map((argument, at): Value => {
    const named = nodes.findIndex((node) => node.kind === 'NamedArgExpr' && nameOf(node) === argument.name)
    const place = named >= 0 ? named : nodes[at]?.kind === 'NamedArgExpr' ? -1 : at
    return typed(values[place] ?? defaultOf(routine, at, env), argument)
  })
  const variables = new Map(
    routine.arguments.flatMap(({ name }, at) => {
      const value = places[at]
      return name !== null && value ? [[name, value] as const] : []
    }),
  )
  return { sources: [], variables, places, routine: routine.name }
}

/** A constant of unknown type is of its argument's, and a row has the fields that its type has. */
function typed(value: Value, argument: Argument): Value {
  if (value.kind === 'row' || value.node.kind !== 'A_Const') return value
  return expressionValue(castTo(value.node, argument.type))
}

function defaultOf(routine: Routine, at: number, env: Env): Value {
  const text = routine.arguments[at]?.default
  const node = text === null || text === undefined ? null : parseExpression(text)
  if (!node) throw new Unreadable('takes an argument that was not given')
  return expressionValue(env.context.resolve(node, { ...env, scopes: [], path: [] }))
}

/** What is given for an argument: an expression, or a row that has fields. */
export function givenValue(node: Node, env: Env): Value {
  const inner = node.kind === 'NamedArgExpr' ? (child(node, 'arg') ?? node) : node
  return env.context.valueOf(inner, env)
}

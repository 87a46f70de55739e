import { parseStatements } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import type { Body, BodyStatement } from '../sql/plpgsql-body.ts'
import { Unreadable, step } from './context.ts'
import type { Env, Target } from './context.ts'
import type { SelectReader } from './from.ts'
import { booleanNode, caseNode, nullNode } from './nodes.ts'
import { expressionValue, rowValue } from './scope.ts'
import type { Value } from './scope.ts'
import { existenceOf, valuesOf } from './value.ts'

/** What a PL/pgSQL body returns, as one expression: IF becomes CASE, and a variable what was put into it. */
export function returnedBy(body: Body, env: Env, reader: SelectReader): Node {
  const start = body.variables.reduce((state, { name, default: text }) => {
    const value = text === null ? nullNode : valueOf(text, state, reader)
    return withVariable(state, name, expressionValue(value))
  }, env)
  return run(body.statements, start, reader)
}

/** The innermost level holds the arguments and variables of the function. */
function withVariable(env: Env, name: string, value: Value): Env {
  const [scope, ...outer] = env.scopes
  if (!scope) return env
  return { ...env, scopes: [{ ...scope, variables: new Map([...scope.variables, [name, value]]) }, ...outer] }
}

function run([first, ...rest]: readonly BodyStatement[], env: Env, reader: SelectReader): Node {
  step(env)
  if (!first) return nullNode
  switch (first.kind) {
    case 'return':
      return first.expression === null ? nullNode : valueOf(first.expression, env, reader)
    case 'if':
      return caseNode(
        first.arms.map(({ condition, statements }) => ({
          condition: valueOf(condition, env, reader),
          result: run([...statements, ...rest], env, reader),
        })),
        run([...first.otherwise, ...rest], env, reader),
      )
    case 'assign':
      return run(rest, withVariable(env, first.variable, assigned(first.expression, env, reader)), reader)
    case 'select into':
      return run(rest, selectedInto(first, env, reader), reader)
    case 'perform': {
      const found = existenceOf(statementOf(first.query), env, reader)
      return run(rest, withVariable(env, 'found', expressionValue(found)), reader)
    }
    case 'raise':
      // nothing is returned by who fails
      return first.fails ? nullNode : run(rest, env, reader)
    case 'block':
      return run([...first.statements, ...rest], env, reader)
    case 'return query':
      throw new Unreadable('returns rows step by step')
    case 'other':
      throw new Unreadable(first.what)
  }
}

function statementOf(query: string): Node {
  const [select, more] = parseStatements(query) ?? []
  if (!select || more) throw new Unreadable('its body does not parse')
  return select
}

/** An expression of PL/pgSQL is what stands behind SELECT, FROM and WHERE included. */
function valueOf(text: string, env: Env, reader: SelectReader): Node {
  const [value, more] = valuesOf(statementOf(`select ${text}`), env, reader, true)
  if (!value || more) throw new Unreadable('an expression of several columns')
  return value.node
}

/** A variable that is assigned a row keeps its fields. */
function assigned(text: string, env: Env, reader: SelectReader): Value {
  return expressionValue(valueOf(text, env, reader))
}

function selectedInto(
  { query, into }: Extract<BodyStatement, { kind: 'select into' }>,
  env: Env,
  reader: SelectReader,
): Env {
  const select = statementOf(query)
  const targets = valuesOf(select, env, reader, true)
  const found = 'fromClause' in select.fields ? foundBy(select, env, reader) : booleanNode(true)
  const after = withVariable(env, 'found', expressionValue(found))
  if (into.kind === 'row') return withVariable(after, into.name, rowOf(targets))
  return into.names.reduce((state, name, at) => {
    const target = targets[at]
    return withVariable(state, name, expressionValue(target?.node ?? nullNode))
  }, after)
}

/** An aggregate always finds a row. */
function foundBy(select: Node, env: Env, reader: SelectReader): Node {
  try {
    return existenceOf(select, env, reader)
  } catch (error) {
    if (error instanceof Unreadable) return booleanNode(true)
    throw error
  }
}

/** The parser takes a variable of a type that it does not know for a row: then it is the only column. */
function rowOf(targets: readonly Target[]): Value {
  const [only, more] = targets
  return rowValue({
    columns: new Map(targets.map(({ name, node }) => [name, node])),
    whole: only && !more ? only.node : null,
  })
}

import type { Routine } from '../domain/catalog.ts'
import { children, nameParts, parseStatements, rawOf, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { bodyTrees, withoutFrame } from '../sql/bodies.ts'
import { readPlpgsql } from '../sql/plpgsql-body.ts'
import type { Body } from '../sql/plpgsql-body.ts'
import { argumentScope, chosenRoutine, givenValue } from './arguments.ts'
import { Unreadable, step } from './context.ts'
import type { Env, Lookup } from './context.ts'
import type { SelectReader } from './from.ts'
import { castTo, uncast } from './nodes.ts'
import { findRoutines, schemasIn } from './reading.ts'
import type { Value } from './scope.ts'
import { readSelect } from './select.ts'
import { returnedBy } from './steps.ts'
import { setOf, valuesOf } from './value.ts'

/** A call with the body of its function in its place; as it stands where that is the platform's or cannot be read. */
export function resolvedCall(call: Node, env: Env, reader: SelectReader): Node {
  const values = children(call, 'args').map((argument) => givenValue(argument, env))
  const routine = routineOf(call, env)
  const plain = withArguments(call, values, routine)
  if (!routine) return plain
  const inner = bodyEnv(routine, call, values, env)
  try {
    return noted(scalarBody(routine, inner, reader), plain, env)
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    const why = `${routine.schema}.${routine.name}: ${error.message}`
    // the server would carry it out with the rights of who calls, not of who owns what it stands in
    if (env.user !== null) throw new Unreadable(why)
    env.context.closed.set(plain.fields, { why, hints: hintsIn(routine, inner, reader) })
    return plain
  }
}

/** The function of the project that is called. */
function routineOf(call: Node, { context: { reading }, path }: Env): Routine | undefined {
  const found = findRoutines(reading, nameParts(call, 'funcname'), path).filter(
    ({ schema, kind }) => !reading.platformSchemas.has(schema) && kind === 'function',
  )
  return chosenRoutine(found, call)
}

function withArguments(call: Node, values: readonly Value[], routine: Routine | undefined): Node {
  const given = children(call, 'args')
  const args = values.map((value, at) => {
    const node = value.kind === 'expression' ? value.node : wholeOf(value)
    const before = given[at]
    return rawOf(
      before?.kind === 'NamedArgExpr'
        ? { kind: before.kind, fields: { ...before.fields, arg: rawOf(node) } }
        : node,
    )
  })
  const name = routine
    ? { funcname: [routine.schema, routine.name].map((sval) => ({ String: { sval } })) }
    : {}
  const { args: _, ...fields } = call.fields
  return { kind: 'FuncCall', fields: { ...fields, ...(args.length > 0 ? { args } : {}), ...name } }
}

/** What stands in the place of a call, with the call kept beside it. */
function noted(node: Node, call: Node, { context: { calls, closed } }: Env): Node {
  if (closed.has(node.fields)) return node
  const own = { kind: node.kind, fields: { ...node.fields } }
  calls.set(own.fields, call)
  return own
}

function wholeOf(value: Value): Node {
  if (value.kind === 'expression') return value.node
  if (!value.row.whole) throw new Unreadable('a row that has no name')
  return value.row.whole
}

const DEEPEST = 8

/** @throws Unreadable where the function is in its own body */
function bodyEnv(routine: Routine, call: Node, values: readonly Value[], env: Env): Env {
  const owner = routine.securityDefiner ? routine.owner : null
  return {
    ...env,
    role: owner ?? env.role,
    user: owner ?? env.user,
    scopes: [argumentScope(routine, call, values, env)],
    path: routine.searchPath === null ? env.context.reading.path : schemasIn(routine.searchPath),
    calls: [...env.calls, routine.oid],
  }
}

function refuseRecursion({ calls }: Env): void {
  if (new Set(calls).size < calls.length) throw new Unreadable('calls itself')
  if (calls.length > DEEPEST) throw new Unreadable('calls too deeply')
}

function scalarBody(routine: Routine, env: Env, reader: SelectReader): Node {
  step(env)
  refuseRecursion(env)
  if (routine.returnsSet) throw new Unreadable('returns rows')
  switch (routine.language) {
    case 'sql': {
      const [value, more] = valuesOf(onlyStatement(routine), env, reader, true)
      if (!value || more) throw new Unreadable('returns several columns')
      return asReturned(value.node, routine)
    }
    case 'plpgsql': {
      const body = bodyOf(routine)
      if (!body) throw new Unreadable('its body does not parse')
      return asReturned(returnedBy(body, env, reader), routine)
    }
    default:
      throw new Unreadable(`is written in ${routine.language}`)
  }
}

/** What is of another type by itself, or of none, is cast to the one that is returned. */
function asReturned(node: Node, { returns }: Routine): Node {
  const { kind } = uncast(node)
  if (returns === 'boolean') return node
  const isOpen = kind === 'A_Const' || kind === 'CaseExpr' || (kind === 'SubLink' && returns.endsWith('[]'))
  return isOpen ? castTo(node, returns) : node
}

/** A function is called by many policies and read once. */
const bodies = new WeakMap<Routine, { readonly body: Body | null }>()
const statementsOf = new WeakMap<Routine, readonly Node[]>()

function bodyOf(routine: Routine): Body | null {
  const known = bodies.get(routine) ?? {
    body: readPlpgsql(routine.body, routine.returnsSet ? 'setof record' : routine.returns),
  }
  bodies.set(routine, known)
  return known.body
}

function onlyStatement(routine: Routine): Node {
  const statements = statementsOf.get(routine) ?? parseStatements(withoutFrame(routine.body)) ?? []
  statementsOf.set(routine, statements)
  const [first, more] = statements
  if (!first) throw new Unreadable('its body does not parse')
  if (more) throw new Unreadable('has several statements')
  return first
}

/** Whether the call means a function of the project that returns rows. */
export const isSetCall = (call: Node, env: Env): boolean => routineOf(call, env)?.returnsSet === true

/** What a set-returning function selects; null where the call means none that can be read as rows. */
export function setBody(call: Node, env: Env, reader: SelectReader, isOwn: boolean): Lookup | null {
  const routine = routineOf(call, env)
  if (!routine?.returnsSet) return null
  const values = children(call, 'args').map((argument) => givenValue(argument, env))
  const inner = bodyEnv(routine, call, values, env)
  step(env)
  refuseRecursion(inner)
  try {
    const select = selectOf(routine)
    return isOwn ? readSelect(select, inner, reader) : setOf(select, inner, reader)
  } catch (error) {
    if (error instanceof Unreadable)
      throw new Unreadable(`${routine.schema}.${routine.name}: ${error.message}`)
    throw error
  }
}

function selectOf(routine: Routine): Node {
  if (routine.language === 'sql') return onlyStatement(routine)
  const body = routine.language === 'plpgsql' ? bodyOf(routine) : null
  const [block] = body?.statements ?? []
  const [first] = block?.kind === 'block' ? block.statements : []
  const select = first?.kind === 'return query' ? parseStatements(first.query)?.[0] : undefined
  if (!select) throw new Unreadable('returns rows step by step')
  return select
}

/** What can be read of the SELECTs in a body that cannot be read as a whole. */
function hintsIn(routine: Routine, env: Env, reader: SelectReader): readonly Lookup[] {
  if (new Set(env.calls).size < env.calls.length) return []
  const lenient: Env = { ...env, lenient: true }
  return bodyTrees(routine).flatMap((tree) =>
    [...walk(tree)].flatMap((node) => {
      if (node.kind !== 'SelectStmt' || !('fromClause' in node.fields)) return []
      try {
        return [readSelect(node, lenient, reader)]
      } catch (error) {
        if (error instanceof Unreadable) return []
        throw error
      }
    }),
  )
}

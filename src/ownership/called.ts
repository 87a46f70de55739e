import type { Routine } from '../domain/catalog.ts'
import { bare, children, constantOf, nameParts, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { bodyTrees } from '../sql/bodies.ts'
import { meaningOf } from './expression.ts'
import type { Reading } from './policy-facts.ts'

/**
 * The bodies of the functions that an expression hands the session's user to, with what is handed on in place of the
 * arguments: `has_role(auth.uid(), 'admin')` asks what `where user_id = auth.uid() and role = 'admin'` asks.
 */
export function calledTrees(tree: Node, reading: Reading): readonly Node[] {
  return [...walk(tree)].flatMap((node) => {
    if (node.kind !== 'FuncCall') return []
    const routine = reading.routines.get(nameParts(node, 'funcname').join('.'))
    const given = children(node, 'args')
    if (!routine || !given.some((argument) => isUser(argument, reading))) return []
    const known = given.map((argument) =>
      isUser(argument, reading) || constantOf(bare(argument)) !== undefined ? argument : undefined,
    )
    return bodyTrees(routine).map(({ kind, fields }) => ({
      kind,
      fields: replaced(fields, routine, known) as Record<string, unknown>,
    }))
  })
}

const isUser = (node: Node, { routines, identity }: Reading): boolean =>
  meaningOf(node, routines, identity).is === 'user'

/** A part of a parse tree with arguments in place of their names. */
function replaced(value: unknown, routine: Routine, given: readonly (Node | undefined)[]): unknown {
  if (Array.isArray(value)) return value.map((item) => replaced(item, routine, given))
  if (typeof value !== 'object' || value === null) return value
  const argument = given[positionOf(value as Record<string, unknown>, routine)]
  if (argument) return { [argument.kind]: argument.fields }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, replaced(inner, routine, given)]),
  )
}

/** Position of the argument that a raw node names, else -1. */
function positionOf(
  { ColumnRef, ParamRef }: Record<string, unknown>,
  { arguments: given, name }: Routine,
): number {
  if (isFields(ParamRef)) return Number(ParamRef['number']) - 1
  if (!isFields(ColumnRef)) return -1
  const parts = nameParts({ kind: 'ColumnRef', fields: ColumnRef }, 'fields')
  if (parts.length > 1 && (parts.length > 2 || parts[0] !== name)) return -1
  return given.findIndex((argument) => argument.name !== null && argument.name === parts.at(-1))
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

import { child, rawOf } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { Unreadable } from './context.ts'
import type { Env } from './context.ts'
import type { SelectReader } from './from.ts'
import { operatorNode } from './nodes.ts'
import { plainTarget, subselectOf } from './select.ts'
import { existenceOf, rawSelect, setOf, valuesOf, writtenSelect } from './value.ts'

/** A subquery with its names resolved and its tables written out. @throws Unreadable where that cannot be */
export function resolvedSublink(sublink: Node, env: Env, reader: SelectReader): Node {
  const select = subselectOf(sublink)
  switch (sublink.fields['subLinkType']) {
    case 'EXISTS_SUBLINK':
      return existenceOf(select, env, reader)
    case 'EXPR_SUBLINK': {
      const [value, more] = valuesOf(select, env, reader, false)
      if (!value || more) throw new Unreadable('a subquery of several columns as a value')
      return value.node
    }
    case 'ANY_SUBLINK':
    case 'ALL_SUBLINK':
    case 'ARRAY_SUBLINK':
      return resolvedSet(sublink, select, env, reader)
    default:
      throw new Unreadable('a subquery of an unknown kind')
  }
}

function resolvedSet(sublink: Node, select: Node, env: Env, reader: SelectReader): Node {
  const test = child(sublink, 'testexpr')
  const left = test && env.context.resolve(test, env)
  const only = plainTarget(select)
  if (left && only && !isSet(only, env, reader) && !('whereClause' in select.fields))
    return operatorNode(operatorOf(sublink), left, env.context.resolve(only, env))
  const lookup = setOf(select, env, reader)
  const fields = writtenSelect(
    lookup,
    lookup.targets.map(({ node }) => node),
    env,
  )
  return {
    kind: 'SubLink',
    fields: {
      ...sublink.fields,
      ...(left ? { testexpr: rawOf(left) } : {}),
      subselect: rawSelect(fields),
    },
  }
}

const isSet = (node: Node, env: Env, reader: SelectReader): boolean =>
  node.kind === 'FuncCall' && reader.isSet(node, env)

/** Without a name it is IN. */
export function operatorOf({ fields }: Node): string {
  const [name] = Array.isArray(fields['operName']) ? fields['operName'].slice(-1) : []
  const text = (name as { String?: { sval?: unknown } } | undefined)?.String?.sval
  return typeof text === 'string' ? text : '='
}

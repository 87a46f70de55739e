import { children, nameParts } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { meaningOf } from './expression.ts'
import type { Reading } from './policy-facts.ts'

/** The claim whose elements a call returns: `jsonb_array_elements_text(coalesce(claims -> 'orgs', '[]'))`. */
export function elementsRead(node: Node, { routines, identity }: Reading): readonly string[] | null {
  if (node.kind !== 'FuncCall' || !ELEMENTS.test(nameParts(node, 'funcname').at(-1) ?? '')) return null
  const [argument] = children(node, 'args')
  const list = argument?.kind === 'CoalesceExpr' ? children(argument, 'args')[0] : argument
  const meaning = list && meaningOf(list, routines, identity)
  return meaning?.is === 'claims' && meaning.path.length > 1 ? meaning.path : null
}

const ELEMENTS = /^jsonb?_array_elements(_text)?$/

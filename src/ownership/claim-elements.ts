import { bodyTrees } from '../sql/bodies.ts'
import { bare, children, nameParts, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { meaningOf } from './expression.ts'
import type { Reading } from './policy-facts.ts'

type Known = Pick<Reading, 'routines' | 'identity'>

/** The claim whose elements a call returns: `jsonb_array_elements_text(coalesce(claims -> 'orgs', '[]'))`. */
export function elementsRead(node: Node, { routines, identity }: Known): readonly string[] | null {
  if (node.kind !== 'FuncCall' || !ELEMENTS.test(nameParts(node, 'funcname').at(-1) ?? '')) return null
  const [argument] = children(node, 'args')
  const list = argument?.kind === 'CoalesceExpr' ? children(argument, 'args')[0] : argument
  const meaning = list && meaningOf(list, routines, identity)
  return meaning?.is === 'claims' && meaning.path.length > 1 ? meaning.path : null
}

/**
 * The claim whose elements a helper function returns as an array: `array_agg(value::uuid) from jsonb_array_elements_text(…)`,
 * or a subquery's in `array (…)`.
 */
export function elementsReturned(node: Node, { routines, identity }: Known): readonly string[] | null {
  const inner = bare(node)
  if (inner.kind !== 'FuncCall' || children(inner, 'args').length > 0) return null
  const routine = routines.get(nameParts(inner, 'funcname').join('.'))
  if (!routine || !/array_elements/i.test(routine.body) || !/\[\]$/.test(routine.returns)) return null
  const found = bodyTrees(routine)
    .flatMap((tree) => [...walk(tree)])
    .flatMap((one) => {
      const path = elementsRead(one, { routines, identity })
      return path ? [path] : []
    })
  const [path] = found
  return path && found.every((other) => other.join('.') === path.join('.')) ? path : null
}

const ELEMENTS = /^jsonb?_array_elements(_text)?$/

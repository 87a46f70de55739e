import type { Argument, Routine } from '../domain/catalog.ts'
import { bare, child, children, constantOf, nameParts, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'

/** An argument in an expression, or what is taken from a JSON one by a key. */
export interface Use {
  readonly position: number
  readonly key?: string
}

/** Arguments that an expression is made from, as far as it does not look anything up. */
export function argumentsIn(node: Node, routine: Routine): readonly Use[] {
  const found: Use[] = []
  const into = (inner: Node): boolean => inner.kind !== 'SubLink' && !jsonKeyIn(inner, routine)
  for (const inner of walk(node, into)) {
    const position = argumentAt(inner, routine)
    const use: Use | undefined =
      jsonKeyIn(inner, routine) ?? (position === undefined ? undefined : { position })
    if (use && !found.some((one) => one.position === use.position && one.key === use.key)) found.push(use)
  }
  return found
}

/** `argument ->> 'key'` */
export function jsonKeyIn(
  node: Node,
  routine: Routine,
): { readonly position: number; readonly key: string } | undefined {
  if (node.kind !== 'A_Expr' || !/^->>?$/.test(nameParts(node, 'name').at(-1) ?? '')) return undefined
  const left = child(node, 'lexpr')
  const key = constantOf(child(node, 'rexpr'))
  const position = left && argumentAt(left, routine)
  return position === undefined || typeof key !== 'string' ? undefined : { position, key }
}

/** Position of the argument that a node names: `p_id`, `function.p_id`, `$1`. */
export function argumentAt(node: Node, { arguments: given, name }: Routine): number | undefined {
  const inner = bare(node)
  if (inner.kind === 'ParamRef') return Number(inner.fields['number']) - 1
  if (inner.kind !== 'ColumnRef') return undefined
  const parts = nameParts(inner, 'fields')
  if (parts.length > 2 || (parts.length === 2 && parts[0] !== name)) return undefined
  const at = given.findIndex((argument: Argument) => argument.name === parts.at(-1))
  return at < 0 ? undefined : at
}

/** The column that an expression compares, through the functions that fold its case. */
export function columnOf(node: Node): string | undefined {
  const inner = bare(node)
  if (inner.kind === 'ColumnRef') return nameParts(inner, 'fields').at(-1)
  if (inner.kind !== 'FuncCall') return undefined
  const [first] = children(inner, 'args')
  return first && /^(lower|upper|trim|btrim)$/.test(nameParts(inner, 'funcname').at(-1) ?? '')
    ? columnOf(first)
    : undefined
}

import type { Routine } from '../domain/catalog.ts'
import { bare, child, children, constantOf, nameParts, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { aliasesOf } from './aliases.ts'
import type { Alias } from './aliases.ts'

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

/** `argument ->> 'key'`, `argument -> 'inner' ->> 'key'`, `item ->> 'key'` of an item of the argument, `item.key` */
export function jsonKeyIn(
  node: Node,
  routine: Routine,
): { readonly position: number; readonly key: string } | undefined {
  const part = partOf(node, routine)
  return part === undefined || part.path === '' ? undefined : { position: part.position, key: part.path }
}

/** Position of the argument that a node names: `p_id`, `function.p_id`, `$1`, or a variable that it was put into. */
export function argumentAt(node: Node, routine: Routine): number | undefined {
  const part = partOf(bare(node), routine)
  return part?.path === '' ? part.position : undefined
}

function partOf(node: Node, routine: Routine): Alias | undefined {
  switch (node.kind) {
    case 'ParamRef':
      return { position: Number(node.fields['number']) - 1, path: '' }
    case 'ColumnRef':
      return named(nameParts(node, 'fields'), routine)
    case 'A_Expr':
      return keyed(node, routine)
    default:
      return undefined
  }
}

function named(parts: readonly string[], routine: Routine): Alias | undefined {
  const [first = '', second] = parts
  if (parts.length > 2) return undefined
  const own =
    second !== undefined && first === routine.name ? second : second === undefined ? first : undefined
  const at = routine.arguments.findIndex(({ name }) => name !== null && name === own)
  if (at >= 0) return { position: at, path: '' }
  const alias = aliasesOf(routine).get(own ?? first)
  if (!alias || own !== undefined || second === undefined) return alias
  return { position: alias.position, path: joined(alias.path, second) }
}

function keyed(node: Node, routine: Routine): Alias | undefined {
  if (!/^->>?$/.test(nameParts(node, 'name').at(-1) ?? '')) return undefined
  const left = child(node, 'lexpr')
  const key = constantOf(child(node, 'rexpr'))
  const part = left && partOf(bare(left), routine)
  return part === undefined || typeof key !== 'string'
    ? undefined
    : { position: part.position, path: joined(part.path, key) }
}

const joined = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

/** `balance - amount`: it compares nothing, and what is given is no value of the column. */
export const isArithmetic = (node: Node): boolean => isOperation(node, /^([-+*/%]|\|\|)$/)

/** `event -> 'key'`: the key is no constant that the argument is compared with. */
export const isJsonStep = (node: Node): boolean => isOperation(node, /^[-#]>>?$/)

const isOperation = (node: Node, operator: RegExp): boolean =>
  node.kind === 'A_Expr' && operator.test(nameParts(node, 'name').at(-1) ?? '')

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

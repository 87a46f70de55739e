import type * as t from '@babel/types'

/** The nodes directly below a node, in the order of the source. */
export function* childrenOf(node: t.Node): Generator<t.Node> {
  for (const [key, value] of Object.entries(node)) {
    if (BESIDE.has(key)) continue
    if (isNode(value)) yield value
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) yield item
  }
}

const BESIDE: ReadonlySet<string> = new Set(['loc', 'extra', 'errors', 'comments', 'tokens', 'range'])

const isNode = (value: unknown): value is t.Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

/** The expression inside of brackets and of what TypeScript says about it. */
export function bare(node: t.Node): t.Node {
  switch (node.type) {
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'TSInstantiationExpression':
    case 'TypeCastExpression':
      return bare(node.expression)
    default:
      return node
  }
}

export type FunctionNode =
  | t.FunctionDeclaration
  | t.FunctionExpression
  | t.ArrowFunctionExpression
  | t.ObjectMethod
  | t.ClassMethod
  | t.ClassPrivateMethod

export function isFunction(node: t.Node): node is FunctionNode {
  return [
    'FunctionDeclaration',
    'FunctionExpression',
    'ArrowFunctionExpression',
    'ObjectMethod',
    'ClassMethod',
    'ClassPrivateMethod',
  ].includes(node.type)
}

export function isClass(node: t.Node): node is t.ClassDeclaration | t.ClassExpression {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression'
}

/** The name of a key: of a property, a member or an enum's label; null where it is computed. */
export function keyName(key: t.Node, computed: boolean): string | null {
  if (key.type === 'StringLiteral') return key.value
  if (key.type === 'PrivateName') return key.id.name
  return key.type === 'Identifier' && !computed ? key.name : null
}

/** What a function gives back: the body of an arrow function, or whatever it returns. */
export function returnsOf(node: FunctionNode): readonly t.Node[] {
  if (node.body.type !== 'BlockStatement') return [node.body]
  return node.body.body.flatMap(returnedBy)
}

function returnedBy(node: t.Node): readonly t.Node[] {
  if (isFunction(node) || isClass(node)) return []
  if (node.type === 'ReturnStatement') return node.argument ? [node.argument] : []
  return [...childrenOf(node)].flatMap(returnedBy)
}

/** Whether a type mentions a name that matches. */
export function typeMentions(node: t.Node, wanted: RegExp): boolean {
  if (node.type === 'Identifier') return wanted.test(node.name)
  return [...childrenOf(node)].some((child) => typeMentions(child, wanted))
}

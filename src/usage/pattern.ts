import type * as t from '@babel/types'
import { keyName } from './nodes.ts'

/** A name that a pattern declares. */
export interface Name {
  readonly name: string
  /** the way to it: `const { a: { b } } = …` */
  readonly path: readonly string[]
  readonly type: t.Node | null
}

/** The names that a pattern declares, each with the way to it. */
export function namesIn(node: t.Node, path: readonly string[] = []): readonly Name[] {
  switch (node.type) {
    case 'Identifier':
      return [{ name: node.name, path, type: node.typeAnnotation ?? null }]
    case 'AssignmentPattern':
      return namesIn(node.left, path)
    case 'RestElement':
      return namesIn(node.argument, [...path, '...'])
    case 'ArrayPattern':
      return node.elements.flatMap((element, index) =>
        element ? namesIn(element, [...path, `${index}`]) : [],
      )
    case 'ObjectPattern':
      return node.properties.flatMap((property) =>
        property.type === 'RestElement'
          ? namesIn(property, path)
          : namesIn(property.value, [...path, keyName(property.key, property.computed) ?? '?']),
      )
    default:
      return []
  }
}

import { constantOf, nameParts, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { meaningOf } from './expression.ts'
import type { Reading } from './policy-facts.ts'
import { resolveColumn } from './scope.ts'
import type { Scope } from './scope.ts'

/** What parts of e-mail addresses are matched against. */
export interface EmailShapeMentions {
  readonly literals: Set<string>
  readonly columns: Map<string, { relation: number; column: string }>
}

export const noEmailShapes = (): EmailShapeMentions => ({ literals: new Set(), columns: new Map() })

const PATTERNS: ReadonlySet<string> = new Set(['~~', '~~*', '~', '~*'])
const PARTS: ReadonlySet<string> = new Set([
  'split_part',
  'right',
  'substring',
  'substr',
  'regexp_match',
  'regexp_matches',
  'regexp_replace',
  'strpos',
  'position',
  'ends_with',
  'starts_with',
])

/** Comparisons in which an e-mail address, or a part of one, meets a constant or a column. */
export function readEmailShapes(tree: Node, scope: Scope, reading: Reading, into: EmailShapeMentions): void {
  for (const node of walk(tree)) {
    if (node.kind !== 'A_Expr' && node.kind !== 'FuncCall') continue
    const inner = [...walk(node)]
    if (!inner.some((one) => isEmail(one, reading)) || !inner.some(isShape)) continue
    for (const one of inner) {
      const value = constantOf(one)
      if (typeof value === 'string' && /\w.*[.].*\w/.test(value)) into.literals.add(value)
      const meaning = one.kind === 'ColumnRef' ? meaningOf(one, reading.routines, reading.identity) : null
      if (meaning?.is !== 'column') continue
      const relation = resolveColumn(scope, meaning.qualifier, meaning.name)
      if (relation)
        into.columns.set(`${relation.oid}.${meaning.name}`, { relation: relation.oid, column: meaning.name })
    }
  }
}

function isShape(node: Node): boolean {
  if (node.kind === 'A_Expr') return PATTERNS.has(nameParts(node, 'name').at(-1) ?? '')
  return node.kind === 'FuncCall' && PARTS.has(nameParts(node, 'funcname').at(-1) ?? '')
}

/** The session's address, or the account's, which is the same. */
function isEmail(node: Node, reading: Reading): boolean {
  if (node.kind === 'ColumnRef') return nameParts(node, 'fields').at(-1) === 'email'
  if (node.kind !== 'A_Expr' && node.kind !== 'FuncCall') return false
  const meaning = meaningOf(node, reading.routines, reading.identity)
  return meaning.is === 'claim' && meaning.path.join('.') === 'email'
}

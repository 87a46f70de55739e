import type { Policy } from '../domain/catalog.ts'
import { bare, child, children, nameParts, parseExpression } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { meaningOf, valueOf } from './expression.ts'
import type { Reading } from './policy-facts.ts'
import { branches, conjuncts, equality, isLiterally } from './predicate.ts'

/** One side of a policy: which rows are there, or which it may leave behind. */
export type Side = 'using' | 'check'

/**
 * The sides of a permissive policy that every signed-in session passes, whatever the row is: `true`, `auth.role() =
 * 'authenticated'`, `auth.uid() is not null`. What cannot be read for sure is not among them.
 */
export function openSides(policy: Policy, reading: Pick<Reading, 'routines' | 'identity'>): readonly Side[] {
  if (!policy.permissive) return []
  const isOpen = (text: string | null): boolean => {
    const tree = text === null ? null : parseExpression(text)
    return tree !== null && isOpenTo(tree, reading, 0)
  }
  return [
    ...(isOpen(policy.using) ? (['using'] as const) : []),
    ...(isOpen(policy.withCheck ?? policy.using) ? (['check'] as const) : []),
  ]
}

type Known = Pick<Reading, 'routines' | 'identity'>

/** A helper may call a helper; deeper than this nobody looks. */
const DEEPEST = 4

const isOpenTo = (tree: Node, known: Known, depth: number): boolean =>
  branches(tree).some((branch) => conjuncts(branch).every((part) => holdsOnceSignedIn(part, known, depth)))

function holdsOnceSignedIn(part: Node, known: Known, depth: number): boolean {
  const inner = bare(part)
  if (isLiterally(inner, true)) return true
  switch (inner.kind) {
    case 'NullTest':
      return isSession(child(inner, 'arg'), known) && inner.fields['nulltesttype'] === 'IS_NOT_NULL'
    case 'A_Expr':
      return namesSignedIn(inner, known)
    case 'FuncCall':
      return callsOpen(inner, known, depth)
    default:
      return false
  }
}

const isSession = (node: Node | undefined, { routines, identity }: Known): boolean =>
  node !== undefined && ['user', 'claims'].includes(meaningOf(node, routines, identity).is)

/** `auth.role() = 'authenticated'`, also as one of several roles. */
function namesSignedIn(node: Node, { routines, identity }: Known): boolean {
  const found = equality(node)
  if (!found) return false
  const meanings = [found.left, ...found.right].map((side) => meaningOf(side, routines, identity))
  return (
    meanings.some((one) => one.is === 'claim' && one.path.join('.') === 'role') &&
    meanings.some((one) => one.is === 'constant' && one.value === 'authenticated')
  )
}

/** A helper without arguments whose body is such a condition. */
function callsOpen(node: Node, known: Known, depth: number): boolean {
  if (depth >= DEEPEST || children(node, 'args').length > 0) return false
  const routine = known.routines.get(nameParts(node, 'funcname').join('.'))
  const value = routine ? valueOf(routine) : null
  return value !== null && isOpenTo(value, known, depth + 1)
}

import { columnNode, rebuilt } from '../policy/nodes.ts'
import { treeOf } from '../policy/read.ts'
import { minTerms } from '../policy/terms.ts'
import type { Condition } from '../seed/constraints.ts'
import { deparseExpression } from '../sql/deparse.ts'
import { nameParts, parseExpression } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { ask, valueOf } from './ask.ts'
import type { Draft } from './draft.ts'
import { solve } from './solve.ts'
import type { Solver } from './solve.ts'

/** Ways of satisfying a constraint that are tried. */
const MOST_WAYS = 8

/**
 * The draft with the constraints of its rows satisfied: what a wish made of a column may ask for something of another, as
 * `check (status <> 'published' or published_at is not null)` does.
 *
 * @returns null where a constraint cannot be satisfied without taking back what was wished
 */
export async function repair(solver: Solver, draft: Draft): Promise<Draft | null> {
  let current = draft
  for (const [alias, { relation, standing, values }] of draft.rows) {
    if (standing === values) continue
    const { conditions } = await solver.benchOf(relation)
    for (const condition of conditions) {
      const next = await satisfy(solver, current, alias, condition)
      if (!next) return null
      current = next
    }
  }
  return current
}

/** A constraint that comes to NULL is satisfied (manual, "Check Constraints"). */
async function satisfy(
  solver: Solver,
  draft: Draft,
  alias: string,
  { expression }: Condition,
): Promise<Draft | null> {
  const parsed = parseExpression(expression)
  const node = parsed && qualified(parsed, alias)
  const text = node && deparseExpression(node)
  if (!node || !text) return draft
  const [answer] = await ask(solver.connection, draft, [`((${text}) is not false)`])
  if (valueOf(answer) !== false) return draft
  for (const term of minTerms(treeOf(node), true, MOST_WAYS).terms) {
    const next = await solve(solver, draft, term)
    if (next) return next
  }
  return null
}

/** The columns of a constraint, which stand there without the row that they are of. */
const qualified = (node: Node, alias: string): Node =>
  node.kind === 'ColumnRef'
    ? columnNode(alias, nameParts(node, 'fields').at(-1) ?? '')
    : rebuilt(node, (inner) => qualified(inner, alias))

import type { Relation } from '../domain/catalog.ts'
import type { RowTerm } from '../domain/ownership.ts'
import { nameParts, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { printExpression } from '../sql/print.ts'
import { quoteName } from '../sql/quote.ts'
import type { Branch, Leaf } from './disjunction.ts'
import type { Reading } from './policy-facts.ts'

/** Which relation a column reference means; undefined where none that is known. */
export type Resolve = (qualifier: string | null, column: string) => Relation | undefined

/** The conditions of a branch that depend on nothing but the row. */
export function termsOf(branch: Branch, relation: Relation, reading: Reading): readonly RowTerm[] {
  const resolve: Resolve = (qualifier, column) =>
    (qualifier === null || qualifier === relation.name) && has(relation, column) ? relation : undefined
  return branch.flatMap((leaf) => termOf(leaf, relation, resolve, reading) ?? [])
}

const has = (relation: Relation, column: string): boolean =>
  column === '*' || relation.columns.some(({ name }) => name === column)

/** A leaf as a condition over one relation, under that relation's own name; null where it reads more than its row. */
export function termOf(
  { node, negated }: Leaf,
  relation: Relation,
  resolve: Resolve,
  reading: Reading,
): RowTerm | null {
  const named = new Set<string>()
  const text = printExpression(node, (parts) => {
    const whole = parts.length === 1 && parts[0] === relation.name && !has(relation, relation.name)
    const name = whole ? '*' : (parts.at(-1) ?? '')
    const qualifier = whole ? relation.name : (parts.at(-2) ?? null)
    if (resolve(qualifier, name) !== relation) return null
    named.add(name)
    return `${quoteName(relation.name)}.${name === '*' ? '*' : quoteName(name)}`
  })
  if (text === null || named.size === 0) return null
  const bodies = bodiesIn(node, reading)
  if (bodies === null) return null
  const words = new Set(bodies.join(' ').match(/\w+/g))
  return {
    expression: negated ? `(not ${text})` : text,
    // a function that is handed the whole row looks at the columns that it names
    columns: relation.columns
      .map(({ name }) => name)
      .filter((name) => named.has(name) || (named.has('*') && words.has(name))),
    bodies,
  }
}

const SESSION = /\bauth\s*\.|current_setting|current_user|session_user|current_role|request\.jwt/i

/** Bodies of the functions that are called, at any depth; null where one of them looks at the session. */
function bodiesIn(node: Node, reading: Reading): readonly string[] | null {
  const bodies = new Set<string>()
  const queue = calls(node)
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (/^(auth\.|(pg_catalog\.)?current_setting$)/.test(name)) return null
    const routine = reading.routines.get(name)
    if (!routine || bodies.has(routine.body)) continue
    if (SESSION.test(routine.body)) return null
    bodies.add(routine.body)
    queue.push(...[...reading.routines.keys()].filter((other) => isCalled(other, routine.body)))
  }
  return [...bodies]
}

const isCalled = (name: string, body: string): boolean => name.includes('.') && body.includes(`${name}(`)

const calls = (node: Node): string[] =>
  [...walk(node)].flatMap((one) => (one.kind === 'FuncCall' ? [nameParts(one, 'funcname').join('.')] : []))

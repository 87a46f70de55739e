import { nameParts, parseStatements, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'

/** What is wrong with a row condition before the server sees it, in words for its author; undefined: nothing. */
export function conditionProblem(
  where: string,
): { readonly problem: string; readonly hint: string } | undefined {
  const node = oneExpression(where)
  if (!node)
    return { problem: 'is no SQL expression', hint: 'Write one condition over the columns, as behind WHERE.' }
  const asked = [...walk(node)].find(asksSession)
  return asked
    ? {
        problem: 'asks who is signed in',
        hint: 'A condition says which rows are open, and the word in front of it to whom: { authenticated: "…" }.',
      }
    : undefined
}

/** Alone and in brackets: what closes a bracket that it has not opened, or goes on behind a semicolon, is more than a condition. */
function oneExpression(where: string): Node | undefined {
  const [alone, inBrackets] = [where, `(${where})`].map((text) =>
    parseStatements(`select from t where ${text}`),
  )
  const [statement, ...others] = inBrackets ?? []
  return alone?.length === 1 && others.length === 0 ? statement : undefined
}

/** It is evaluated once, by a superuser without a session: of somebody who asks it would say nothing true. */
function asksSession(node: Node): boolean {
  if (node.kind === 'SQLValueFunction') return WHO.test(String(node.fields['op']))
  if (node.kind !== 'FuncCall') return false
  const name = nameParts(node, 'funcname')
  return name.at(-1) === 'current_setting' || (name.length > 1 && name[0] === 'auth')
}

const WHO = /_(CURRENT_USER|CURRENT_ROLE|USER|SESSION_USER)$/

import type { Reason } from '../policy/tree.ts'
import { branchesTaken } from '../policy/tree.ts'
import { failed } from './ask.ts'
import type { Weighed } from './evaluate.ts'

/**
 * Why a side of a policy holds, in the shortest of the ways in which it does: `visibility = 'public'`.
 *
 * @returns null where it does not hold, has no branches, or cannot be taken apart
 */
export function branchOf({ side, atoms }: Weighed): string | null {
  if (!side.tree || side.atoms.some(({ text }) => text === null)) return null
  const came = new Map(side.atoms.map((atom, at) => [atom.text, atoms[at] ?? null]))
  if ([...came.values()].some(failed)) return null
  const branches = branchesTaken(side.tree, ({ text }) => {
    const value = came.get(text) ?? null
    return failed(value) ? null : value
  })
  const texts = branches
    .map((reasons) => reasons.filter(({ atom }) => atom.form !== 'constant'))
    .sort((a, b) => a.length - b.length)
    .map((reasons) => [...new Set(reasons.map(textOf))].join(' and '))
  const least = texts[0]
  return least === undefined || least === '' ? null : least
}

function textOf({ atom, value }: Reason): string {
  const text = plainly(atom.text ?? '')
  if (value === true) return text
  return value === false ? `not (${text})` : `(${text}) is null`
}

/** Without what the server adds to every literal: `'public'::public.visibility` is `'public'` to people. */
export function plainly(text: string): string {
  return text
    .replaceAll(/\bCAST\(('(?:[^']|'')*') AS [^()]+(?:\(\d+\))?\)/g, '$1')
    .replaceAll(/('(?:[^']|'')*')::(?:"[^"]+"|[\w.]+)+(?:\s+varying)?(?:\(\d+\))?(?![\w."[])/g, '$1')
    .replaceAll(/\(\(SELECT (auth\.\w+\(\))(?: AS \w+)?\)\)/gi, '$1')
    .replaceAll(/\(SELECT (auth\.\w+\(\))(?: AS \w+)?\)/gi, '$1')
    .replaceAll(/\bCAST\(([\w."]+(?:\(\))?) AS ([\w.]+)\)/g, '$1::$2')
    .replaceAll(/\s+/g, ' ')
}

import { plainSql } from '../domain/plain-sql.ts'
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
  const text = plainSql(atom.text ?? '')
  if (value === true) return text
  return value === false ? `not (${text})` : `(${text}) is null`
}

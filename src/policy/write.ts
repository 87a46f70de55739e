import { quoteName, quoteQualified } from '../sql/quote.ts'
import type { Atom, Search, Tree } from './tree.ts'

/**
 * The condition as SQL, with every search written as EXISTS. It means the same whoever asks: the policies that what is
 * looked into has for the role are among its conditions. The row itself must be in FROM, as `r0`.
 *
 * @returns null where an atom has no text
 */
export function conditionText(tree: Tree): string | null {
  switch (tree.kind) {
    case 'atom':
      return atomText(tree.atom)
    case 'not':
      return around(conditionText(tree.part), (text) => `(not ${text})`)
    case 'is true':
      return around(conditionText(tree.part), (text) => `(${text} is true)`)
    case 'and':
    case 'or': {
      const parts = tree.parts.map(conditionText)
      if (!parts.every((part) => part !== null)) return null
      return parts.length > 0 ? `(${parts.join(` ${tree.kind} `)})` : String(tree.kind === 'and')
    }
  }
}

const around = (text: string | null, wrap: (text: string) => string): string | null =>
  text === null ? null : wrap(text)

const atomText = (atom: Atom): string | null =>
  atom.search ? searchText(atom.search) : around(atom.text, (text) => `(${text})`)

/** Rows that are looked for, as EXISTS. */
export function searchText({ instances, condition }: Search): string | null {
  const from = instances
    .map(({ alias, relation }) => `${quoteQualified(relation.schema, relation.name)} ${quoteName(alias)}`)
    .join(', ')
  return around(conditionText(condition), (text) => `exists (select 1 from ${from} where ${text})`)
}

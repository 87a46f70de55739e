import { nearest } from '../config/nearest.ts'

/** A name that was probably meant, and why the one that stands there is another. */
export interface Suggestion {
  readonly name: string
  readonly why: string | null
}

const CASE = 'names are case-sensitive in the API, and underscores count'

/** The candidate that differs in case, underscores or number alone; else the nearest. */
export function suggest(word: string, candidates: readonly string[]): Suggestion | null {
  const others = candidates.filter((one) => one !== word)
  const same = others.find((one) => plain(one) === plain(word))
  if (same !== undefined) return { name: same, why: CASE }
  const number = others.find((one) => singular(plain(one)) === singular(plain(word)))
  if (number !== undefined) return { name: number, why: word.toLowerCase() === word ? null : CASE }
  const close = nearest(word, others)
  return close === undefined ? null : { name: close, why: null }
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[_\s-]/g, '')

const singular = (name: string): string =>
  name
    .replace(/ies$/, 'y')
    .replace(/(s|x|ch|sh)es$/, '$1')
    .replace(/s$/, '')

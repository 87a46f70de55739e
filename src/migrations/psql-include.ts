import { posix } from 'node:path'
import type { MetaPart } from '../sql/split.ts'

/** The file that `\i` or `\ir` names, relative to the project; undefined for any other line of psql. */
export function includedPath(part: MetaPart, from: string): string | undefined {
  const name = part.argument.replace(/^'(.*)'$/, '$1')
  switch (part.name) {
    case 'i':
    case 'include':
      return posix.normalize(name)
    case 'ir':
    case 'include_relative':
      return posix.join(posix.dirname(from), name)
    default:
      return undefined
  }
}

import type * as t from '@babel/types'
import type { Place } from '../domain/usage.ts'

/** Where a node stands in its file. The file's name is put in by whoever read it. */
export function placeOf({ node: { loc } }: { readonly node: t.Node }): Place {
  return { file: '', line: loc?.start.line ?? 1, column: (loc?.start.column ?? 0) + 1 }
}

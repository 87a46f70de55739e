import type { Relation } from './catalog.ts'

/** What policies, views and functions may ask of the rows of relations that they look into. */
export interface AskedColumns {
  /** whether anything can come of it for anybody that these columns of a row are changed */
  readonly mayMatter: (relation: Relation, written: readonly string[]) => boolean
  /** columns by which new rows of a relation differ in what they open; null where it cannot be told */
  readonly ofNewRow: (relation: Relation) => ReadonlySet<string> | null
}

import type { Command, Severity, Standing } from '../../domain/vocabulary.ts'

/** What is opened beside the list. */
export type Place =
  | { readonly kind: 'finding'; readonly id: string }
  | {
      readonly kind: 'cell'
      readonly relation: string
      readonly command: Command
      readonly standing: Standing
      readonly scope?: string
    }
  | { readonly kind: 'relation'; readonly relation: string; readonly scope?: string }
  | { readonly kind: 'function'; readonly name: string }

export interface Filters {
  /** empty: all */
  readonly schema: string
  /** empty: all */
  readonly code: string
  /** none: all */
  readonly severities: readonly Severity[]
  readonly text: string
  readonly changed: boolean
}

/** What the page shows: it stands in its address and nowhere else. */
export interface View {
  readonly tab:
    'findings' | 'matrix' | 'relations' | 'functions' | 'untested' | 'suppressions' | 'coverage' | 'run'
  readonly open?: Place
  readonly filters: Filters
}

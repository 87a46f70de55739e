import type { Report } from '../domain/report.ts'
import type { Addition } from './plan.ts'
import type { Written } from './write.ts'

/** How the run ended that the first suite and the lock are made from. */
export type Checked =
  | { readonly kind: 'ran'; readonly report: Report }
  /** everything that it is for is there already */
  | { readonly kind: 'not needed' }
  | { readonly kind: 'failed'; readonly message: string; readonly hint: string | undefined }

/** What init came to. */
export interface Outcome {
  readonly files: readonly Written[]
  readonly additions: readonly Addition[]
  readonly checked: Checked
  readonly version: string
}

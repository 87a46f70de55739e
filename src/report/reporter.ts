import type { Report } from '../domain/report.ts'

/** Which findings are printed: those at or above a severity; `all` also lists every relation and what was ignored. */
export const LEVELS = ['error', 'warning', 'note', 'all'] as const
export type Level = (typeof LEVELS)[number]

export interface ReporterOptions {
  readonly level: Level
  readonly colour: boolean
  /** false: nothing but ASCII */
  readonly unicode: boolean
  /** columns; never more than 100 are used */
  readonly width: number
  /** what the command is going to exit with */
  readonly exitCode: 0 | 1 | 2
}

/** A reporter is a pure function of the finished report. Its text ends with a newline. */
export type Reporter = (report: Report, options: ReporterOptions) => string

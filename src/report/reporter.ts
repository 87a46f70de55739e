import type { Report } from '../domain/report.ts'
import type { Severity } from '../domain/vocabulary.ts'

/** Which findings are printed: those at or above a severity; `all` also lists every relation and what was ignored. */
export const LEVELS = ['error', 'warning', 'note', 'all'] as const
export type Level = (typeof LEVELS)[number]

/** How a text may look. */
export interface LookOptions {
  readonly colour: boolean
  /** false: nothing but ASCII */
  readonly unicode: boolean
  /** columns; never more than 100 are used */
  readonly width: number
}

export interface ReporterOptions extends LookOptions {
  readonly level: Level
  /** what the command is going to exit with */
  readonly exitCode: 0 | 1 | 2
  /** what does not fit on a screen is told in short; the whole is a flag away */
  readonly brief?: boolean
  /** the severity that the gate stops at; default: `error` */
  readonly failOn?: Severity | 'never'
  /** the project's folder, relative to the root of its repository, with forward slashes; '': the root itself, or no repository */
  readonly root?: string
  /** it is written in a job of GitHub Actions, for its code scanning */
  readonly forCodeScanning?: boolean
  /** bytes of UTF-8 that the text may take, for formats that can leave something out */
  readonly longest?: number
}

/** A reporter is a pure function of the finished report. Its text ends with a newline. */
export type Reporter = (report: Report, options: ReporterOptions) => string

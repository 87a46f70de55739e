import type { Before, Known } from '../again.ts'
import type { Config } from '../domain/config.ts'
import type { DriftReport } from '../domain/drift.ts'
import type { Report } from '../domain/report.ts'
import type { DiagnosisSection } from '../domain/diagnosis.ts'
import type { UsageReport } from '../domain/usage.ts'
import type { DriftOptions } from '../find-drift.ts'
import type { InspectOptions } from '../inspect.ts'
import type { RunContext } from '../run.ts'
import type { Prompts } from './prompts.ts'
import type { SinceOptions } from '../since.ts'

/** Where text goes: what is used of a Node stream. */
export interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Where single keys come from: what is used of a terminal. */
export interface Keys {
  readonly isTTY?: boolean
  setRawMode(raw: boolean): unknown
  on(event: 'data', listener: (data: Buffer | string) => void): unknown
  off(event: 'data', listener: (data: Buffer | string) => void): unknown
  resume(): unknown
  pause(): unknown
  /** what Ctrl-C does where keys are not read one by one */
  interrupt(): void
}

/** Everything that the command line needs from the process it runs in. */
export interface Host {
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin?: Keys
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** as `process.platform` */
  readonly platform: string
  /** ISO date */
  readonly today: string
  /** a person who can be asked, loaded when that is to happen; absent: stdin or stdout is no terminal */
  readonly prompts?: () => Promise<Prompts>
  /** aborts when the person or the system wants the run to end */
  readonly signal: AbortSignal
  /** the pipeline of src/run.ts, loaded only when something is to be run */
  readonly run: (config: Config, context: RunContext) => Promise<Report>
  /** src/since.ts, loaded likewise */
  readonly runSince: (config: Config, options: SinceOptions, context: RunContext) => Promise<Report>
  /** src/again.ts, loaded likewise */
  readonly runAgain: (
    config: Config,
    before: Before | undefined,
    context: RunContext,
  ) => Promise<{ readonly report: Report; readonly known: Known }>
  /** src/inspect.ts, loaded likewise */
  readonly inspect: (config: Config, options: InspectOptions, context: RunContext) => Promise<UsageReport>
  /** src/find-drift.ts, loaded likewise */
  readonly findDrift: (config: Config, options: DriftOptions, context: RunContext) => Promise<DriftReport>
  /** src/diagnose.ts, loaded likewise */
  readonly diagnose: (
    projectDir: string,
    config: Config | undefined,
    context: RunContext,
  ) => Promise<readonly DiagnosisSection[]>
  /** src/types.ts, loaded likewise */
  readonly declareTypes: (config: Config, context: RunContext) => Promise<string>
}

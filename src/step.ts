import type { Timing } from './domain/report.ts'

export type ProgressEvent =
  | { readonly kind: 'step'; readonly name: string }
  /** of what a step does, so many pieces are done; several kinds of work may follow each other in a step */
  | { readonly kind: 'part'; readonly name: string; readonly done: number; readonly total: number }
  /** what a person should know about how this run came about, and stays on the screen */
  | { readonly kind: 'notice'; readonly text: string }
  | {
      readonly kind: 'done'
      readonly name: string
      readonly ms: number
      readonly text: string
      readonly notes: readonly string[]
    }

/** What is told of a step that is done. */
export type Describe<Result> = (result: Result) => {
  readonly text: string
  readonly notes: readonly string[]
}

export interface StepContext {
  readonly signal: AbortSignal
  readonly progress: (event: ProgressEvent) => void
}

/** Runs the steps of a run: tells when one begins and ends, and keeps how long it took. */
export function stepper(context: StepContext, steps: Timing[]) {
  return async <Result>(
    name: string,
    work: () => Promise<Result>,
    describe?: Describe<Result>,
  ): Promise<Result> => {
    context.signal.throwIfAborted()
    context.progress({ kind: 'step', name })
    const started = performance.now()
    const result = await work()
    const ms = performance.now() - started
    steps.push({ name, ms })
    const { text, notes } = describe?.(result) ?? { text: name, notes: [] }
    context.progress({ kind: 'done', name, ms, text, notes })
    return result
  }
}

/** `1 file`, `2 files`. */
export const count = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`

import { HarnessError } from '../errors.ts'
import { harmless, inert } from '../report/text.ts'

export interface FailureOptions {
  readonly debug: boolean
  readonly unicode: boolean
}

/**
 * An error as text for stderr. One that is meant for people is message and hint, its stack only with `--debug`;
 * anything else is a bug of ours and says so.
 */
export function describeFailure(thrown: unknown, { debug, unicode }: FailureOptions): string {
  const error = firstOf(thrown)
  const clean = (text: string): string =>
    text
      .split('\n')
      .map((line) => inert(harmless(line, unicode)))
      .join('\n')
  if (!(error instanceof HarnessError)) {
    return `error: this is a bug in rls-harness, please report it with what follows\n${clean(trace(error))}\n`
  }
  const hint = error.hint === undefined ? '' : `hint: ${clean(error.hint)}\n`
  return `error: ${clean(error.message)}\n${hint}${debug ? `${clean(trace(error))}\n` : ''}`
}

/** Where cleaning up failed as well (`await using`), what failed before is the reason. */
function firstOf(error: unknown): unknown {
  return error instanceof Error && 'suppressed' in error ? firstOf(error.suppressed) : error
}

/** The stack, and those of the errors that led to it. */
function trace(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.stack ?? `${error.name}: ${error.message}`
  return error.cause === undefined ? own : `${own}\ncaused by ${trace(error.cause)}`
}

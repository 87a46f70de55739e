/** Why a run could not be carried out: one code per thing that a person would do differently about it. */
export type HarnessErrorCode =
  | 'USAGE'
  | 'CONFIG_INVALID'
  | 'CONFIG_NOT_FOUND'
  | 'SOURCES_NOT_FOUND'
  | 'SOURCES_AMBIGUOUS'
  | 'MIGRATION_FAILED'
  | 'ENGINE_UNAVAILABLE'
  | 'ENGINE_FAILED'
  | 'DATABASE_UNREACHABLE'
  | 'DATABASE_REFUSED'
  | 'PLATFORM_FAILED'
  | 'SEED_FAILED'
  | 'PROBE_FAILED'
  | 'NOTHING_JUDGED'
  | 'OUTPUT_FAILED'
  | 'TOKEN_KEYS_INVALID'
  | 'TOKEN_INVALID'
  | 'TOKEN_REFUSED'
  | 'MERGE_FAILED'
  | 'LOCK_INVALID'
  | 'BASELINE_INVALID'
  | 'DIFF_FAILED'
  | 'GIT_FAILED'
  | 'REF_UNKNOWN'

/**
 * An error that is meant for the person who runs the harness: `message` says what is wrong and where, in that
 * person's own names; `hint` says what to do about it. Anything else that is thrown is a bug of ours.
 */
export class HarnessError extends Error {
  readonly code: HarnessErrorCode
  readonly hint: string | undefined

  constructor(
    code: HarnessErrorCode,
    message: string,
    options: { hint?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = 'HarnessError'
    this.code = code
    this.hint = options.hint
  }
}

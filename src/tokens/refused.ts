import { HarnessError } from '../errors.ts'

export interface Refusal {
  /** the code that PostgREST answers with */
  readonly gateway?: 'PGRST301' | 'PGRST302' | 'PGRST303'
  readonly hint?: string
}

/** A token that the gateway would not let in. The token itself is a credential, and no part of the message. */
export function refused(reason: string, { gateway, hint }: Refusal = {}): HarnessError {
  const code = gateway === undefined ? '' : ` (PostgREST: ${gateway})`
  return new HarnessError('TOKEN_REFUSED', `the token is refused: ${reason}${code}`, { hint })
}

import { jsonText } from '../domain/json-text.ts'
import { HarnessError } from '../errors.ts'
import type { TokenKeys } from './keys.ts'

export interface MintOptions {
  /** seconds from `issuedAt` on; default: an hour. Below 0 the token has expired */
  readonly expiresIn?: number
  /** default: now */
  readonly issuedAt?: Date
  readonly audience?: string | readonly string[]
  readonly issuer?: string
  /** issued two hours before `issuedAt`, expired one hour before it: no gateway's tolerance reaches that far */
  readonly expired?: boolean
}

const HOUR = 3600

/**
 * An access token with these claims. `iat` and `exp` are added unless the claims say them; options win over claims.
 * Bigints become numbers with all their digits.
 *
 * @throws HarnessError TOKEN_INVALID where the claims cannot be written as JSON, or options contradict each other
 */
export async function mintToken(
  keys: TokenKeys,
  claims: Readonly<Record<string, unknown>>,
  options: MintOptions = {},
): Promise<string> {
  const { audience, issuer } = options
  const all = {
    ...timesOf(claims, options),
    ...(issuer === undefined ? {} : { iss: issuer }),
    ...(audience === undefined ? {} : { aud: audience }),
  }
  return keys.sign(payloadOf({ ...claims, ...all }))
}

function payloadOf(claims: Readonly<Record<string, unknown>>): string {
  try {
    return jsonText(claims)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new HarnessError('TOKEN_INVALID', `the claims cannot be written as JSON: ${reason}`, {
      cause: error,
    })
  }
}

/** `iat` and `exp` in seconds since 1970 (RFC 7519, NumericDate). */
function timesOf(
  claims: Readonly<Record<string, unknown>>,
  { expiresIn, issuedAt, expired = false }: MintOptions,
): Readonly<Record<string, unknown>> {
  if (expired && expiresIn !== undefined)
    throw new HarnessError('TOKEN_INVALID', '`expired` and `expiresIn` both say when the token ends', {
      hint: 'Leave one of them out; `expiresIn` may be negative.',
    })
  if (expiresIn !== undefined && !Number.isSafeInteger(expiresIn))
    throw new HarnessError('TOKEN_INVALID', `expiresIn: ${expiresIn} is no whole number of seconds`)
  const now = Math.floor((issuedAt ?? new Date()).getTime() / 1000)
  if (!Number.isFinite(now)) throw new HarnessError('TOKEN_INVALID', 'issuedAt is no date')
  if (expired) return { iat: now - 2 * HOUR, exp: now - HOUR }
  const iat = issuedAt === undefined && claims['iat'] !== undefined ? claims['iat'] : now
  const exp =
    expiresIn === undefined && claims['exp'] !== undefined ? claims['exp'] : now + (expiresIn ?? HOUR)
  return { iat, exp }
}

import { refused } from './refused.ts'

/** What PostgREST allows clocks to differ by. */
export const CLOCK_TOLERANCE_S = 30

export interface ClaimRules {
  /** PostgREST's `jwt-aud`; absent: any */
  readonly audience?: string
  /** who must have issued it; PostgREST does not look at `iss` */
  readonly issuer?: string
  /** seconds; default 30 */
  readonly clockTolerance?: number
  readonly now?: Date
}

type Claims = Readonly<Record<string, unknown>>

/**
 * Times and audience, as PostgREST checks them: in this order, an absent or null claim is none, a time that is no whole
 * number counts as 1970 (Auth/Jwt.hs, checkForErrors).
 *
 * @throws HarnessError TOKEN_REFUSED
 */
export function checkClaims(claims: Claims, rules: ClaimRules): void {
  const { clockTolerance = CLOCK_TOLERANCE_S, now = new Date() } = rules
  const seconds = Math.floor(now.getTime() / 1000)
  const time = (name: 'exp' | 'nbf' | 'iat'): number | undefined => timeOf(claims, name)
  const exp = time('exp')
  if (exp !== undefined && seconds - clockTolerance > exp)
    throw notNow(`it expired ${seconds - exp} s ago`, clockTolerance)
  const nbf = time('nbf')
  if (nbf !== undefined && seconds + clockTolerance < nbf)
    throw notNow(`it is not valid before ${nbf - seconds} s from now`, clockTolerance)
  const iat = time('iat')
  if (iat !== undefined && seconds + clockTolerance < iat)
    throw notNow(`it was issued ${iat - seconds} s in the future`, clockTolerance)
  checkAudience(claims['aud'] ?? undefined, rules.audience)
  if (rules.issuer !== undefined && claims['iss'] !== rules.issuer)
    throw refused(`its issuer is ${quoted(claims['iss'])}, not ${quoted(rules.issuer)}`)
}

function timeOf(claims: Claims, name: string): number | undefined {
  const value = claims[name] ?? undefined
  if (value === undefined) return undefined
  if (typeof value === 'bigint') return Number(BigInt.asIntN(64, value) === value ? value : 0n)
  if (typeof value !== 'number') throw refused(`"${name}" is no number`, { gateway: 'PGRST303' })
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? value : 0
}

/** An empty list is for everybody (PostgREST, "aud validation"). */
function checkAudience(aud: unknown, wanted: string | undefined): void {
  if (aud === undefined) return
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (!named.every((one) => typeof one === 'string'))
    throw refused('"aud" is neither text nor a list of texts', { gateway: 'PGRST303' })
  if (wanted === undefined || (Array.isArray(aud) && named.length === 0) || named.includes(wanted)) return
  throw refused(`it is for ${named.map(quoted).join(', ')}, not for ${quoted(wanted)}`, {
    gateway: 'PGRST303',
  })
}

const notNow = (reason: string, tolerance: number): Error =>
  refused(`${reason}; clocks may differ by ${tolerance} s`, { gateway: 'PGRST303' })

const quoted = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value))

import { jsonText } from '../domain/json-text.ts'
import { checkClaims } from './claims.ts'
import type { ClaimRules } from './claims.ts'
import { printExact, readExact, valueOf } from './exact-json.ts'
import type { ExactJson } from './exact-json.ts'
import { refused } from './refused.ts'
import { valueAt } from './role-path.ts'
import { checkSignature, keysOf } from './verifiers.ts'
import type { Header, VerificationKeys } from './verifiers.ts'

export interface VerifyOptions extends ClaimRules {
  /** algorithms that are accepted; default: all that PostgREST accepts. Never `none` */
  readonly algorithms?: readonly string[]
  /** PostgREST's `jwt-role-claim-key`; default `.role` */
  readonly roleClaimKey?: string
  /** PostgREST's `db-anon-role`: who asks where the claims name no role; null: nobody. Default `anon` */
  readonly anonRole?: string | null
}

/** What the gateway makes of a token. */
export interface VerifiedToken {
  /** the role that it switches to: what the database does not know, the database refuses */
  readonly role: string
  /** the value of `request.jwt.claims`, where the role stands as `role`; integers that a number cannot hold are bigints */
  readonly claims: Readonly<Record<string, unknown>>
  /** the same as text, with all digits of all numbers */
  readonly json: string
}

const ALGORITHMS = ['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

/**
 * Checks a token as the gateway (PostgREST, and Supabase through it) does: form, algorithm, signature, times, audience.
 * What RFC 7515 demands and PostgREST does not look at (`crit`) is refused.
 *
 * @throws HarnessError TOKEN_REFUSED with the reason; TOKEN_KEYS_INVALID where keys or options cannot be used
 */
export async function verifyToken(
  keys: VerificationKeys,
  token: string,
  options: VerifyOptions = {},
): Promise<VerifiedToken> {
  const known = keysOf(keys)
  const header = headerOf(token, options.algorithms ?? ALGORITHMS)
  const { members, claims } = claimsOf(await checkSignature(token, header, known))
  checkClaims(claims, options)
  const role = roleOf(claims, options)
  const json = printExact({
    kind: 'object',
    members: new Map([...members, ['role', { kind: 'scalar', text: JSON.stringify(role) }]]),
  })
  return { role, claims: { ...claims, role }, json }
}

const BASE64URL = /^[A-Za-z0-9_-]*$/

/** What the first of three parts says. @throws HarnessError TOKEN_REFUSED */
function headerOf(token: string, algorithms: readonly string[]): Header {
  if (token === '') throw refused('it is empty', { gateway: 'PGRST301' })
  const parts = token.split('.')
  if (parts.length !== 3)
    throw refused(`it has ${parts.length} parts, not 3`, {
      gateway: 'PGRST301',
      hint: 'Keys that begin with sb_publishable_ or sb_secret_ are no tokens: Supabase’s gateway exchanges them.',
    })
  if (!parts.every((part) => BASE64URL.test(part)))
    throw refused('it is not base64url', { gateway: 'PGRST301' })
  const { alg, kid, crit } = objectOf(Buffer.from(parts[0] ?? '', 'base64url'), 'its header', 'PGRST301')
  if (typeof alg !== 'string') throw refused('its header names no algorithm', { gateway: 'PGRST301' })
  // unsigned, whatever is allowed: nobody issues such a token (RFC 8725, section 3.2)
  if (alg.toLowerCase() === 'none') throw refused('it is not signed: "alg" is none', { gateway: 'PGRST301' })
  if (!algorithms.includes(alg))
    throw refused(`its algorithm ${JSON.stringify(alg)} is not one of ${algorithms.join(', ')}`, {
      gateway: 'PGRST301',
    })
  if (crit !== undefined)
    throw refused('its header demands extensions ("crit") that nobody here understands', {
      hint: 'RFC 7515 (4.1.11) has such a token refused. PostgREST does not look at "crit".',
    })
  if (kid !== undefined && kid !== null && typeof kid !== 'string')
    throw refused('"kid" is no text', { gateway: 'PGRST301' })
  return { alg, kid: kid ?? undefined }
}

interface Payload {
  readonly members: ReadonlyMap<string, ExactJson>
  readonly claims: Readonly<Record<string, unknown>>
}

function claimsOf(payload: Uint8Array): Payload {
  objectOf(payload, 'its payload', 'PGRST303')
  try {
    const exact = readExact(new TextDecoder().decode(payload))
    const members = exact.kind === 'object' ? exact.members : new Map<string, ExactJson>()
    return {
      members,
      claims: Object.fromEntries([...members].map(([name, value]) => [name, valueOf(value)])),
    }
  } catch (error) {
    throw refused(`its payload cannot be told: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function objectOf(
  bytes: Uint8Array,
  what: string,
  gateway: 'PGRST301' | 'PGRST303',
): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    throw refused(`${what} is no JSON`, { gateway })
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw refused(`${what} is no object`, { gateway })
}

/** What is no text becomes the text of it, null too: PostgREST makes a role's name of whatever stands there. */
function roleOf(
  claims: Readonly<Record<string, unknown>>,
  { roleClaimKey = '.role', anonRole = 'anon' }: VerifyOptions,
): string {
  const found = valueAt(claims, roleClaimKey)
  if (found !== undefined) return typeof found === 'string' ? found : jsonText(found)
  if (anonRole !== null) return anonRole
  throw refused('it names no role, and there is none for whoever does not say', { gateway: 'PGRST302' })
}

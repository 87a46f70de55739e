import { createPublicKey } from 'node:crypto'
import { compactVerify, importJWK } from 'jose'
import type { JSONWebKeySet, JWK } from 'jose'
import { HarnessError } from '../errors.ts'
import { secretJwk, TokenKeys } from './keys.ts'
import { refused } from './refused.ts'

/**
 * What a token is checked with: keys of the harness, a set of (public) keys, or the value of PostgREST's `jwt-secret`:
 * a secret, or one JWK or a set of them as JSON.
 */
export type VerificationKeys = TokenKeys | JSONWebKeySet | string

export interface Header {
  readonly alg: string
  readonly kid: string | undefined
}

/** Key type by algorithm, as far as PostgREST's library knows them (jose-jwt, canDecodeJws). */
const KEY_TYPES: Readonly<Record<string, JWK['kty']>> = {
  HS256: 'oct',
  HS384: 'oct',
  HS512: 'oct',
  RS256: 'RSA',
  RS384: 'RSA',
  RS512: 'RSA',
  ES256: 'EC',
  ES384: 'EC',
  ES512: 'EC',
  EdDSA: 'OKP',
}

/** @throws HarnessError TOKEN_KEYS_INVALID */
export function keysOf(keys: VerificationKeys): readonly JWK[] {
  if (keys instanceof TokenKeys) return keys.alg === 'HS256' ? [keys.privateJwk()] : keys.jwks().keys
  if (typeof keys !== 'string') return keySet(keys)
  const parsed = parseObject(keys)
  if (parsed === null) return [{ ...secretJwk(keys), alg: 'HS256' }]
  return 'keys' in parsed ? keySet(parsed) : keySet({ keys: [parsed] })
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : null
  } catch {
    return null
  }
}

function keySet(set: object): readonly JWK[] {
  const keys: unknown = 'keys' in set ? set.keys : undefined
  const isKey = (key: unknown): key is JWK =>
    typeof key === 'object' && key !== null && 'kty' in key && typeof key.kty === 'string'
  if (Array.isArray(keys) && keys.every(isKey)) return keys
  throw new HarnessError('TOKEN_KEYS_INVALID', 'this is no JSON Web Key Set: { "keys": [{ "kty": …, … }] }', {
    hint: 'Give what /auth/v1/.well-known/jwks.json answers, or the value of jwt-secret.',
  })
}

/**
 * Checks a signature with every key that may have made it: the type that the algorithm needs, the name that the header
 * says, not meant for something else. The header never chooses what a key is used for: a public key is no secret.
 *
 * @returns the payload
 * @throws HarnessError TOKEN_REFUSED
 */
export async function checkSignature(
  token: string,
  { alg, kid }: Header,
  keys: readonly JWK[],
): Promise<Uint8Array> {
  const type = KEY_TYPES[alg]
  const fitting = keys.filter(
    (key) =>
      key.kty === type &&
      key.use !== 'enc' &&
      (kid === undefined || key.kid === kid) &&
      (key.alg === undefined || key.alg === alg),
  )
  if (fitting.length === 0) throw noKey(alg, kid, keys)
  for (const key of fitting) {
    const payload = await payloadBy(token, alg, key)
    if (payload !== null) return payload
  }
  const tried = fitting.length === 1 ? 'the key' : `any of the ${fitting.length} keys`
  throw refused(`its signature was not made with ${tried} for ${alg}`, { gateway: 'PGRST301' })
}

/** @returns null where this key did not sign it, or cannot be used for the algorithm: the next one is asked, as the gateway does */
async function payloadBy(token: string, alg: string, key: JWK): Promise<Uint8Array | null> {
  try {
    const { payload } = await compactVerify(token, await importJWK(forVerifying(key), alg), {
      algorithms: [alg],
    })
    return payload
  } catch {
    return null
  }
}

/** Of a private key its public half; what else it may be used for is not asked, as the gateway does not ask. */
function forVerifying(key: JWK): JWK {
  const open: JWK =
    key.kty === 'oct' ? { ...key } : createPublicKey({ key, format: 'jwk' }).export({ format: 'jwk' })
  delete open.key_ops
  return open
}

function noKey(alg: string, kid: string | undefined, keys: readonly JWK[]): HarnessError {
  const known = keys.map((key) => `${key.kty}${key.kid === undefined ? '' : ` "${key.kid}"`}`).join(', ')
  const wanted = `${alg}${kid === undefined ? '' : ` and the name "${kid}"`}`
  const unnamed = kid !== undefined && keys.some((key) => key.kid === undefined)
  return refused(`no key is for ${wanted}; known: ${known || 'none'}`, {
    gateway: 'PGRST301',
    ...(unnamed
      ? { hint: 'A token that names a key is checked with a key of that name alone: a text secret has none.' }
      : {}),
  })
}

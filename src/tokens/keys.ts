import { createPrivateKey, randomBytes } from 'node:crypto'
import { calculateJwkThumbprint, CompactSign, exportJWK, generateKeyPair, importJWK } from 'jose'
import type { CryptoKey, JSONWebKeySet, JWK } from 'jose'
import { HarnessError } from '../errors.ts'

export const SIGNING_ALGORITHMS = ['HS256', 'RS256', 'ES256'] as const
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]

export interface TokenKeyOptions {
  /** default: what the given key is for; without one ES256 */
  readonly alg?: SigningAlgorithm
  /** for HS256: text, or the bytes that it stands for where it is base64; 32 bytes or more */
  readonly secret?: string | Uint8Array | undefined
  /** PEM (PKCS #8, PKCS #1 or SEC 1) or JWK */
  readonly privateKey?: string | JWK | undefined
  /** what the header names the key by; default: the JWK's own, else its thumbprint (RFC 7638); a secret has none */
  readonly kid?: string
}

/** Fields of a JWK that may be known to everybody (RFC 7518, section 6). */
const PUBLIC_FIELDS = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const

/**
 * What tokens are signed with: a secret (HS256), a given private key or a generated pair (RS256, ES256). The secret
 * part is given by `privateJwk()` alone; neither `JSON.stringify` nor a log shows it.
 */
export class TokenKeys {
  readonly alg: SigningAlgorithm
  /** null for a secret without one: PostgREST refuses a token that names a key where it knows none by name */
  readonly kid: string | null
  readonly #jwk: JWK
  readonly #key: CryptoKey | Uint8Array

  private constructor(alg: SigningAlgorithm, kid: string | null, jwk: JWK, key: CryptoKey | Uint8Array) {
    this.alg = alg
    this.kid = kid
    this.#jwk = jwk
    this.#key = key
  }

  /** @throws HarnessError TOKEN_KEYS_INVALID where the algorithm cannot be used with the key */
  static async of(alg: SigningAlgorithm, jwk: JWK, kid: string | undefined): Promise<TokenKeys> {
    assertFits(alg, jwk)
    try {
      const named = kid ?? jwk.kid ?? (alg === 'HS256' ? null : await calculateJwkThumbprint(jwk))
      const bare: JWK = { ...jwk, alg }
      delete bare.key_ops // a key that is told to verify alone could not be imported for signing
      return new TokenKeys(alg, named, bare, await importJWK(bare, alg))
    } catch (error) {
      throw invalid(`the private key cannot be used for ${alg}: ${reasonOf(error)}`, undefined, error)
    }
  }

  /** The public keys, as `/auth/v1/.well-known/jwks.json` shows them. A secret has none: the set is empty. */
  jwks(): JSONWebKeySet {
    if (this.alg === 'HS256') return { keys: [] }
    const open = PUBLIC_FIELDS.flatMap((field) =>
      this.#jwk[field] === undefined ? [] : [[field, this.#jwk[field]]],
    )
    const key = Object.fromEntries(open) as JWK
    return { keys: [{ ...key, ...this.#names(), key_ops: ['verify'], ext: true }] }
  }

  /** The key with its secret part: whoever has it can sign as anybody. An entry of Supabase's `signing_keys.json`. */
  privateJwk(): JWK {
    const operations = { key_ops: ['sign', 'verify'], ext: true }
    return { ...this.#jwk, ...this.#names(), ...operations }
  }

  /** Signs a payload in the compact form (RFC 7515, section 7.1). */
  sign(payload: string): Promise<string> {
    const header = { alg: this.alg, typ: 'JWT', ...(this.kid === null ? {} : { kid: this.kid }) }
    return new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader(header).sign(this.#key)
  }

  #names(): Pick<JWK, 'kid' | 'alg' | 'use'> {
    return { ...(this.kid === null ? {} : { kid: this.kid }), alg: this.alg, use: 'sig' }
  }
}

/**
 * Keys that tokens are signed with.
 *
 * @throws HarnessError TOKEN_KEYS_INVALID
 */
export async function tokenKeys(options: TokenKeyOptions = {}): Promise<TokenKeys> {
  const { alg, secret, privateKey, kid } = options
  for (const name of ['secret', 'privateKey'] as const)
    if (name in options && options[name] === undefined)
      // a generated pair instead would sign what nobody accepts
      throw invalid(`\`${name}\` is undefined`, 'Is the variable set that it comes from?')
  if (secret !== undefined && privateKey !== undefined)
    throw invalid('tokens are signed with `secret` or with `privateKey`, not with both')
  if (secret !== undefined) return TokenKeys.of(alg ?? 'HS256', secretJwk(secret), kid)
  if (privateKey !== undefined) {
    const jwk = typeof privateKey === 'string' ? jwkOfPem(privateKey) : privateKey
    return TokenKeys.of(alg ?? algorithmOf(jwk), jwk, kid)
  }
  if (alg === 'HS256') return TokenKeys.of(alg, secretJwk(randomBytes(32)), kid)
  const pair = await generateKeyPair(alg ?? 'ES256', { extractable: true })
  return TokenKeys.of(alg ?? 'ES256', await exportJWK(pair.privateKey), kid)
}

/** A shared secret as a key. @throws HarnessError TOKEN_KEYS_INVALID where PostgREST would not start with it */
export function secretJwk(secret: string | Uint8Array): JWK {
  if (typeof secret === 'string' && /-----BEGIN /.test(secret))
    throw invalid('`secret` is a PEM key, and no secret', 'Give a private key as `privateKey`.')
  const bytes = Buffer.from(secret)
  if (bytes.length < 32)
    throw invalid(
      `the secret has ${bytes.length} bytes`,
      'PostgREST refuses a text secret of fewer than 32 bytes, and so would HS256 (RFC 7518, section 3.2).',
    )
  return { kty: 'oct', k: bytes.toString('base64url') }
}

function jwkOfPem(pem: string): JWK {
  try {
    return createPrivateKey(pem).export({ format: 'jwk' })
  } catch (error) {
    const hint = 'Expected an unencrypted PEM: -----BEGIN PRIVATE KEY-----'
    throw invalid('`privateKey` is no private key in PEM', hint, error)
  }
}

function algorithmOf({ kty, crv, alg }: JWK): SigningAlgorithm {
  const named = SIGNING_ALGORITHMS.find((one) => one === alg)
  if (named !== undefined) return named
  if (alg === undefined && kty === 'RSA') return 'RS256'
  if (alg === undefined && kty === 'EC' && crv === 'P-256') return 'ES256'
  if (alg === undefined && kty === 'oct') return 'HS256'
  throw invalid(
    `tokens cannot be signed with a key of type ${[kty, crv, alg].filter(Boolean).join(' ') || 'unknown'}`,
    `Use a key for ${SIGNING_ALGORITHMS.join(', ')}.`,
  )
}

const KEY_TYPES = { HS256: 'oct', RS256: 'RSA', ES256: 'EC' } as const

function assertFits(alg: SigningAlgorithm, { kty, crv, d, k, n }: JWK): void {
  if (!SIGNING_ALGORITHMS.includes(alg))
    throw invalid(`alg: ${JSON.stringify(alg)} is not one of ${SIGNING_ALGORITHMS.join(', ')}`)
  if (kty !== KEY_TYPES[alg] || (alg === 'ES256' && crv !== 'P-256'))
    throw invalid(`a key of type ${[kty, crv].filter(Boolean).join(' ')} is not for ${alg}`)
  if ((kty === 'oct' ? k : d) === undefined)
    throw invalid('`privateKey` is a public key: it can check tokens, and not sign them')
  const bits = Buffer.from(n ?? '', 'base64url').length * 8
  if (kty === 'RSA' && bits < 2048)
    throw invalid(`the RSA key has ${bits} bits`, 'RS256 needs 2048 or more (RFC 7518, section 3.3).')
}

function invalid(message: string, hint?: string, cause?: unknown): HarnessError {
  return new HarnessError('TOKEN_KEYS_INVALID', message, { hint, ...(cause === undefined ? {} : { cause }) })
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { HarnessError } from '../errors.ts'
import { postgrestSecret, supabaseSigningKeys } from './export.ts'
import { tokenKeys } from './keys.ts'
import type { TokenKeyOptions } from './keys.ts'

const SECRET = 'a secret of tests that has 32 bytes or more'

async function failure(options: TokenKeyOptions): Promise<string> {
  const error: unknown = await tokenKeys(options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof HarnessError)) throw new Error(`no HarnessError, but ${String(error)}`)
  return `${error.code}: ${error.message}`
}

describe('keys for tokens', () => {
  test('are a generated pair for ES256 unless something is said', async () => {
    const keys = await tokenKeys()
    expect(keys.alg).toBe('ES256')
    expect(keys.kid).toMatch(/^[\w-]{43}$/)
  })

  test('are generated anew each time', async () => {
    expect((await tokenKeys()).kid).not.toBe((await tokenKeys()).kid)
  })

  test('show their public half alone', async () => {
    for (const alg of ['RS256', 'ES256'] as const) {
      const keys = await tokenKeys({ alg })
      const [key, ...others] = keys.jwks().keys
      expect(others).toEqual([])
      expect(key).toMatchObject({ alg, kid: keys.kid, use: 'sig', key_ops: ['verify'] })
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(key).not.toHaveProperty(secret)
      expect(keys.privateJwk()).toMatchObject({ ...key, key_ops: ['sign', 'verify'], d: expect.any(String) })
    }
  })

  test('never show a secret', async () => {
    const keys = await tokenKeys({ secret: SECRET })
    expect(keys.jwks()).toEqual({ keys: [] })
    const k = keys.privateJwk().k ?? ''
    expect(Buffer.from(k, 'base64url').toString()).toBe(SECRET)
    for (const text of [inspect(keys, { depth: 9, showHidden: true }), JSON.stringify(keys)]) {
      expect(text).not.toContain(SECRET)
      expect(text).not.toContain(k)
    }
  })

  test('are named by a thumbprint that is the same for the same key', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    const first = await tokenKeys({ privateKey: pem })
    expect(first.alg).toBe('ES256')
    expect((await tokenKeys({ privateKey: pem })).kid).toBe(first.kid)
    expect((await tokenKeys({ privateKey: first.privateJwk() })).kid).toBe(first.kid)
    expect((await tokenKeys({ privateKey: pem, kid: 'mine' })).kid).toBe('mine')
    const named = { ...first.privateJwk(), kid: 'theirs' }
    expect((await tokenKeys({ privateKey: named })).kid).toBe('theirs')
  })

  test('are read from PEM in the older forms, too', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const pkcs1 = rsa.export({ format: 'pem', type: 'pkcs1' }).toString()
    const sec1 = ec.export({ format: 'pem', type: 'sec1' }).toString()
    expect((await tokenKeys({ privateKey: pkcs1 })).alg).toBe('RS256')
    expect((await tokenKeys({ privateKey: sec1 })).alg).toBe('ES256')
  })

  test('can be a JWK that says what it is for', async () => {
    const pair = (await tokenKeys({ alg: 'ES256' })).privateJwk()
    expect((await tokenKeys({ privateKey: { ...pair, key_ops: ['sign'] } })).alg).toBe('ES256')
    expect((await tokenKeys({ privateKey: { kty: 'oct', k: 'c2VjcmV0' } })).alg).toBe('HS256')
  })

  test('have no name where they are a secret, for PostgREST would look for it in vain', async () => {
    expect((await tokenKeys({ secret: SECRET })).kid).toBeNull()
    expect((await tokenKeys({ secret: SECRET, kid: 'legacy' })).kid).toBe('legacy')
  })

  test('are refused where they cannot sign', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const publicPem = publicKey.export({ format: 'pem', type: 'spki' }).toString()
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
    expect(await failure({ secret: 'x'.repeat(31) })).toBe('TOKEN_KEYS_INVALID: the secret has 31 bytes')
    expect(await failure({ secret: 'x'.repeat(32), alg: 'RS256' })).toContain('type oct is not for RS256')
    expect(await failure({ secret: SECRET, privateKey: pem })).toContain('not with both')
    expect(await failure({ secret: pem })).toContain('is a PEM key, and no secret')
    expect(await failure({ privateKey: publicPem })).toContain('no private key in PEM')
    expect(await failure({ privateKey: 'nonsense' })).toContain('no private key in PEM')
    expect(await failure({ privateKey: pem, alg: 'ES256' })).toContain('type RSA is not for ES256')
    expect(await failure({ privateKey: publicKey.export({ format: 'jwk' }) })).toContain('is a public key')
    expect(await failure({ privateKey: p384.export({ format: 'pem', type: 'sec1' }).toString() })).toContain(
      'EC P-384',
    )
    expect(await failure({ privateKey: { kty: 'RSA', alg: 'RS512' } })).toContain('RSA RS512')
    expect(
      await failure({ privateKey: short.export({ format: 'pem', type: 'pkcs8' }).toString() }),
    ).toContain('1024 bits')
  })

  test('are not generated where a variable was not set', async () => {
    expect(await failure({ secret: undefined })).toBe('TOKEN_KEYS_INVALID: `secret` is undefined')
    expect(await failure({ privateKey: undefined })).toContain('`privateKey` is undefined')
    expect(await failure({ secret: '' })).toContain('the secret has 0 bytes')
  })

  test('count the bytes of a secret, not its letters', async () => {
    expect((await tokenKeys({ secret: 'ü'.repeat(16) })).alg).toBe('HS256')
    expect(await failure({ secret: 'ü'.repeat(15) })).toContain('30 bytes')
    expect((await tokenKeys({ secret: new Uint8Array(32).fill(255) })).alg).toBe('HS256')
  })
})

describe('keys for others', () => {
  test('are a set of public keys for PostgREST, or the secret', async () => {
    const pair = await tokenKeys({ alg: 'RS256' })
    expect(JSON.parse(postgrestSecret(pair))).toEqual(pair.jwks())
    const secret = await tokenKeys({ secret: SECRET })
    expect(JSON.parse(postgrestSecret(secret))).toEqual({
      keys: [{ kty: 'oct', k: Buffer.from(SECRET).toString('base64url'), alg: 'HS256' }],
    })
  })

  test('are a list with the private key for Supabase', async () => {
    const keys = await tokenKeys({ alg: 'ES256', kid: '8bb4cb9d-2d4c-4fd9-9b3c-2b3b0d0b6f5a' })
    const list: unknown = JSON.parse(supabaseSigningKeys(keys))
    expect(list).toEqual([keys.privateJwk()])
    expect(list).toMatchObject([
      { kty: 'EC', crv: 'P-256', use: 'sig', key_ops: ['sign', 'verify'], alg: 'ES256', ext: true },
    ])
    const secret = await tokenKeys({ secret: SECRET })
    expect(() => supabaseSigningKeys(secret)).toThrow('HS256 has a secret')
  })
})

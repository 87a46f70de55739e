import { createHmac, createPrivateKey, createPublicKey, createSign } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { HarnessError } from '../errors.ts'
import { tokenKeys } from './keys.ts'
import type { TokenKeys } from './keys.ts'
import { mintToken } from './mint.ts'
import { postgrestSecret } from './export.ts'
import { verifyToken } from './verify.ts'
import type { VerifyOptions } from './verify.ts'
import type { VerificationKeys } from './verifiers.ts'

const SECRET = 'a secret of tests that has 32 bytes or more'
const now = new Date('2026-01-15T12:00:00Z')
const seconds = now.getTime() / 1000
const claims = { sub: 'alice', role: 'authenticated', aud: 'authenticated' }

const hs256 = await tokenKeys({ secret: SECRET })
const rs256 = await tokenKeys({ alg: 'RS256' })
const es256 = await tokenKeys({ alg: 'ES256' })

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A token by hand: any header, any payload, signed with any bytes as HMAC key. */
function forged(header: unknown, payload: unknown, key: string | Buffer = SECRET): string {
  const signed = `${encode(header)}.${encode(payload)}`
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}

const HS = { alg: 'HS256', typ: 'JWT' }

const mint = (keys: TokenKeys, more: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  mintToken(keys, { ...claims, ...more }, { issuedAt: now })

async function refusal(
  keys: VerificationKeys,
  token: string | Promise<string>,
  options: VerifyOptions = {},
): Promise<string> {
  const error: unknown = await verifyToken(keys, await token, { now, ...options }).then(
    (verified) => verified,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof HarnessError)) throw new Error(`not refused: ${JSON.stringify(error)}`)
  expect(error.code).toBe('TOKEN_REFUSED')
  return error.message
}

describe('a token that is checked', () => {
  test.each([
    ['HS256', hs256],
    ['RS256', rs256],
    ['ES256', es256],
  ] as const)('of %s gives its role and its claims', async (_, keys) => {
    const token = await mint(keys)
    const expected = { ...claims, iat: seconds, exp: seconds + 3600 }
    const verified = await verifyToken(keys, token, { now })
    expect(verified).toEqual({ role: 'authenticated', claims: expected, json: expect.any(String) })
    expect(JSON.parse(verified.json)).toEqual(expected)
    for (const set of [postgrestSecret(keys), ...(keys.alg === 'HS256' ? [SECRET] : [keys.jwks()])])
      expect(await verifyToken(set, token, { now })).toEqual(verified)
  })

  test.each(['RS384', 'RS512', 'ES384', 'ES512', 'EdDSA'])('may be signed with %s', async (alg) => {
    const pair = await generateKeyPair(alg, { extractable: true })
    const set = { keys: [await exportJWK(pair.publicKey)] }
    const token = await new SignJWT(claims).setProtectedHeader({ alg }).sign(pair.privateKey)
    expect((await verifyToken(set, token)).claims).toEqual(claims)
    const other = await generateKeyPair(alg)
    const foreign = await new SignJWT(claims).setProtectedHeader({ alg }).sign(other.privateKey)
    expect(await refusal(set, foreign)).toContain(`not made with the key for ${alg}`)
  })

  test('may be signed with a longer HMAC where the key is not for one algorithm alone', async () => {
    const k = Buffer.from(SECRET.repeat(2)).toString('base64url')
    for (const alg of ['HS384', 'HS512']) {
      const token = await new SignJWT(claims).setProtectedHeader({ alg }).sign(Buffer.from(SECRET.repeat(2)))
      expect((await verifyToken({ keys: [{ kty: 'oct', k }] }, token)).claims).toEqual(claims)
      expect(await refusal(SECRET.repeat(2), token)).toContain(`no key is for ${alg}`)
    }
  })

  test('of other keys is refused, whatever their algorithm', async () => {
    for (const [name, make] of Object.entries({
      HS256: () => tokenKeys({ alg: 'HS256' }),
      RS256: () => tokenKeys({ alg: 'RS256', kid: rs256.kid ?? '' }),
      ES256: () => tokenKeys({ alg: 'ES256', kid: es256.kid ?? '' }),
    })) {
      const keys = { HS256: hs256, RS256: rs256, ES256: es256 }[name] ?? hs256
      expect(await refusal(keys, mint(await make()))).toContain(`was not made with the key for ${name}`)
    }
  })

  test('is refused after a single letter of it was changed', async () => {
    for (const keys of [hs256, rs256, es256]) {
      const token = await mint(keys)
      const [header = '', payload = '', signature = ''] = token.split('.')
      const other = encode({ ...claims, role: 'service_role', exp: seconds + 99 })
      expect(await refusal(keys, `${header}.${other}.${signature}`)).toContain('signature')
      const letter = signature.startsWith('A') ? 'B' : 'A'
      expect(await refusal(keys, `${header}.${payload}.${letter}${signature.slice(1)}`)).toContain(
        'signature',
      )
      expect(await refusal(keys, `${header}.${payload}.`)).toContain('signature')
    }
  })

  test('without signature is refused, whatever is allowed', async () => {
    for (const alg of ['none', 'None', 'nOnE', 'NONE'])
      for (const keys of [hs256, rs256]) {
        const token = `${encode({ alg })}.${encode(claims)}.`
        expect(await refusal(keys, token)).toContain('not signed')
        expect(await refusal(keys, token, { algorithms: ['none', alg] })).toContain('not signed')
      }
    expect(await refusal(hs256, `${encode({})}.${encode(claims)}.`)).toContain('names no algorithm')
  })

  test('that takes a public key for a secret is refused', async () => {
    const [jwk] = rs256.jwks().keys
    const key = createPublicKey({ key: jwk ?? {}, format: 'jwk' })
    const texts = [
      key.export({ format: 'pem', type: 'spki' }).toString(),
      key.export({ format: 'pem', type: 'spki' }).toString().trim(),
      key.export({ format: 'pem', type: 'pkcs1' }).toString(),
      key.export({ format: 'der', type: 'spki' }),
      JSON.stringify(jwk),
      JSON.stringify(rs256.jwks()),
      jwk?.n ?? '',
      '',
    ]
    for (const text of texts)
      for (const header of [HS, { ...HS, kid: rs256.kid }]) {
        const token = forged(header, { ...claims, exp: seconds + 60 }, text)
        // a key that does not say what it is for is still no secret
        expect(await refusal(JSON.stringify({ ...jwk, alg: undefined, use: undefined }), token)).toContain(
          'no key is for HS256',
        )
        expect(await refusal(rs256, token)).toContain('no key is for HS256')
        expect(await refusal(rs256.jwks(), token)).toContain('no key is for HS256')
        expect(await refusal(postgrestSecret(rs256), token)).toContain('no key is for HS256')
      }
    await expect(verifyToken(String(texts[0]), forged(HS, claims))).rejects.toMatchObject({
      code: 'TOKEN_KEYS_INVALID',
    })
  })

  test('is checked with a key of the name that it says, and of no other', async () => {
    expect(await refusal(hs256, forged({ ...HS, kid: 'x' }, claims))).toContain('and the name "x"')
    expect(await refusal(SECRET, forged({ ...HS, kid: 'x' }, claims))).toContain('and the name "x"')
    const named = await tokenKeys({ secret: SECRET, kid: 'legacy' })
    expect((await verifyToken(named, await mint(named), { now })).role).toBe('authenticated')
    expect((await verifyToken(named, forged(HS, claims), { now })).role).toBe('authenticated')
    expect(await refusal(es256.jwks(), mint(rs256))).toContain('no key is for RS256')
  })

  test('without a name is tried with every key that fits', async () => {
    const others = await Promise.all([1, 2].map(() => tokenKeys({ alg: 'ES256' })))
    const keys = [...others, rs256, es256].flatMap((one) => one.jwks().keys)
    const unnamed = keys.map((key) => ({ ...key, kid: undefined }))
    const payload = encode({ ...claims, exp: seconds + 60 })
    const signed = `${encode({ alg: 'ES256' })}.${payload}`
    const key = createPrivateKey({ key: es256.privateJwk(), format: 'jwk' })
    const signature = createSign('sha256').update(signed).sign({ key, dsaEncoding: 'ieee-p1363' })
    const token = `${signed}.${signature.toString('base64url')}`
    expect((await verifyToken(JSON.stringify({ keys: unnamed }), token, { now })).role).toBe('authenticated')
    expect((await verifyToken({ keys }, token, { now })).role).toBe('authenticated')
    expect(await refusal({ keys: keys.slice(0, 3) }, token)).toContain('any of the 2 keys')
  })

  test('is not checked with a key that is meant for something else', async () => {
    const [key] = rs256.jwks().keys
    if (!key) throw new Error('a pair has a public key')
    const token = mint(rs256)
    expect(await refusal({ keys: [{ ...key, use: 'enc' }] }, token)).toContain('no key')
    expect(await refusal({ keys: [{ ...key, alg: 'RS512' }] }, token)).toContain('no key')
    expect(await refusal({ keys: [] }, token)).toContain('known: none')
    const { alg: _, use: __, ...plain } = key
    expect((await verifyToken({ keys: [plain] }, await token, { now })).role).toBe('authenticated')
  })

  test('with extensions that it demands is refused', async () => {
    for (const crit of [['exp'], ['b64'], [], 'x', null])
      expect(await refusal(hs256, forged({ ...HS, crit, b64: false }, claims))).toContain('crit')
  })

  test('is refused for an algorithm that is not accepted', async () => {
    expect(await refusal(hs256, mint(hs256), { algorithms: ['RS256', 'ES256'] })).toContain(
      '"HS256" is not one of',
    )
    expect(await refusal(hs256, forged({ alg: 'HS1' }, claims))).toContain('"HS1" is not one of')
    expect(await refusal(hs256, forged({ alg: ['HS256'] }, claims))).toContain('names no algorithm')
  })

  test.each([
    ['', 'it is empty'],
    ['x', '1 parts, not 3'],
    ['sb_publishable_abc', '1 parts'],
    ['a.b.c.d.e', '5 parts'],
    [`${encode('[1]')}.${encode('{}')}.x`, 'its header is no object'],
    [`${encode('{')}.${encode('{}')}.x`, 'its header is no JSON'],
    [`${encode(HS)}.${encode('{}')}.a b`, 'not base64url'],
    [`Bearer ${encode(HS)}.e30.x`, 'not base64url'],
    [forged({ ...HS, kid: 5 }, claims), '"kid" is no text'],
    [forged(HS, '[1]'), 'its payload is no object'],
    [forged(HS, 'null'), 'its payload is no object'],
    [forged(HS, 'nonsense'), 'its payload is no JSON'],
    [forged(HS, '{"role":"anon","role":"service_role"}'), 'stands there twice'],
  ])('that is none is refused: %s', async (token, reason) => {
    expect(await refusal(hs256, token)).toContain(reason)
  })

  test('never stands in the message', async () => {
    const token = await mint(rs256)
    for (const part of token.split('.')) expect(await refusal(es256, token)).not.toContain(part)
  })

  test('cannot be checked without usable keys', async () => {
    for (const keys of ['short', '{"kty":5}', '{"keys":[{}]}', '{"keys":{}}'])
      await expect(verifyToken(keys, 'a.b.c')).rejects.toMatchObject({ code: 'TOKEN_KEYS_INVALID' })
  })
})

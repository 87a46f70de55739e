import { decodeJwt, decodeProtectedHeader } from 'jose'
import { describe, expect, test } from 'vitest'
import { accessTokenClaims } from './access-token-claims.ts'
import { tokenKeys } from './keys.ts'
import { mintToken } from './mint.ts'

const SECRET = 'a secret of tests that has 32 bytes or more'
const issuedAt = new Date('2026-01-15T12:00:00.900Z')
const now = 1_768_478_400

const payloadText = (token: string): string => Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()

describe('a minted token', () => {
  test('holds the claims, and lasts an hour', async () => {
    const keys = await tokenKeys({ secret: SECRET })
    const token = await mintToken(keys, { sub: 'alice', role: 'authenticated' }, { issuedAt })
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect(decodeJwt(token)).toEqual({ sub: 'alice', role: 'authenticated', iat: now, exp: now + 3600 })
  })

  test('names the key of a pair', async () => {
    for (const alg of ['RS256', 'ES256'] as const) {
      const keys = await tokenKeys({ alg })
      const token = await mintToken(keys, {})
      expect(decodeProtectedHeader(token)).toEqual({ alg, typ: 'JWT', kid: keys.kid })
    }
  })

  test('keeps the times that the claims say, unless an option says others', async () => {
    const keys = await tokenKeys({ secret: SECRET })
    const claims = { iat: 5, exp: 6 }
    expect(decodeJwt(await mintToken(keys, claims))).toEqual(claims)
    expect(decodeJwt(await mintToken(keys, claims, { issuedAt }))).toEqual({ iat: now, exp: 6 })
    expect(decodeJwt(await mintToken(keys, claims, { issuedAt, expiresIn: 60 }))).toEqual({
      iat: now,
      exp: now + 60,
    })
    expect(decodeJwt(await mintToken(keys, claims, { issuedAt, expired: true }))).toEqual({
      iat: now - 7200,
      exp: now - 3600,
    })
  })

  test('can be for several audiences and of another issuer', async () => {
    const keys = await tokenKeys({ secret: SECRET })
    const token = await mintToken(keys, { aud: 'x', iss: 'y' }, { audience: ['a', 'b'], issuer: 'z' })
    expect(decodeJwt(token)).toMatchObject({ aud: ['a', 'b'], iss: 'z' })
  })

  test('holds numbers that JavaScript cannot hold', async () => {
    const token = await mintToken(await tokenKeys({ secret: SECRET }), {
      org: 12345678901234567890n,
      exp: 1,
      iat: 1,
    })
    expect(payloadText(token)).toBe('{"org":12345678901234567890,"exp":1,"iat":1}')
  })

  test('is not made of what contradicts itself or is no JSON', async () => {
    const keys = await tokenKeys({ secret: SECRET })
    const rejects = (
      claims: Record<string, unknown>,
      options: Parameters<typeof mintToken>[2],
      text: string,
    ) =>
      expect(mintToken(keys, claims, options)).rejects.toMatchObject({
        code: 'TOKEN_INVALID',
        message: expect.stringContaining(text),
      })
    await rejects({ n: Number.NaN }, {}, 'JSON has no NaN')
    await rejects({}, { expired: true, expiresIn: 5 }, 'both say when')
    await rejects({}, { expiresIn: 1.5 }, 'no whole number')
    await rejects({}, { issuedAt: new Date('x') }, 'no date')
  })
})

describe('claims of an access token', () => {
  test('are those that Supabase Auth puts into it', () => {
    const sub = '00000000-0000-4000-8000-00000000a11c'
    const claims = accessTokenClaims({ sub, email: 'alice@example.com' })
    expect(claims).toEqual({
      iss: 'http://127.0.0.1:54321/auth/v1',
      aud: 'authenticated',
      role: 'authenticated',
      sub,
      email: 'alice@example.com',
      phone: '',
      app_metadata: {},
      user_metadata: {},
      aal: 'aal1',
      is_anonymous: false,
      session_id: expect.stringMatching(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      ),
    })
    expect(accessTokenClaims({ sub })['session_id']).toBe(claims['session_id'])
    expect(accessTokenClaims({ sub: 'other' })['session_id']).not.toBe(claims['session_id'])
  })

  test('give way to what is said, and have no session without a user', () => {
    const claims = accessTokenClaims({ role: 'anon', aud: ['x'], is_anonymous: true })
    expect(claims).toMatchObject({ role: 'anon', aud: ['x'], is_anonymous: true })
    expect(claims).not.toHaveProperty('session_id')
    expect(claims).not.toHaveProperty('sub')
  })
})

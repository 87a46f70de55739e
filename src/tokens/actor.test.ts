import { describe, expect, test } from 'vitest'
import { actorFromToken } from './actor.ts'
import { tokenKeys } from './keys.ts'
import { mintToken } from './mint.ts'
import { verifyToken } from './verify.ts'
import type { VerifyOptions } from './verify.ts'

const hs256 = await tokenKeys({ alg: 'HS256' })
const claims = { sub: 'alice', role: 'authenticated', aud: 'authenticated' }

/** A token of exactly this payload, which mintToken() would not write. */
const signed = (payload: unknown): Promise<string> =>
  hs256.sign(typeof payload === 'string' ? payload : JSON.stringify(payload))

describe('a token that was minted as expired', () => {
  test('is refused, while another one is accepted', async () => {
    await expect(verifyToken(hs256, await mintToken(hs256, claims, { expired: true }))).rejects.toThrow(
      'it expired 36',
    )
    expect((await verifyToken(hs256, await mintToken(hs256, claims))).role).toBe('authenticated')
  })
})

describe('a role', () => {
  const roleOf = async (payload: unknown, options: VerifyOptions = {}): Promise<unknown> => {
    const { role, claims: found, json } = await verifyToken(hs256, await signed(payload), options)
    expect(found['role']).toBe(role)
    expect(JSON.parse(json)).toEqual({ ...found, role })
    return role
  }

  test('is anon where the claims name none', async () => {
    expect(await roleOf({})).toBe('anon')
    expect(await roleOf({ sub: 'x' }, { anonRole: 'web_anon' })).toBe('web_anon')
    await expect(verifyToken(hs256, await signed({}), { anonRole: null })).rejects.toThrow('names no role')
  })

  test('is whatever the claims say: the database refuses what it does not know', async () => {
    expect(await roleOf({ role: 'nobody knows me' })).toBe('nobody knows me')
    expect(await roleOf({ role: '' })).toBe('')
    expect(await roleOf({ role: null })).toBe('null')
    expect(await roleOf('{"role":12345678901234567890}')).toBe('12345678901234567890')
    expect(await roleOf({ role: ['anon'] })).toBe('["anon"]')
  })

  test('can stand elsewhere, and is put into the claims', async () => {
    const payload = { role: 'ignored', app: { roles: ['a', 'b'] } }
    expect(await roleOf(payload, { roleClaimKey: '.app.roles[1]' })).toBe('b')
    expect(await roleOf(payload, { roleClaimKey: "$['app'].roles[0]" })).toBe('a')
    expect(await roleOf(payload, { roleClaimKey: '.app.role' })).toBe('anon')
    await expect(verifyToken(hs256, await signed(payload), { roleClaimKey: 'app' })).rejects.toMatchObject({
      code: 'TOKEN_KEYS_INVALID',
    })
  })
})

describe('the actor of a token', () => {
  test('logs in as authenticator, takes the role, and has the claims', async () => {
    const token = await signed({ ...claims, email: 'alice@example.com', app_metadata: { org: 7 } })
    const verified = await verifyToken(hs256, token)
    expect(actorFromToken(verified)).toEqual({
      name: 'alice@example.com',
      role: 'authenticated',
      login: 'authenticator',
      user: 'alice',
      tenants: [],
      claims: verified.claims,
      settings: {},
      purpose: 'judged',
    })
    expect(actorFromToken(verified, 'A').name).toBe('A')
  })

  test('is nobody where the token says nobody', async () => {
    for (const sub of [undefined, null, '', {}])
      expect(actorFromToken(await verifyToken(hs256, await signed({ sub })))).toMatchObject({
        name: 'anon',
        user: null,
      })
  })

  test('has every digit of integers that a number cannot hold', async () => {
    const verified = await verifyToken(hs256, await signed('{"org":12345678901234567890,"role":"x"}'))
    expect(verified.json).toBe('{"org":12345678901234567890,"role":"x"}')
    const { claims: found, settings } = actorFromToken(verified)
    expect({ found, settings }).toEqual({ found: { org: 12345678901234567890n, role: 'x' }, settings: {} })
  })

  test('has every digit of fractions that a number cannot hold', async () => {
    const text = '{"share":0.12345678901234567890123,"role":"x"}'
    const { claims: found, settings } = actorFromToken(await verifyToken(hs256, await signed(text)))
    expect(found).toEqual({ share: 0.12345678901234568, role: 'x' })
    expect(settings).toEqual({ 'request.jwt.claims': text })
  })

  test('has no number that is larger than any', async () => {
    await expect(verifyToken(hs256, await signed('{"org":1e400}'))).rejects.toMatchObject({
      code: 'TOKEN_REFUSED',
      message: expect.stringContaining('1e400 is larger than any number'),
    })
  })
})

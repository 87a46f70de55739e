import { describe, expect, test } from 'vitest'
import { HarnessError } from '../errors.ts'
import { checkClaims } from './claims.ts'
import type { ClaimRules } from './claims.ts'

const now = new Date('2026-01-15T12:00:00Z')
const seconds = now.getTime() / 1000

/** `accepted`, or why not. */
function outcome(claims: Readonly<Record<string, unknown>>, rules: ClaimRules): string {
  try {
    checkClaims(claims, { now, ...rules })
    return 'accepted'
  } catch (error) {
    if (error instanceof HarnessError && error.code === 'TOKEN_REFUSED') return error.message
    throw error
  }
}

describe('times', () => {
  const at = (more: object, options: ClaimRules = {}): string => outcome({ role: 'anon', ...more }, options)

  test.each([
    [{ exp: seconds - 30 }, 'accepted'],
    [{ exp: seconds - 31 }, 'it expired 31 s ago; clocks may differ by 30 s'],
    [{ nbf: seconds + 30 }, 'accepted'],
    [{ nbf: seconds + 31 }, 'not valid before 31 s from now'],
    [{ iat: seconds + 30 }, 'accepted'],
    [{ iat: seconds + 31 }, 'issued 31 s in the future'],
    [{ iat: 0 }, 'accepted'],
    [{}, 'accepted'],
    [{ exp: null, nbf: null, iat: null }, 'accepted'],
    [{ exp: String(seconds + 60) }, '"exp" is no number'],
    [{ nbf: true }, '"nbf" is no number'],
    [{ iat: [1] }, '"iat" is no number'],
    // what is no whole number of 64 bits counts as 1970: exp is over, nbf and iat are not
    [{ exp: seconds + 60.5 }, 'expired'],
    [{ exp: 1e300 }, 'expired'],
    [{ exp: 2n ** 63n }, 'expired'],
    [{ exp: 2n ** 63n - 1n }, 'accepted'],
    [{ nbf: seconds + 60.5, iat: 1e300 }, 'accepted'],
    [{ exp: seconds - 60, nbf: 'x' }, 'expired'],
  ])('of %o: %s', (more, expected) => {
    expect(at(more)).toContain(expected)
  })

  test('can be checked more or less exactly', () => {
    expect(at({ exp: seconds - 1 }, { clockTolerance: 0 })).toContain('expired 1 s ago')
    expect(at({ exp: seconds }, { clockTolerance: 0 })).toBe('accepted')
    expect(at({ exp: seconds - 100 }, { clockTolerance: 100 })).toBe('accepted')
  })

  test('count whole seconds of the present', () => {
    const late = new Date(now.getTime() + 999)
    expect(at({ exp: seconds - 30 }, { now: late })).toBe('accepted')
  })
})

describe('an audience', () => {
  const audienceOf = (aud: unknown, audience?: string): string =>
    outcome({ aud }, audience === undefined ? {} : { audience })

  test.each([
    ['app', 'accepted'],
    [['x', 'app'], 'accepted'],
    [[], 'accepted'],
    [undefined, 'accepted'],
    [null, 'accepted'],
    ['App', 'it is for "App", not for "app"'],
    [['x', 'y'], 'it is for "x", "y", not for "app"'],
    ['', 'it is for "", not'],
    [5, '"aud" is neither text nor a list'],
    [['app', 5], '"aud" is neither text nor a list'],
    [{ app: true }, '"aud" is neither text nor a list'],
  ])('of %j is checked where one is expected: %s', (aud, expected) => {
    expect(audienceOf(aud, 'app')).toContain(expected)
  })

  test('of any text is accepted where none is expected', () => {
    for (const aud of ['x', ['x'], [], null, undefined]) expect(audienceOf(aud)).toBe('accepted')
    expect(audienceOf(5)).toContain('neither text')
  })

  test('has nothing to do with the issuer, which is checked where one is expected', () => {
    expect(outcome({ iss: 'a' }, { issuer: 'a' })).toBe('accepted')
    expect(outcome({ iss: 'a' }, { issuer: 'b' })).toContain('its issuer is "a", not "b"')
    expect(outcome({}, { issuer: 'b' })).toContain('its issuer is none')
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import type { Routine } from '../domain/catalog.ts'
import { loadParser, parseExpression } from '../sql/parse.ts'
import { meaningOf } from './expression.ts'
import type { Meaning } from './expression.ts'

beforeAll(loadParser)

const USER = { is: 'user' } as const
const claim = (...path: string[]): Meaning => ({ is: 'claim', path })

function routine(name: string, body: string, language = 'sql'): Routine {
  return {
    oid: 1,
    schema: 'public',
    name,
    signature: `public.${name}()`,
    kind: 'function',
    language,
    body,
    securityDefiner: false,
    volatility: 'stable',
    returns: 'uuid',
    returnsSet: false,
    argumentCount: 0,
    arguments: [],
    returnsRecord: false,
    owner: 'postgres',
    searchPath: null,
    executableBy: [],
    isTrigger: false,
  }
}

function meaning(
  text: string,
  routines: readonly Routine[] = [],
  userSettings: readonly string[] = [],
): Meaning {
  const node = parseExpression(text)
  if (!node) throw new Error(`does not parse: ${text}`)
  const byName = new Map(routines.map((one) => [`${one.schema}.${one.name}`, one]))
  return meaningOf(node, byName, { userSettings })
}

describe('the session’s user', () => {
  test.each([
    'auth.uid()',
    '(select auth.uid())',
    'auth.uid()::text',
    '(( SELECT auth.uid() AS uid))::text',
    "nullif(auth.uid()::text, '')::uuid",
    "coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000'::uuid)",
    'auth.user_id()',
    "auth.jwt() ->> 'sub'",
    "(auth.jwt() ->> 'sub')::uuid",
    "current_setting('request.jwt.claims', true)::json ->> 'sub'",
    "nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'",
    "current_setting('request.jwt.claim.sub', true)",
    "coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''), nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')",
    'lower(auth.uid()::text)',
  ])('is %s', (text) => {
    expect(meaning(text)).toEqual(USER)
  })

  test('is a setting of the application where the identity says so', () => {
    expect(meaning("current_setting('app.user_id', true)::uuid", [], ['app.user_id'])).toEqual(USER)
    expect(meaning("current_setting('app.user_id', true)::uuid")).toEqual({
      is: 'setting',
      name: 'app.user_id',
    })
  })
})

describe('claims', () => {
  test.each([
    ["auth.jwt() ->> 'role'", claim('role')],
    ['auth.role()', claim('role')],
    ['auth.email()', claim('email')],
    ["auth.jwt() -> 'app_metadata' ->> 'tenant_id'", claim('app_metadata', 'tenant_id')],
    ["(auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid", claim('app_metadata', 'tenant_id')],
    ["auth.jwt() #>> '{app_metadata,tenant_id}'", claim('app_metadata', 'tenant_id')],
    ["(select auth.jwt()) -> 'user_metadata' ->> 'role'", claim('user_metadata', 'role')],
    ["current_setting('request.jwt.claims')::jsonb ->> 'org'", claim('org')],
    ["lower(auth.jwt() ->> 'email')", claim('email')],
  ])('%s has its path', (text, expected) => {
    expect(meaning(text)).toEqual(expected)
  })

  test('objects within the claims are not values yet', () => {
    expect(meaning("auth.jwt() -> 'app_metadata'")).toEqual({ is: 'claims', path: ['app_metadata'] })
  })

  test('a path that is computed is not known', () => {
    expect(meaning('auth.jwt() ->> name')).toEqual({ is: 'other' })
  })
})

describe('columns and constants', () => {
  test.each([
    ['user_id', { is: 'column', qualifier: null, name: 'user_id' }],
    ['notes.user_id::text', { is: 'column', qualifier: 'notes', name: 'user_id' }],
    ['"Notes"."userId"', { is: 'column', qualifier: 'Notes', name: 'userId' }],
    ["'admin'::text", { is: 'constant', value: 'admin' }],
    ['null', { is: 'constant', value: null }],
    ["coalesce(role, 'user')", { is: 'column', qualifier: null, name: 'role' }],
    ['a + b', { is: 'other' }],
    ['now()', { is: 'other' }],
  ] as const)('%s', (text, expected) => {
    expect(meaning(text)).toEqual(expected)
  })
})

describe('helper functions', () => {
  test.each([
    ['a SQL body', 'select auth.uid()', 'sql'],
    ['a standard SQL body', 'RETURN auth.uid()', 'sql'],
    ['a PL/pgSQL body of one statement', 'begin return auth.uid(); end', 'plpgsql'],
  ])('with %s mean what their expression means', (_, body, language) => {
    expect(meaning('public.me()', [routine('me', body, language)])).toEqual(USER)
  })

  test('are followed through one another, but not for ever', () => {
    const chain = [routine('outer', 'select public.inner()'), routine('inner', "select auth.jwt() ->> 'org'")]
    expect(meaning('public.outer()', chain)).toEqual(claim('org'))
    expect(meaning('public.loop()', [routine('loop', 'select public.loop()')])).toEqual({ is: 'other' })
  })

  test('that read a table or take arguments are not understood', () => {
    const readers = [routine('mine', 'select id from public.users')]
    expect(meaning('public.mine()', readers)).toEqual({ is: 'other' })
    expect(meaning('public.me(1)', [routine('me', 'select auth.uid()')])).toEqual({ is: 'other' })
  })

  test('that are not there are not understood', () => {
    expect(meaning('public.nothing()')).toEqual({ is: 'other' })
  })
})

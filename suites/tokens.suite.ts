import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Connection, DatabaseError } from '../src/database/connection.ts'
import { sessionSql } from '../src/database/impersonate.ts'
import type { Actor } from '../src/domain/population.ts'
import type { Server } from '../src/domain/server.ts'
import { accessTokenClaims } from '../src/tokens/access-token-claims.ts'
import { actorFromToken } from '../src/tokens/actor.ts'
import { postgrestSecret } from '../src/tokens/export.ts'
import { tokenKeys } from '../src/tokens/keys.ts'
import type { TokenKeys } from '../src/tokens/keys.ts'
import { mintToken } from '../src/tokens/mint.ts'
import type { MintOptions } from '../src/tokens/mint.ts'
import { verifyToken } from '../src/tokens/verify.ts'
import type { VerifyOptions } from '../src/tokens/verify.ts'
import { databaseWith, startEmbedded } from './scene.ts'

const alice = '00000000-0000-4000-8000-00000000a11c'
const bob = '00000000-0000-4000-8000-000000000b0b'

const NOTES = `
create role auditor nologin;
grant auditor to authenticator;
create table public.notes (id int primary key, user_id uuid not null, org numeric);
alter table public.notes enable row level security;
create policy own on public.notes for select to authenticated using (user_id = auth.uid());
create policy of_the_org on public.notes for select to authenticated
  using (org = (auth.jwt() -> 'app_metadata' ->> 'org')::numeric);
create policy all_of_them on public.notes for select to auditor using (true);
grant select on public.notes to auditor;
insert into public.notes values
  (1, '${alice}', null), (2, '${bob}', null), (3, '${bob}', 12345678901234567890), (4, '${bob}', 12345678901234567000);
`

/** What a policy or function can see of who asks. */
const WHO = `select auth.uid() as uid, auth.role() as role, auth.email() as email, auth.jwt() as jwt,
  auth.jwt()::text as text, current_setting('request.jwt.claims') as setting,
  current_user::text as "current_user", session_user::text as "session_user"`

interface Who {
  readonly uid: string | null
  readonly role: string
  readonly email: string | null
  readonly jwt: Readonly<Record<string, unknown>>
  readonly text: string
  readonly setting: string
  readonly current_user: string
  readonly session_user: string
}

describe('the actor of a token, in a real server', () => {
  let server: Server
  let session: Connection

  beforeAll(async () => {
    server = await startEmbedded()
    session = await Connection.open(await databaseWith(server, 'tokens', NOTES))
  })

  afterAll(async () => {
    await session.close()
    await server[Symbol.asyncDispose]()
  })

  /** @returns rows, or the SQLSTATE that the server refused it with */
  async function ask<Row>(actor: Actor, query: string): Promise<readonly Row[] | string> {
    try {
      await session.run(`begin;\n${sessionSql(actor)}`)
      return await session.rows<Row>(query)
    } catch (error) {
      if (error instanceof DatabaseError) return error.error.sqlstate
      throw error
    } finally {
      await session.run('rollback')
    }
  }

  async function who(actor: Actor): Promise<Who> {
    const rows = await ask<Who>(actor, WHO)
    const [row] = typeof rows === 'string' ? [] : rows
    if (!row) throw new Error(`refused: ${String(rows)}`)
    return row
  }

  /** As a request does it: signed by one side, checked by the other with what is public. */
  async function actorOf(
    keys: TokenKeys,
    claims: Readonly<Record<string, unknown>>,
    options: MintOptions & VerifyOptions = {},
  ): Promise<Actor> {
    const token = await mintToken(keys, claims, options)
    return actorFromToken(await verifyToken(postgrestSecret(keys), token, options))
  }

  const ids = async (actor: Actor): Promise<unknown> => ask(actor, 'select id from public.notes order by id')

  describe.each(['HS256', 'RS256', 'ES256'] as const)('signed with %s', (alg) => {
    let keys: TokenKeys

    beforeAll(async () => {
      keys = await tokenKeys({ alg })
    })

    test('has exactly the claims of the token', async () => {
      const claims = {
        ...accessTokenClaims({ sub: alice, email: 'alice@example.com' }),
        iat: 1_767_225_600,
        exp: 4_102_444_800,
        app_metadata: { org: 7, roles: ['admin', { of: [1, [2, []]] }], plan: null, empty: {} },
        user_metadata: {
          name: `O'Brien "the \\ one" $$ ; -- \t\n`,
          motto: '日本語 ünïcode 🙂 \u2028 \u0001',
          "it's": true,
          price: 0.1,
          tiny: 1e-7,
          large: 9007199254740991,
          minus: -0.5,
        },
      }
      const { text, setting, ...seen } = await who(await actorOf(keys, claims))
      expect(seen).toEqual({
        uid: alice,
        role: 'authenticated',
        email: 'alice@example.com',
        jwt: claims,
        current_user: 'authenticated',
        session_user: 'authenticator',
      })
      expect(JSON.parse(setting)).toEqual(claims)
      expect(JSON.parse(text)).toEqual(claims)
    })

    test('has numbers with all their digits, and policies compare all of them', async () => {
      const org = 12345678901234567890n
      const claims = accessTokenClaims({ sub: alice, app_metadata: { org } })
      const actor = await actorOf(keys, claims)
      const { text, setting } = await who(actor)
      expect(text).toContain('"org": 12345678901234567890')
      expect(setting).toContain('"org":12345678901234567890')
      expect(await ids(actor)).toEqual([{ id: 1 }, { id: 3 }])
      // claims stay whole beside others that a test adds
      const aal1 = { ...actor, claims: { ...actor.claims, aal: 'aal1' } }
      expect(await ids(aal1)).toEqual([{ id: 1 }, { id: 3 }])
      // what JavaScript makes of the number is another organization
      const rounded = { ...actor, claims: { ...actor.claims, app_metadata: { org: Number(org) } } }
      expect(await ids(rounded)).toEqual([{ id: 1 }, { id: 4 }])
    })

    test('reads what its policies say', async () => {
      expect(await ids(await actorOf(keys, accessTokenClaims({ sub: alice })))).toEqual([{ id: 1 }])
      expect(await ids(await actorOf(keys, accessTokenClaims({ sub: bob })))).toEqual([
        { id: 2 },
        { id: 3 },
        { id: 4 },
      ])
      expect(await ids(await actorOf(keys, { role: 'anon' }))).toEqual([])
      expect(await ids(await actorOf(keys, { role: 'service_role' }))).toHaveLength(4)
      expect(await ids(await actorOf(keys, { role: 'auditor' }))).toHaveLength(4)
    })
  })

  test('without a role in its claims is anon, and the claims say so', async () => {
    const keys = await tokenKeys()
    const { role, jwt, current_user } = await who(await actorOf(keys, { sub: alice, iat: 5, exp: 4e9 }))
    expect({ role, current_user }).toEqual({ role: 'anon', current_user: 'anon' })
    expect(jwt).toEqual({ sub: alice, iat: 5, exp: 4e9, role: 'anon' })
  })

  test('with a role elsewhere in its claims takes that, and the claims say so', async () => {
    const keys = await tokenKeys()
    const claims = { role: 'service_role', app: { roles: ['x', 'auditor'] } }
    const actor = await actorOf(keys, claims, { roleClaimKey: '.app.roles[1]' })
    const query = `select current_user::text as "user", current_setting('request.jwt.claims')::jsonb as claims`
    expect(await ask(actor, query)).toMatchObject([
      { user: 'auditor', claims: { role: 'auditor', app: claims.app } },
    ])
    expect(await ids(actor)).toHaveLength(4)
  })

  test('of an anonymous sign-in is authenticated', async () => {
    const claims = accessTokenClaims({ sub: alice, is_anonymous: true })
    const actor = await actorOf(await tokenKeys(), claims)
    expect(await who(actor)).toMatchObject({
      uid: alice,
      role: 'authenticated',
      email: '',
      jwt: { is_anonymous: true, aal: 'aal1' },
      current_user: 'authenticated',
    })
  })

  test('whose role does not exist, or is none of the gateway’s, is refused by the server', async () => {
    const keys = await tokenKeys()
    for (const [role, sqlstate] of [
      ['nobody', '22023'],
      ['', '42601'],
      [null, '22023'],
      [['anon'], '22023'],
      ['anon; drop table public.notes', '22023'],
      ['postgres', '42501'],
      ['supabase_admin', '42501'],
    ] as const)
      expect(await ask(await actorOf(keys, { role }), 'select 1'), JSON.stringify(role)).toBe(sqlstate)
  })

  test('whose role is "none" stays with the role that the gateway logs in as, which reads nothing', async () => {
    const actor = await actorOf(await tokenKeys(), { role: 'none', sub: alice })
    expect(await ask(actor, 'select current_user::text as "user"')).toEqual([{ user: 'authenticator' }])
    expect(await ids(actor)).toBe('42501')
  })

  test('without a user has none', async () => {
    const keys = await tokenKeys()
    expect(await who(await actorOf(keys, { role: 'authenticated' }))).toMatchObject({
      uid: null,
      email: null,
    })
    expect(await ids(await actorOf(keys, { role: 'authenticated' }))).toEqual([])
  })

  test('is the one that it was minted of', async () => {
    const claims = { ...accessTokenClaims({ sub: bob, email: 'bob@example.com' }), iat: 5, exp: 4e9 }
    const actor: Actor = {
      name: 'bob@example.com',
      role: 'authenticated',
      login: 'authenticator',
      user: bob,
      tenants: [],
      claims,
      settings: {},
      purpose: 'judged',
    }
    expect(await actorOf(await tokenKeys(), claims)).toEqual(actor)
    expect(await who(actor)).toEqual(await who(await actorOf(await tokenKeys({ alg: 'HS256' }), claims)))
  })
})

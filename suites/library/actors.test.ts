import { describe, expect, test } from '../../src/vitest/index.ts'

const WHO = `select current_user as role, session_user as login, auth.uid()::text as uid, auth.jwt() ->> 'aal' as aal,
  (auth.jwt() -> 'app_metadata' ->> 'plan') as plan`

describe('the cast', () => {
  test('is who its names say', async ({ alice, bob, carol, dave, anon, service, acme, globex, actor }) => {
    expect([alice.tenant, bob.tenant]).toEqual([acme, acme])
    expect(carol.tenant).toEqual(globex)
    expect(dave.tenant).toBeNull()
    expect(actor('acme-editor').tenant).toEqual(acme)
    expect(alice.email).toBe('alice@example.com')
    expect((await alice.attempt(WHO)).rows).toEqual([
      { role: 'authenticated', login: 'authenticator', uid: alice.id, aal: 'aal2', plan: null },
    ])
    expect((await anon.attempt(WHO)).rows).toMatchObject([{ role: 'anon', uid: null }])
    expect((await service.attempt(WHO)).rows).toMatchObject([{ role: 'service_role', uid: null }])
    expect(() => anon.id).toThrow('nobody is signed in')
    expect(() => actor('acme-edtor')).toThrow('nobody of the cast is called "acme-edtor"')
  })

  test('has a revoked member, who sees no more than a stranger', async ({ alice, dave, carol, seed }) => {
    const { id } = await seed('public.documents', { owner: alice })
    await expect(dave).not.toSee('public.documents', { id })
    await expect(carol).not.toSee('public.documents', { id })
    await expect(alice).toSee('public.members', { user_id: dave.id })
  })
})

describe('as', () => {
  test('changes claims, merges objects, takes claims away, and can be repeated', async ({ alice, as }) => {
    const weak = as(alice, { aal: 'aal1', app_metadata: { plan: 'pro' } })
    expect((await weak.attempt(WHO)).rows).toMatchObject([{ uid: alice.id, aal: 'aal1', plan: 'pro' }])
    expect(weak.claims['app_metadata']).toMatchObject({ provider: 'email', plan: 'pro' })
    const nobody = as(weak, { sub: undefined })
    expect((await nobody.attempt(WHO)).rows).toMatchObject([{ uid: null, plan: 'pro' }])
    expect(nobody.name).toBe('alice (aal "aal1", app_metadata {"plan":"pro"}) (no sub)')
    expect((await alice.attempt(WHO)).rows).toMatchObject([{ aal: 'aal2', plan: null }])
  })

  test('follows the role claim as PostgREST does', async ({ alice, as, seed }) => {
    const { id } = await seed('public.notes', { owner: alice })
    await expect(as(alice, { role: 'service_role' })).toSee('public.notes', { id })
    await expect(as(alice, { role: 'anon' })).not.toSee('public.notes', { id })
    await expect(
      expect(as(alice, { role: 'nobody_knows' })).not.toSee('public.notes', { id }),
    ).rejects.toThrow('failed for another reason')
  })

  test('takes plain database roles, API roles and custom identities', async ({ as, alice }) => {
    const plain =
      "select current_user as role, session_user as login, current_setting('request.jwt.claims') as claims"
    expect((await as('reporting').attempt(plain)).rows).toEqual([
      { role: 'reporting', login: 'reporting', claims: '' },
    ])
    await expect(as('reporting')).not.toBeDenied('select', 'public.workspaces')
    await expect(as('reporting')).toBeDenied('select', 'public.documents')
    expect((await as('authenticated').attempt(WHO)).rows).toMatchObject([
      { role: 'authenticated', login: 'authenticator' },
    ])
    const custom = as({ role: 'authenticated', claims: { sub: alice.id }, settings: { 'app.tenant': 'x' } })
    expect(
      (await custom.attempt("select current_setting('app.tenant') as tenant, auth.uid()::text as uid")).rows,
    ).toEqual([{ tenant: 'x', uid: alice.id }])
    expect(() => as('reportng')).toThrow('"reportng" is neither of the cast nor a role of the database')
  })

  test('runs work as somebody, nested, and everybody is who they were before', async ({
    alice,
    bob,
    as,
    acme,
    sql,
  }) => {
    const mine = await as(alice, async (run) => {
      await run`insert into documents (workspace_id, title) values (${acme.id}, ${'Plan'})`
      const his = await as(
        bob,
        async (inner) => inner`select auth.uid()::text as uid, count(*)::int as n from documents`,
      )
      expect(his).toEqual([{ uid: bob.id, n: 1 }])
      return run`select auth.uid()::text as uid from documents`
    })
    expect(mine).toEqual([{ uid: alice.id }])
    expect(
      await sql`select current_user = session_user as plain, auth.uid() as uid, title from documents`,
    ).toEqual([{ plain: true, uid: null, title: 'Plan' }])
  })
})

describe('somebody new', () => {
  test('signs up, with the triggers of the project, and joins with a role', async ({
    user,
    acme,
    alice,
    seed,
    sql,
  }) => {
    const { id } = await seed('public.documents', { owner: alice })
    const erin = await user('erin', { tenant: acme, membership: 'editor' })
    expect(await sql`select display_name from profiles where id = ${erin.id}`).toEqual([
      { display_name: 'erin' },
    ])
    await expect(erin).toAffect('update', 'public.documents', { id }, { title: 'x' })
    await expect(erin).not.toAffect('delete', 'public.documents', { id })
    const frank = await user('fred')
    await expect(frank).not.toSee('public.documents', { id })
    await expect(user('erin')).rejects.toThrow('somebody is called "erin" already')
  })

  test('may be an anonymous sign-in', async ({ user, alice }) => {
    const guest = await user('guest', { anonymous: true })
    expect(guest.claims).toMatchObject({ is_anonymous: true, role: 'authenticated', aal: 'aal1' })
    await expect(guest).not.toInsert('public.notes')
    await expect(alice).toInsert('public.notes')
  })

  test('may have claims of their own', async ({ user }) => {
    const erin = await user('erin', { claims: { app_metadata: { plan: 'pro' } }, email: 'erin@acme.test' })
    expect(erin.name).toBe('erin')
    expect((await erin.attempt(WHO)).rows).toMatchObject([{ uid: erin.id, plan: 'pro' }])
    expect(erin.email).toBe('erin@acme.test')
  })

  test('founds a tenant that is a stranger to the others', async ({ tenant, user, alice, seed }) => {
    const initech = await tenant('initech', { name: 'Initech' })
    const peter = await user('peter', { tenant: initech, membership: 'owner' })
    const { id } = await seed('public.documents', { owner: peter })
    await expect(peter).toSee('public.documents', { id, workspace_id: initech })
    await expect(alice).not.toSee('public.documents', { id })
    await expect(alice).not.toSee('public.workspaces', { id: initech })
  })
})

describe('tokens', () => {
  test('carry an actor to the gateway and back', async ({ alice, token, fromToken, seed, as }) => {
    const { id } = await seed('public.notes', { owner: alice })
    const back = await fromToken(await token(alice))
    expect(back.id).toBe(alice.id)
    await expect(back).toSee('public.notes', { id })
    const elevated = await fromToken(await token(as(alice, { app_metadata: { plan: 'pro' } })))
    expect((await elevated.attempt(WHO)).rows).toMatchObject([{ uid: alice.id, plan: 'pro' }])
  })

  test('are refused as the gateway refuses them', async ({ alice, token, fromToken }) => {
    await expect(fromToken(await token(alice, { expired: true }))).rejects.toThrow(/expired/)
    await expect(fromToken(await token(alice), { audience: 'other' })).rejects.toThrow('not for "other"')
    await expect(fromToken(`${await token(alice)}x`)).rejects.toThrow()
  })
})

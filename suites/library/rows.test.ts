import { describe, expect, test } from '../../src/vitest/index.ts'

describe('seed', () => {
  test('gives a complete row that is whose it should be', async ({ alice, carol, globex, seed }) => {
    const document = await seed('public.documents', { owner: alice, title: 'Plan' })
    expect(document).toMatchObject({
      title: 'Plan',
      created_by: alice.id,
      workspace_id: alice.tenant?.id,
      locked: false,
    })
    expect(await seed('public.documents', { tenant: globex })).toMatchObject({ workspace_id: globex.id })
    expect(await seed('public.documents', { created_by: carol })).toMatchObject({
      created_by: carol.id,
      workspace_id: globex.id,
    })
  })

  test('leaves to its default what nobody asked for', async ({ alice, seed }) => {
    expect(await seed('public.documents', { owner: alice })).toMatchObject({
      body: '',
      locked: false,
      tags: [],
      meta: {},
    })
  })

  test('makes what a row refers to, and takes what is there', async ({ alice, carol, seed, sql }) => {
    const comment = await seed('public.comments', { owner: carol })
    expect(comment).toMatchObject({ author_id: carol.id })
    expect(await sql`select workspace_id from documents`).toEqual([{ workspace_id: carol.tenant?.id }])
    const document = await seed('public.documents', { owner: alice })
    expect(await seed('public.comments', { owner: alice })).toMatchObject({ document_id: document['id'] })
    expect(await sql`select count(*)::int as n from documents`).toEqual([{ n: 2 }])
  })

  test('makes as many rows as are asked for, each another', async ({ alice, seed }) => {
    const slugs = new Set<unknown>()
    for (let count = 0; count < 8; count++) slugs.add((await seed('public.notes', { owner: alice }))['slug'])
    expect(slugs.size).toBe(8)
  })

  test('changes the row that there can be one of', async ({ alice, seed, sql }) => {
    expect(await seed('public.profiles', { id: alice.id, phone: '555' })).toMatchObject({
      id: alice.id,
      phone: '555',
    })
    expect(await sql`select count(*)::int as n from profiles where phone = '555'`).toEqual([{ n: 1 }])
  })

  test('sees what the test has inserted itself', async ({ alice, acme, seed, sql }) => {
    const [row] =
      await sql`insert into documents (workspace_id, created_by, title) values (${acme.id}, ${alice.id}, 'x') returning id`
    expect(await seed('public.comments', { owner: alice })).toMatchObject({ document_id: row?.['id'] })
  })

  test('says what is wrong: names, constraints, and rows of nobody', async ({ alice, seed }) => {
    await expect(seed('public.documnets')).rejects.toThrow('there is no relation "public.documnets"')
    await expect(seed('public.documents', { owner: alice, titel: 'x' })).rejects.toThrow(
      '"titel" is not a column',
    )
    await expect(seed('public.documents')).rejects.toThrow(
      'rows of public.documents belong to a tenant: whose is this one?',
    )
    await expect(seed('public.titles', { owner: alice })).rejects.toThrow('public.titles is a view')
    await expect(seed('public.documents', { owner: alice, workspace_id: alice.id })).rejects.toThrow(
      'no row could be seeded into public.documents',
    )
  })
})

describe('what a test does', () => {
  test('is kept while it lasts', async ({ alice, bob, acme }) => {
    await alice.sql`insert into documents (workspace_id, title) values (${acme.id}, 'kept')`
    await expect(bob).toSee('public.documents', { title: 'kept' })
    await expect(alice.sql('select * from nowhere')).rejects.toThrow('relation "nowhere" does not exist')
    await expect(
      bob.sql`insert into documents (workspace_id, title) values (${acme.id}, 'no')`,
    ).rejects.toThrow('new row violates row-level security policy')
    expect(await bob.sql('select title from documents where title = $1', ['kept'])).toEqual([
      { title: 'kept' },
    ])
  })

  test('is gone afterwards', async ({ sql, catalog }) => {
    expect(await sql`select count(*)::int as n from documents`).toEqual([{ n: 0 }])
    expect(
      catalog.relations.find(({ qualified }) => qualified === 'public.documents')?.policies,
    ).toHaveLength(4)
  })

  test.concurrent('does not mix with a test that runs at the same time', async ({ alice, seed, sql }) => {
    await seed('public.notes', { owner: alice })
    expect(await sql`select count(*)::int as n from notes`).toEqual([{ n: 1 }])
  })

  test.concurrent('whichever comes first', async ({ alice, seed, sql }) => {
    await seed('public.notes', { owner: alice })
    expect(await sql`select count(*)::int as n from notes`).toEqual([{ n: 1 }])
  })

  test('may ask several things at once', async ({ alice, bob, carol, seed }) => {
    const { id } = await seed('public.documents', { owner: alice })
    await Promise.all([
      expect(alice).toSee('public.documents', { id }),
      expect(bob).toSee('public.documents', { id }),
      expect(carol).not.toSee('public.documents', { id }),
      expect(bob).toInsert('public.comments'),
      expect(carol).not.toAffect('delete', 'public.documents', { id }),
    ])
  })
})

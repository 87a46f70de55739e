import { describe, expect, test } from '../../src/vitest/index.ts'

describe('toSee', () => {
  test('holds for a member, and not for a stranger', async ({ alice, bob, carol, seed }) => {
    const { id } = await seed('public.documents', { owner: alice })
    await expect(alice).toSee('public.documents', { id })
    await expect(bob).toSee('public.documents', { id })
    await expect(carol).not.toSee('public.documents', { id })
  })

  test('fails with session, statement, verdict, policies and a reproduction', async ({
    alice,
    carol,
    seed,
  }) => {
    const { id } = await seed('public.documents', { owner: alice, title: 'Plan' })
    const failure = expect(expect(carol).toSee('public.documents', { id })).rejects.toThrow
    for (const part of [
      /expected carol to see rows of public\.documents where "id" = '.+'::uuid\n {2}but carol saw none of 1/,
      /session {4}carol: role authenticated, sub [0-9a-f-]{36}, tenant globex, aal aal2/,
      /statement {2}select "id" from "public"\."documents" where/,
      /verdict {4}filtered: no row came back/,
      /policy {5}"members read" for select to authenticated using .* supabase\/migrations\/20260101000000_workspace\.sql:\d+/,
      /begin;\n {4}insert into "public"\."documents" .*"title":"Plan"(.|\n)*set local role "authenticated";(.|\n)*select "id" from (.|\n)*rollback;/,
    ])
      await failure(part)
    await expect(expect(alice).not.toSee('public.documents', { id })).rejects.toThrow(
      /expected alice not to see rows .*\n {2}but alice saw 1 row/,
    )
  })

  test('proves nothing where there is no such row, negated or not', async ({ alice, carol }) => {
    const nowhere = { id: '00000000-0000-4000-8000-000000000000' }
    await expect(expect(carol).not.toSee('public.documents', nowhere)).rejects.toThrow(
      /there is no such row in public\.documents, so that the test proves nothing(.|\n)*Seed it first/,
    )
    await expect(expect(alice).toSee('public.documents', nowhere)).rejects.toThrow('proves nothing')
    await expect(expect(carol).not.toSee('public.documents')).rejects.toThrow('proves nothing')
  })

  test('proves nothing where only some of the rows are seen', async ({ alice, carol, seed }) => {
    await seed('public.documents', { owner: alice })
    await seed('public.documents', { owner: carol })
    await expect(expect(alice).toSee('public.documents')).rejects.toThrow(
      'alice saw 1 of 2: neither all nor none',
    )
    await expect(expect(alice).not.toSee('public.documents')).rejects.toThrow('neither all nor none')
  })

  test('takes a condition in SQL, users and tenants as values, null, lists and JSON', async ({
    alice,
    acme,
    carol,
    seed,
  }) => {
    await seed('public.documents', {
      owner: alice,
      title: 'It’s "done"',
      tags: ['a', 'b,c'],
      meta: { deep: [1, null] },
    })
    await expect(alice).toSee('public.documents', { created_by: alice, workspace_id: acme })
    await expect(alice).toSee('public.documents', { title: 'It’s "done"', tags: ['a', 'b,c'] })
    await expect(alice).toSee('public.documents', { meta: { deep: [1, null] } })
    await expect(carol).not.toSee('public.documents', "title like 'It%' and locked is false")
    await expect(alice).toSee('public.members', { user_id: alice, revoked_at: null })
  })

  test('a refusal for want of a privilege is not seeing; a mistake in the statement is neither', async ({
    alice,
    anon,
    seed,
  }) => {
    await seed('public.notes', { owner: alice })
    await expect(anon).not.toSee('public.notes')
    await expect(expect(anon).not.toSee('public.notes', 'no_such_column = 1')).rejects.toThrow(
      /42703|no_such_column/,
    )
    await expect(expect(alice).toSee('public.notes', 'text = = 1')).rejects.toThrow(/failed|syntax/)
  })

  test('asks for columns where they are named', async ({ alice, bob }) => {
    await expect(bob).toSee('public.profiles', { id: alice.id }, { columns: ['display_name'] })
    await expect(bob).not.toSee('public.profiles', { id: alice.id }, { columns: ['phone'] })
    await expect(expect(bob).not.toSee('public.profiles', {}, { columns: ['phnoe'] })).rejects.toThrow(
      '"phnoe" is not a column of public.profiles',
    )
  })

  test('sees through views, those that ask who is there among them', async ({ alice, bob, carol, seed }) => {
    const document = await seed('public.documents', { owner: alice })
    const note = await seed('public.notes', { owner: alice })
    await expect(bob).toSee('public.titles', { id: document.id })
    await expect(carol).not.toSee('public.titles', { id: document.id })
    await expect(alice).toSee('public.my_notes', { id: note.id })
    await expect(bob).not.toSee('public.my_notes', { id: note.id })
    await expect(expect(bob).not.toSee('public.my_notes', { id: document.id })).rejects.toThrow(
      'Nobody of the cast sees one through the view',
    )
    await expect(bob).not.toSee('public.my_notes', { id: note.id }, { control: alice })
  })

  test('names the relation or column that was meant', async ({ alice }) => {
    await expect(expect(alice).toSee('public.documnets')).rejects.toThrow(
      'there is no relation "public.documnets"',
    )
    await expect(expect(alice).toSee('public.documents', { titel: 'x' })).rejects.toThrow(
      '"titel" is not a column of public.documents',
    )
  })
})

describe('toSeeOnly', () => {
  test('holds where just these rows are seen and others are there', async ({ alice, bob, seed }) => {
    const mine = await seed('public.notes', { owner: alice, text: 'mine' })
    await seed('public.notes', { owner: bob, text: 'his' })
    await expect(alice).toSeeOnly('public.notes', [{ id: mine.id, text: 'mine' }])
    await expect(bob).not.toSeeOnly('public.notes', [{ id: mine.id }])
    await expect(bob).toSeeOnly('public.notes', [{ text: 'his' }])
  })

  test('tells what is too much and what is missing', async ({ alice, bob, carol, seed }) => {
    await seed('public.documents', { owner: alice, title: 'one' })
    await seed('public.documents', { owner: alice, title: 'two' })
    await seed('public.documents', { owner: carol, title: 'far' })
    await expect(expect(bob).toSeeOnly('public.documents', [{ title: 'one' }])).rejects.toThrow(
      'bob saw 1 more: {"title":"two"}',
    )
    await expect(
      expect(bob).toSeeOnly('public.documents', [{ title: 'one' }, { title: 'two' }, { title: 'far' }]),
    ).rejects.toThrow('bob did not see {"title":"far"}')
    await expect(bob).toSeeOnly('public.documents', [{ title: 'two' }, { title: 'one' }])
    await expect(
      expect(bob).toSeeOnly('public.documents', [{ title: 'one' }, { title: 'one' }]),
    ).rejects.toThrow('saw 1 more')
  })

  test('proves nothing where there is nothing else to be hidden', async ({ alice, bob, seed }) => {
    await expect(expect(alice).toSeeOnly('public.notes', [])).rejects.toThrow('"only" proves nothing')
    const { id } = await seed('public.notes', { owner: alice })
    await expect(expect(alice).toSeeOnly('public.notes', [{ id }])).rejects.toThrow('"only" proves nothing')
    await expect(bob).toSeeOnly('public.notes', [])
  })

  test('needs somebody else’s rows behind a view that asks who is there, not one’s own', async ({
    alice,
    bob,
    seed,
  }) => {
    const { id } = await seed('public.notes', { owner: alice })
    await expect(expect(alice).toSeeOnly('public.my_notes', [{ id }])).rejects.toThrow(
      '"only" proves nothing',
    )
    await seed('public.notes', { owner: bob })
    await expect(alice).toSeeOnly('public.my_notes', [{ id }])
  })

  test('holds through a view that leaves rows out for everybody', async ({ alice, bob, seed }) => {
    const { id } = await seed('public.notes', { owner: alice })
    await expect(expect(alice).toSeeOnly('public.my_notes', [{ id }])).rejects.toThrow(
      '"only" proves nothing',
    )
    await seed('public.notes', { owner: bob })
    await expect(alice).toSeeOnly('public.my_notes', [{ id }])
  })
})

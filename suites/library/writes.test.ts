import { describe, expect, test } from '../../src/vitest/index.ts'

describe('toAffect', () => {
  test('holds where the rows are changed, and takes the change back', async ({ alice, bob, seed, sql }) => {
    const { id } = await seed('public.documents', { owner: alice, title: 'before' })
    await expect(alice).toAffect('update', 'public.documents', { id }, { title: 'after' })
    await expect(alice).toAffect('update', 'public.documents', { id })
    await expect(bob).not.toAffect('update', 'public.documents', { id }, { title: 'after' })
    await expect(alice).toAffect('delete', 'public.documents', { id })
    expect(await sql`select title from public.documents where id = ${id}`).toEqual([{ title: 'before' }])
  })

  test('depends on the session: a delete takes a second factor', async ({ alice, as, seed }) => {
    const { id } = await seed('public.documents', { owner: alice })
    await expect(as(alice, { aal: 'aal1' })).not.toAffect('delete', 'public.documents', { id })
    await expect(
      expect(as(alice, { aal: 'aal1' })).toAffect('delete', 'public.documents', { id }),
    ).rejects.toThrow(
      /expected alice \(aal "aal1"\) to affect rows of public\.documents by delete\n {2}but it was filtered: no row was written \(1 row there\)/,
    )
  })

  test('proves nothing of rows that are not there, by code that raises, or in part', async ({
    alice,
    actor,
    carol,
    seed,
  }) => {
    await expect(expect(carol).not.toAffect('delete', 'public.documents')).rejects.toThrow('proves nothing')
    const { id } = await seed('public.documents', { owner: alice, locked: true })
    const editor = actor('acme-editor')
    await expect(
      expect(editor).not.toAffect('update', 'public.documents', { id }, { title: 'x' }),
    ).rejects.toThrow('code raised an exception: the document is locked')
    await seed('public.documents', { owner: carol })
    await expect(expect(alice).toAffect('update', 'public.documents')).rejects.toThrow('1 of 2 were reached')
  })
})

const OPEN_UPDATES =
  'create policy "all" on public.notes for update to authenticated using (true) with check (true)'

describe('a write without a WHERE', () => {
  test('reaches rows that the SELECT policies hide from one with it', async ({ alice, bob, seed, sql }) => {
    const { id } = await seed('public.notes', { owner: alice })
    const change = ['update', 'public.notes', { id }, { text: 'x' }] as const
    await expect(bob).toBeFiltered(...change)
    await expect(bob).not.toAffect(...change)
    await sql(OPEN_UPDATES)
    await expect(expect(bob).toBeFiltered(...change)).rejects.toThrow(
      /statement {2}update "public"\."notes" set "text" = 'x'::text\n(.|\n)*without a WHERE/,
    )
    await expect(expect(bob).not.toAffect(...change)).rejects.toThrow('without a WHERE')
    await expect(expect(bob).toAffect(...change)).rejects.toThrow('without a WHERE')
  })

  test('hands rows over that a statement with it may not', async ({ alice, bob, seed, sql }) => {
    const { id } = await seed('public.notes', { owner: bob })
    const move = ['update', 'public.notes', { id }, { owner_id: alice }] as const
    await expect(bob).toBeDenied(...move)
    await sql(OPEN_UPDATES)
    await expect(expect(bob).toBeDenied(...move)).rejects.toThrow('without a WHERE')
  })

  test('deletes rows that a statement with it may not', async ({ alice, bob, seed, sql }) => {
    const { id } = await seed('public.notes', { owner: alice })
    await expect(bob).toBeFiltered('delete', 'public.notes', { id })
    await sql(OPEN_UPDATES.replaceAll('for update', 'for delete').replace('with check (true)', ''))
    await expect(expect(bob).toBeFiltered('delete', 'public.notes', { id })).rejects.toThrow(
      'without a WHERE',
    )
  })
})

describe('toInsert', () => {
  test('completes the row and takes back what it took', async ({ alice, bob, actor, carol, acme, sql }) => {
    await expect(alice).toInsert('public.documents', { title: 'new' })
    await expect(actor('acme-editor')).toInsert('public.documents')
    await expect(bob).not.toInsert('public.documents')
    await expect(carol).not.toInsert('public.documents', { workspace_id: acme })
    expect(await sql`select count(*)::int as left from public.documents`).toEqual([{ left: 0 }])
  })

  test('makes the rows that it refers to, for this attempt alone', async ({ bob, carol, sql }) => {
    await expect(bob).toInsert('public.comments', { text: 'hello' })
    await expect(bob).not.toInsert('public.comments', { text: 'hello', author_id: carol })
    expect(await sql`select count(*)::int as left from public.documents`).toEqual([{ left: 0 }])
  })

  test('tells in whose name a row goes in', async ({ alice, bob }) => {
    await expect(bob).toInsert('public.notes')
    await expect(bob).not.toInsert('public.notes', { owner: alice })
    await expect(bob).not.toInsert('public.notes', { owner_id: alice.id })
  })

  test('is tried in somebody’s name where nobody is signed in', async ({ anon, service }) => {
    await expect(anon).not.toInsert('public.notes')
    await expect(anon).toBeDenied('insert', 'public.notes', {}, undefined, { by: 'privilege' })
    await expect(service).toInsert('public.notes')
  })

  test('is no denial where a constraint stops it', async ({ alice, bob, seed }) => {
    const { slug } = await seed('public.notes', { owner: alice })
    await expect(expect(bob).not.toInsert('public.notes', { slug })).rejects.toThrow(
      'row security let the row in, and a constraint stopped it',
    )
    await expect(expect(bob).toInsert('public.notes', { slug })).rejects.toThrow('a constraint stopped it')
  })
})

describe('toBeDenied', () => {
  test('tells who says no', async ({ alice, anon, bob, carol, acme, seed }) => {
    await expect(anon).toBeDenied('select', 'public.notes')
    await expect(anon).toBeDenied('select', 'public.notes', {}, undefined, { by: 'privilege' })
    await expect(bob).toBeDenied('insert', 'public.documents', {}, undefined, { by: 'policy' })
    await expect(carol).toBeDenied('insert', 'public.documents', { workspace_id: acme })
    await expect(
      expect(anon).toBeDenied('select', 'public.notes', {}, undefined, { by: 'policy' }),
    ).rejects.toThrow(
      /to be denied select on public\.notes by policy\n {2}but it was denied by privilege: 42501/,
    )
    const { id } = await seed('public.notes', { owner: alice })
    await expect(alice).not.toBeDenied('update', 'public.notes', { id }, { text: 'x' })
    await expect(alice).toBeDenied('update', 'public.notes', { id }, { owner_id: bob })
  })

  test('is not what happens to rows that are hidden: an update of no row is filtered', async ({
    alice,
    bob,
    seed,
  }) => {
    const { id } = await seed('public.notes', { owner: alice })
    await expect(expect(bob).toBeDenied('update', 'public.notes', { id })).rejects.toThrow(
      /it was filtered: no row was written(.|\n)*that is toBeFiltered\(\)/,
    )
    await expect(bob).toBeFiltered('update', 'public.notes', { id }, { text: 'x' })
    await expect(bob).toBeFiltered('delete', 'public.notes')
    await expect(bob).toBeFiltered('select', 'public.notes', { id })
    await expect(alice).not.toBeFiltered('select', 'public.notes', { id })
    await expect(expect(bob).toBeFiltered('select', 'public.comments')).rejects.toThrow('proves nothing')
  })

  test('needs a control where code raises', async ({ alice, actor, seed }) => {
    const { id } = await seed('public.documents', { owner: alice, locked: true })
    const editor = actor('acme-editor')
    const change = ['update', 'public.documents', { id }, { title: 'x' }] as const
    await expect(expect(editor).toBeDenied(...change)).rejects.toThrow('Name who may do the same')
    await expect(editor).toBeDenied(...change, { control: alice })
    await expect(expect(editor).toBeDenied(...change, { control: editor })).rejects.toThrow(
      'nobody is shown to get through',
    )
  })

  test('is never a mistake in the statement', async ({ alice }) => {
    for (const statement of [
      'selec 1',
      'select * from public.nowhere',
      'insert into public.notes (nope) values (1)',
    ])
      await expect(expect(alice.attempt(statement)).toBeDenied()).rejects.toThrow('failed for another reason')
    await expect(expect(alice.attempt('selec 1')).not.toBeDenied()).rejects.toThrow(
      'failed for another reason',
    )
  })
})

describe('an attempt', () => {
  test('is any statement, with parameters, and taken back', async ({ alice, bob, acme, seed, sql }) => {
    await expect(
      bob.attempt('insert into documents (workspace_id, created_by, title) values ($1, $2, $3)', [
        acme.id,
        bob.id,
        'x',
      ]),
    ).toBeDenied({ by: 'policy' })
    await expect(
      alice.attempt('insert into documents (workspace_id, title) values ($1, $2)', [acme.id, 'x']),
    ).toAffect(1)
    const { id } = await seed('public.notes', { owner: alice })
    await expect(bob.attempt('select * from notes where id = $1', [id])).toBeFiltered()
    await expect(alice.attempt('select * from notes where id = $1', [id])).toReturnRows(1)
    await expect(alice.attempt('select * from notes')).not.toReturnRows(2)
    await expect(expect(bob.attempt('select * from comments')).toBeFiltered()).rejects.toThrow(
      'it proves nothing',
    )
    expect(await sql`select count(*)::int as left from documents`).toEqual([{ left: 0 }])
  })

  test('that reaches nothing proves nothing where there is nothing', async ({ alice, bob, seed }) => {
    const nowhere = '00000000-0000-4000-8000-000000000000'
    const removal = (): ReturnType<typeof bob.attempt> =>
      bob.attempt('delete from notes where id = $1', [nowhere])
    await expect(expect(removal()).not.toAffect()).rejects.toThrow('it proves nothing')
    await expect(expect(removal()).toAffect(0)).rejects.toThrow('it proves nothing')
    await expect(expect(bob.attempt('select * from notes')).not.toReturnRows()).rejects.toThrow(
      'it proves nothing',
    )
    await seed('public.notes', { owner: alice })
    await expect(bob.attempt('delete from notes')).not.toAffect()
    await expect(bob.attempt('select * from notes')).not.toReturnRows()
    await expect(bob.attempt('select * from notes')).toReturnRows(0)
  })

  test('says what the server did', async ({ alice, anon }) => {
    const { outcome, rows } = await alice.attempt('select 1 as one union select 2 order by 1')
    expect(outcome).toEqual({ kind: 'returned', rows: 2 })
    expect(rows).toEqual([{ one: 1 }, { one: 2 }])
    expect((await anon.attempt('delete from public.notes')).outcome).toEqual({
      kind: 'denied',
      by: 'privilege',
    })
    expect(
      (await anon.attempt('select * from public.notes n join public.documents d on true')).outcome,
    ).toEqual({
      kind: 'denied',
      by: 'privilege',
    })
  })

  test('cannot be made somebody else’s', async ({ alice }) => {
    await expect(alice.attempt('reset session authorization')).rejects.toThrow(
      'changed the session that it ran in',
    )
    await expect(expect(alice.attempt('set role postgres')).not.toBeDenied()).rejects.toThrow(
      'failed for another',
    )
    await expect(alice.attempt('select current_user, session_user')).toReturnRows(1)
  })

  test('goes wrong where the matcher is for actors, and the other way round', async ({ alice }) => {
    await expect(expect(alice).toReturnRows()).rejects.toThrow('is about an attempt')
    await expect(expect(alice.attempt('select 1')).toSee('public.notes')).rejects.toThrow('is about an actor')
  })
})

describe('toExecute', () => {
  test('holds where the function runs, and not where a privilege is missing', async ({
    alice,
    anon,
    seed,
  }) => {
    const { id } = await seed('public.documents', { owner: alice })
    await expect(alice).toExecute('public.rename_document', { document: id, title: 'x' })
    await expect(anon).not.toExecute('public.rename_document', [id, 'x'])
    await expect(expect(anon).toExecute('rename_document', [id, 'x'])).rejects.toThrow(
      'it was denied by privilege: 42501 permission denied for function rename_document',
    )
  })

  test('needs a control where code raises', async ({ alice, carol, seed }) => {
    const { id } = await seed('public.documents', { owner: alice })
    const call = ['public.rename_document', { document: id, title: 'x' }] as const
    await expect(expect(carol).not.toExecute(...call)).rejects.toThrow('Name who may do the same')
    await expect(carol).not.toExecute(...call, { control: alice })
  })

  test('names functions and arguments that are not there', async ({ alice }) => {
    await expect(expect(alice).toExecute('public.rename_documents', [])).rejects.toThrow(
      'there is no function',
    )
    await expect(expect(alice).toExecute('public.rename_document', { doc: 1 })).rejects.toThrow(
      '"doc" is not an argument of public.rename_document(uuid,text)',
    )
  })
})

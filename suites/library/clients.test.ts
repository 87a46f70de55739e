import { eq, sql as part } from 'drizzle-orm'
import { drizzle as overNodePostgres } from 'drizzle-orm/node-postgres'
import { pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import { Client, Pool } from 'pg'
import postgres from 'postgres'
import { describe, expect, test } from '../../src/vitest/index.ts'

describe('databaseUrl', () => {
  test('lets a client act as somebody, inside of the transaction of the test', async ({
    alice,
    bob,
    seed,
    databaseUrl,
  }) => {
    const { id } = await seed('public.notes', { owner: alice, text: 'mine' })
    await using client = await connected(await databaseUrl(alice))
    const { rows } = await client.query('select id, text from notes')
    expect(rows).toEqual([{ id, text: 'mine' }])
    await client.query('insert into notes (slug, text) values ($1, $2)', ['plan', 'new'])
    await expect(alice).toSee('public.notes', { slug: 'plan', owner_id: alice })
    await expect(bob).not.toSee('public.notes', { slug: 'plan' })
    await expect(
      client.query('insert into notes (slug, text, owner_id) values ($1, $2, $3)', ['x', 'x', bob.id]),
    ).rejects.toThrow('new row violates row-level security policy')
    expect((await client.query('select count(*)::int as n from notes')).rows).toEqual([{ n: 2 }])
  })

  test('finds nothing of the test before', async ({ sql }) => {
    expect(await sql`select count(*)::int as n from notes`).toEqual([{ n: 0 }])
  })

  test('serves drizzle and postgres.js with transactions of their own', async ({
    alice,
    carol,
    acme,
    databaseUrl,
    seed,
    sql,
  }) => {
    const client = postgres(await databaseUrl(alice), { max: 2 })
    const db = drizzle(client)
    await db.transaction(async (tx) => {
      await tx.execute(part`insert into documents (workspace_id, title) values (${acme.id}, 'kept')`)
    })
    await expect(
      db.transaction(async (tx) => {
        await tx.execute(part`insert into documents (workspace_id, title) values (${acme.id}, 'undone')`)
        throw new Error('changed my mind')
      }),
    ).rejects.toThrow('changed my mind')
    expect(await sql`select title from documents`).toEqual([{ title: 'kept' }])
    const stranger = postgres(await databaseUrl(carol))
    expect([...(await stranger`select title from documents`)]).toEqual([])
    await Promise.all([client.end(), stranger.end()])
    // what clients wrote is known to rows that come after it
    const [row] = await sql`select id from documents`
    expect(await seed('public.comments', { owner: alice })).toMatchObject({ document_id: row?.['id'] })
  })

  test('runs the queries of a drizzle schema, as the recipe says', async ({
    alice,
    carol,
    seed,
    databaseUrl,
  }) => {
    const notes = pgTable('notes', {
      id: uuid('id').primaryKey().defaultRandom(),
      ownerId: uuid('owner_id').default(part`auth.uid()`),
      slug: text('slug').notNull(),
      text: text('text').notNull(),
    })
    const own = await seed('public.notes', { owner: alice })
    const foreign = await seed('public.notes', { owner: carol })
    const pool = new Pool({ connectionString: await databaseUrl(alice) })
    const db = overNodePostgres(pool)
    expect(await db.select({ id: notes.id }).from(notes)).toEqual([{ id: own['id'] }])
    const made = await db
      .insert(notes)
      .values({ slug: 'a', text: 'new' })
      .returning({ ownerId: notes.ownerId })
    expect(made).toEqual([{ ownerId: alice.id }])
    const theirs = eq(notes.id, String(foreign['id']))
    expect(await db.update(notes).set({ text: 'x' }).where(theirs).returning()).toEqual([])
    await expect(
      db.transaction(async (tx) => {
        await tx.insert(notes).values({ slug: 'b', text: 'mine' })
        await tx.insert(notes).values({ slug: 'c', text: 'forged', ownerId: carol.id })
      }),
    ).rejects.toMatchObject({ cause: { code: '42501' } })
    expect(await db.$count(notes)).toBe(2)
    await pool.end()
  })

  test(
    'keeps assertions out of a transaction that a client has open',
    { timeout: 20_000 },
    async ({ alice, databaseUrl }) => {
      await using client = await connected(await databaseUrl(alice))
      await client.query('begin')
      await expect(expect(alice).toSee('public.members')).rejects.toThrow(
        'the connection of the test is taken',
      )
      await client.query('rollback')
      await expect(alice).toSee('public.members', { user_id: alice })
    },
  )
})

async function connected(url: string): Promise<Client & AsyncDisposable> {
  const client = new Client({ connectionString: url })
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

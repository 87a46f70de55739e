import { drizzle as drizzleOverPg } from 'drizzle-orm/node-postgres'
import { drizzle as drizzleOverPostgres } from 'drizzle-orm/postgres-js'
import { asc, eq, sql as fragment } from 'drizzle-orm'
import { integer, pgTable, text, uuid, type PgDatabase, type PgQueryResultHKT } from 'drizzle-orm/pg-core'
import { Client, Pool } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import postgres from 'postgres'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, test } from 'vitest'
import type { ConnectionTarget } from '../../src/domain/server.ts'
import { openStage } from './scene.ts'

const notes = pgTable('notes', {
  id: integer('id').primaryKey().generatedByDefaultAsIdentity(),
  userId: uuid('user_id')
    .notNull()
    .default(fragment`auth.uid()`),
  body: text('body').notNull(),
})

const HERS = ['of alice', 'of carol']

/** What applications speak with. */
export function describeClients(target: () => ConnectionTarget): void {
  test('node-postgres: a client with named statements, errors and a transaction', async () => {
    await using stage = await openStage(target())
    const client = new Client({ connectionString: (await stage.gateway()).url })
    await client.connect()
    const named = { name: 'notes', text: 'select body from notes where body like $1', values: ['of%'] }
    expect((await client.query(named)).rows).toEqual([{ body: 'of alice' }])
    await expect(
      client.query('insert into notes (user_id, body) values (gen_random_uuid(), $1)', ['x']),
    ).rejects.toMatchObject({
      code: '42501',
      message: 'new row violates row-level security policy for table "notes"',
    })
    await client.query('begin')
    const inserted = await client.query('insert into notes (body) values ($1) returning body', ['new'])
    expect([inserted.command, inserted.rowCount, inserted.rows]).toEqual(['INSERT', 1, [{ body: 'new' }]])
    expect((await client.query(named)).rows).toEqual([{ body: 'of alice' }])
    await client.query('rollback')
    expect(client.getTransactionStatus()).toBe('I')
    expect(await stage.bodies()).toEqual(HERS)
    await client.end()
  })

  test('node-postgres: data that are copied in', async () => {
    await using stage = await openStage(target())
    const client = new Client({ connectionString: (await stage.gateway()).url })
    await client.connect()
    const lines = Array.from({ length: 50_000 }, (_, n) => `line ${n}\n`)
    await pipeline(Readable.from(lines), client.query(copyFrom('copy drafts from stdin')))
    expect((await client.query('select count(*)::int as n from drafts')).rows).toEqual([{ n: 50_000 }])
    await client.end()
    expect(await stage.connection.rows('select count(*)::int as n from drafts')).toEqual([{ n: 50_000 }])
  })

  test('postgres.js: queries, types and errors', async () => {
    await using stage = await openStage(target())
    const sql = postgres((await stage.gateway()).url, { transform: postgres.camel })
    expect(await sql`select body, user_id is not null as has_owner from notes where id > ${0}`).toEqual([
      { body: 'of alice', hasOwner: true },
    ])
    expect(await sql`select ${[1, 2]}::int[] as list, ${sql.json({ a: 1 })}::jsonb as json`).toEqual([
      { list: [1, 2], json: { a: 1 } },
    ])
    await expect(sql`insert into notes (body) values (${'forbidden'})`).rejects.toMatchObject({
      code: '23514',
    })
    await expect(sql`select * from nothing where id = ${1}`).rejects.toMatchObject({ code: '42P01' })
    expect(
      (await sql`insert into notes ${sql([{ body: 'a' }, { body: 'b' }])} returning body`).map(
        (row) => row['body'],
      ),
    ).toEqual(['a', 'b'])
    await sql.end()
    expect(await stage.bodies()).toEqual([...HERS, 'a', 'b'])
  })

  test('postgres.js: transactions, savepoints and what fails in them', async () => {
    await using stage = await openStage(target())
    const before = await stage.place()
    const sql = postgres((await stage.gateway()).url)
    const insert = (tx: postgres.TransactionSql, body: string): Promise<unknown> =>
      tx`insert into notes (body) values (${body})`.execute()
    await sql.begin(async (tx) => {
      await insert(tx, 'outer')
      await tx.savepoint((inner) => insert(inner, 'kept'))
      await expect(
        tx.savepoint(async (inner) => {
          await insert(inner, 'lost')
          await insert(inner, 'forbidden')
        }),
      ).rejects.toMatchObject({ code: '23514' })
    })
    await expect(
      sql.begin(async (tx) => {
        await insert(tx, 'lost, too')
        throw new Error('never mind')
      }),
    ).rejects.toThrow('never mind')
    await expect(sql.begin('read only', (tx) => insert(tx, 'x'))).rejects.toMatchObject({ code: '25006' })
    await sql.begin('isolation level serializable', (tx) => insert(tx, 'alone'))
    await sql.end()
    expect(await stage.bodies()).toEqual([...HERS, 'outer', 'kept', 'alone'])
    expect(await stage.place()).toEqual(before)
  })

  test('postgres.js: a pipeline, a pool, a cursor, copies and a cancelled query', async () => {
    await using stage = await openStage(target())
    const sql = postgres((await stage.gateway()).url, { max: 3 })
    const answers = await Promise.allSettled(
      Array.from({ length: 30 }, (_, n) =>
        n % 10 === 5 ? sql`select ${n}::int / 0 as n` : sql`select ${n}::int as n`,
      ),
    )
    expect(answers.map((answer) => answer.status === 'fulfilled')).toEqual(
      Array.from({ length: 30 }, (_, n) => n % 10 !== 5),
    )
    const seen: number[] = []
    await sql`select n::int from generate_series(1, 25) as n`.cursor(10, (rows) => {
      seen.push(...rows.map((row) => row['n'] as number))
    })
    expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => n + 1))
    const into = await sql`copy drafts from stdin`.writable()
    await pipeline(Readable.from(['a\n', 'b\n']), into)
    const out: Buffer[] = []
    for await (const chunk of await sql`copy drafts to stdout`.readable()) out.push(chunk as Buffer)
    expect(Buffer.concat(out).toString()).toBe('a\nb\n')
    const asleep = sql`select pg_sleep(30)`
    setTimeout(() => asleep.cancel(), 200)
    await expect(asleep).rejects.toMatchObject({ code: '57014' })
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }])
    await sql.end()
  })

  test.each(['node-postgres', 'postgres.js'])('drizzle-orm over %s', async (driver) => {
    await using stage = await openStage(target())
    const { url } = await stage.gateway()
    const pool = new Pool({ connectionString: url, max: 2 })
    const sql = postgres(url, { max: 2 })
    const db: PgDatabase<PgQueryResultHKT> =
      driver === 'node-postgres' ? drizzleOverPg(pool) : drizzleOverPostgres(sql)
    const bodies = db.select({ body: notes.body }).from(notes).orderBy(asc(notes.id))
    expect(await bodies).toEqual([{ body: 'of alice' }])
    expect(await db.insert(notes).values({ body: 'new' }).returning({ body: notes.body })).toEqual([
      { body: 'new' },
    ])
    expect(await db.update(notes).set({ body: 'x' }).where(eq(notes.body, 'of carol')).returning()).toEqual(
      [],
    )
    await db.transaction(async (tx) => {
      await tx.insert(notes).values({ body: 'kept' })
      await tx.transaction((inner) => inner.insert(notes).values({ body: 'forbidden' })).catch(() => {})
    })
    await expect(
      db.transaction(async (tx) => {
        await tx.insert(notes).values({ body: 'lost' })
        tx.rollback()
      }),
    ).rejects.toThrow('Rollback')
    expect(await bodies).toEqual([{ body: 'of alice' }, { body: 'new' }, { body: 'kept' }])
    const stranger = '00000000-0000-4000-8000-00000000ca01'
    await expect(db.insert(notes).values({ body: 'forged', userId: stranger })).rejects.toMatchObject({
      cause: { code: '42501' },
    })
    await pool.end()
    await sql.end()
    expect(await stage.bodies()).toEqual([...HERS, 'new', 'kept'])
  })
}

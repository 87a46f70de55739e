import { Client } from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConnectionTarget, Server } from '../src/domain/server.ts'
import { notesDatabase, openStage } from './gateway/scene.ts'
import { startEmbedded } from './scene.ts'

let server: Server
let target: ConnectionTarget

beforeAll(async () => {
  server = await startEmbedded()
  target = await notesDatabase(server, 'gateway')
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

describe('node-postgres', () => {
  test('smoke', async () => {
    await using stage = await openStage(target)
    const before = await stage.place()
    const gateway = await stage.gateway()
    const client = new Client({ connectionString: gateway.url })
    await client.connect()
    expect((await client.query('select body from notes')).rows).toEqual([{ body: 'of alice' }])
    expect((await client.query('select body from notes where id > $1', [0])).rows).toEqual([
      { body: 'of alice' },
    ])
    await client.query('begin')
    await client.query("insert into notes (body) values ('new')")
    expect(await stage.bodies()).toEqual(['of alice', 'of carol', 'new'])
    await client.query('rollback')
    expect(await stage.bodies()).toEqual(['of alice', 'of carol'])
    await client.end()
    expect(await stage.place()).toEqual(before)
  })
  test('smoke postgres.js', async () => {
    await using stage = await openStage(target)
    const before = await stage.place()
    const gateway = await stage.gateway()
    const sql = postgres(gateway.url)
    expect(await sql`select body from notes where id > ${0}`).toEqual([{ body: 'of alice' }])
    await sql.begin(async (tx) => {
      await tx`insert into notes (body) values ('new')`
      await tx.savepoint((inner) => inner`insert into notes (body) values ('forbidden')`).catch(() => {})
    })
    expect(await stage.bodies()).toEqual(['of alice', 'of carol', 'new'])
    await sql.end()
    expect(await stage.place()).toEqual(before)
  })
})

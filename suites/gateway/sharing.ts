import { Client, Pool } from 'pg'
import { expect, test } from 'vitest'
import type { ConnectionTarget } from '../../src/domain/server.ts'
import { copyData, copyDone, flush, q, RawClient, run, sync } from './raw-client.ts'
import { carol, openStage } from './scene.ts'

const INSERT = "insert into notes (body) values ('new')"
const HERS = ['of alice', 'of carol']

/** A client that reads nothing of what it asked for. */
const FLOOD = q("select repeat('x', 1000) from generate_series(1, 100000)")

export function describeSharing(target: () => ConnectionTarget): void {
  test('clients of one gateway wait for each other’s transactions', async () => {
    await using stage = await openStage(target())
    const gateway = await stage.gateway()
    await using one = await RawClient.open(gateway.target)
    await using other = await RawClient.open(gateway.target)
    await one.say(q('begin'))
    const answer = other.say(q('select count(*) from notes'))
    await one.say(q(INSERT))
    await one.say(q('commit'))
    expect(await answer).toContain('D 2')
  })

  test('who waits too long hears who it is that everybody waits for', async () => {
    await using stage = await openStage(target())
    const hers = await stage.gateway(undefined, { patienceMs: 100 })
    const carols = await stage.gateway(carol, { patienceMs: 100 })
    await using one = await RawClient.open(hers.target)
    await using same = await RawClient.open(hers.target)
    await using other = await RawClient.open(carols.target)
    await one.say(q('begin'))
    await one.say(q(INSERT))
    const said = /^E ERROR 55P03 a client of alice has been inside of a transaction for more than 100 ms/
    expect((await same.say(q(INSERT)))[0]).toMatch(said)
    expect((await other.say(q(INSERT)))[0]).toMatch(said)
    expect(
      (await other.say(...run(INSERT), flush, ...run(INSERT), sync)).map((line) => line.slice(0, 13)),
    ).toEqual(['E ERROR 55P03', 'Z I'])
    expect(await one.say(q('rollback'))).toEqual(['C ROLLBACK', 'Z I'])
    expect(await other.say(q('select body from notes'))).toContain('D of carol')
    expect(await stage.bodies()).toEqual(HERS)
  })

  test('what was executed up to a flush is a transaction, too', async () => {
    await using stage = await openStage(target())
    const gateway = await stage.gateway(undefined, { patienceMs: 100 })
    await using one = await RawClient.open(gateway.target)
    await using other = await RawClient.open(gateway.target)
    one.send(...run(INSERT), flush)
    await one.until((line) => line.startsWith('C'))
    expect((await other.say(q(INSERT)))[0]).toContain('55P03')
    expect((await one.say(sync)).at(-1)).toBe('Z I')
    expect(await other.say(q(INSERT))).toEqual(['C INSERT 0 1', 'Z I'])
  })

  test('two actors speak in turn, each in the own session', async () => {
    await using stage = await openStage(target())
    const before = await stage.place()
    await using hers = await RawClient.open((await stage.gateway()).target)
    await using carols = await RawClient.open((await stage.gateway(carol)).target)
    for (let round = 0; round < 3; round += 1) {
      expect(await hers.say(q('select body from notes'))).toContain('D of alice')
      expect(await carols.say(q('select body from notes'))).toContain('D of carol')
      expect(await stage.place()).toEqual(before)
    }
  })

  test('prepared statements, portals and settings of one client are not the other’s', async () => {
    await using stage = await openStage(target())
    const { target: place } = await stage.gateway()
    await using one = await RawClient.open(place, { options: '-c search_path=auth', TimeZone: 'Asia/Tokyo' })
    await using other = await RawClient.open(place)
    const unchanged = await stage.place()
    await one.say(q("set work_mem = '7MB'"))
    await other.say(q("select set_config('app.tenant', 'acme', false)"))
    const seen =
      "select current_setting('work_mem'), current_setting('timezone'), current_setting('search_path'), current_setting('app.tenant', true)"
    expect(await one.say(q(seen))).toContain('D 7MB,Asia/Tokyo,auth,')
    expect(await other.say(q(seen))).toContain('D 4MB,UTC,"$user", public, extensions,acme')
    expect(await stage.place()).toEqual(unchanged)
    for (const [client, sql] of [
      [one, 'select 1'],
      [other, 'select 2'],
    ] as const)
      await client.say(...run(sql), sync)
    // the unnamed ones, after somebody else's
    expect(await one.say(...run('select 3').slice(1), sync)).toContain('D 1')
    expect(await stage.connection.rows('select $1::int as n', [4])).toEqual([{ n: 4 }])
    expect(await other.say(...run('select 3').slice(1), sync)).toContain('D 2')
  })

  test('a pool asks fifty things at once', async () => {
    await using stage = await openStage(target())
    const pool = new Pool({ connectionString: (await stage.gateway()).url, max: 5 })
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => pool.query<{ n: number }>('select $1::int as n', [n])),
    )
    expect(answers.map(({ rows }) => rows[0]?.n)).toEqual(Array.from({ length: 50 }, (_, n) => n))
    await pool.end()
  })

  test('the test’s own queries go in between, also in the client’s transaction', async () => {
    await using stage = await openStage(target())
    const client = new Client({ connectionString: (await stage.gateway()).url })
    await client.connect()
    await client.query('begin')
    await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        await client.query('insert into notes (body) values ($1)', [`new ${n}`])
        await stage.connection.rows('select $1::int', [n])
        await stage.connection.run(
          'savepoint attempt; select 1; rollback to savepoint attempt; release savepoint attempt',
        )
      }),
    )
    await client.query('commit')
    expect(await stage.bodies()).toHaveLength(12)
    await client.end()
  })

  test('a client that is killed in its transaction leaves nothing behind', async () => {
    await using stage = await openStage(target())
    const before = await stage.place()
    const gateway = await stage.gateway()
    const victim = await RawClient.open(gateway.target)
    await using other = await RawClient.open(gateway.target)
    await victim.say(q('begin'))
    await victim.say(q(INSERT))
    expect(gateway.open).toBe(2)
    const waiting = other.say(q('select count(*) from notes'))
    victim.destroy()
    expect(await waiting).toContain('D 1')
    expect(gateway.open).toBe(1)
    expect(await stage.bodies()).toEqual(HERS)
    expect(await stage.place()).toEqual(before)
  })

  test.each([
    ['while its statement runs', [q('begin'), q(INSERT), q('select pg_sleep(0.3)')]],
    ['in the middle of its data', [q('begin'), q('copy drafts from stdin'), copyData('a\n')]],
    ['without having read its rows', [q('begin'), q(INSERT), FLOOD]],
    ['between a flush and its sync', [...run(INSERT), flush]],
    ['with messages that wait', [...run(INSERT), sync, q('begin'), q('select pg_sleep(0.2)'), q(INSERT)]],
  ])('a client that is killed %s leaves nothing behind', async (_, messages) => {
    await using stage = await openStage(target())
    const before = await stage.place()
    const gateway = await stage.gateway()
    const victim = await RawClient.open(gateway.target)
    victim.send(...messages)
    await new Promise((resolve) => setTimeout(resolve, 100))
    victim.destroy()
    await using other = await RawClient.open(gateway.target)
    expect((await other.say(q('select body from notes'))).at(-1)).toBe('Z I')
    expect(await stage.place()).toEqual(before)
    await gateway[Symbol.asyncDispose]()
    // what it had committed stays, as it would have
    expect((await stage.bodies()).filter((body) => body === 'a')).toEqual([])
    expect(await stage.place()).toEqual(before)
  })

  test('closing a gateway ends its clients and undoes their transactions', async () => {
    await using stage = await openStage(target())
    const gateway = await stage.gateway()
    const client = await RawClient.open(gateway.target)
    const sleeper = await RawClient.open((await stage.gateway(carol)).target)
    await client.say(q('begin'))
    await client.say(q(INSERT))
    await gateway[Symbol.asyncDispose]()
    expect(await client.until(() => false)).toEqual(['closed'])
    expect(gateway.open).toBe(0)
    expect(await stage.bodies()).toEqual(HERS)
    expect(await sleeper.say(q('select 1'))).toContain('D 1')
  })

  test('closing a gateway does not wait for what a client has running', async () => {
    await using stage = await openStage(target())
    const gateway = await stage.gateway()
    const client = await RawClient.open(gateway.target)
    client.send(q('select pg_sleep(30)'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    const start = performance.now()
    await gateway[Symbol.asyncDispose]()
    expect(performance.now() - start).toBeLessThan(5000)
    expect(await stage.bodies()).toEqual(HERS)
  })

  test('a client that does not read is cut off, so that the test goes on', async () => {
    await using stage = await openStage(target())
    const gateway = await stage.gateway(undefined, { patienceMs: 300 })
    const idle = await RawClient.open(gateway.target)
    idle.pause()
    idle.send(FLOOD)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await stage.bodies()).toEqual(HERS)
    expect(gateway.open).toBe(0)
  })

  test('a client that sends no more of its data is told so, and the test goes on', async () => {
    await using stage = await openStage(target())
    const gateway = await stage.gateway(undefined, { patienceMs: 200 })
    await using client = await RawClient.open(gateway.target)
    client.send(q('copy drafts from stdin'), copyData('a\n'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await stage.bodies()).toEqual(HERS)
    expect((await client.until((line) => line.startsWith('Z'))).join('\n')).toContain(
      'no data came for 200 ms',
    )
    expect(await client.say(copyData('b\n'), copyDone, q('select 1'))).toContain('D 1')
  })

  test('a slow reader gets everything', async () => {
    await using stage = await openStage(target())
    await using client = await RawClient.open((await stage.gateway()).target)
    client.pause()
    client.send(FLOOD)
    await new Promise((resolve) => setTimeout(resolve, 500))
    client.resume()
    const heard = await client.until((line) => line.startsWith('Z'))
    expect(heard).toHaveLength(100_003)
    expect(heard.at(-2)).toBe('C SELECT 100000')
  })

  test('a value of 20 MB goes there and back', async () => {
    await using stage = await openStage(target())
    const client = new Client({ connectionString: (await stage.gateway()).url })
    await client.connect()
    const big = 'é'.repeat(10_000_000)
    const { rows } = await client.query<{ body: string }>(
      'insert into notes (body) values ($1) returning body',
      [big],
    )
    expect(rows[0]?.body === big).toBe(true)
    await client.end()
  })
}

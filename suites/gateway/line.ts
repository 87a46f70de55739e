import { connect } from 'node:net'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { Connection } from '../../src/database/connection.ts'
import type { ConnectionTarget } from '../../src/domain/server.ts'
import { openGateway } from '../../src/gateway/gateway.ts'
import { message } from '../../src/gateway/messages.ts'
import { q, RawClient, run, sync } from './raw-client.ts'
import { alice, openStage } from './scene.ts'

const INSERT = "insert into notes (body) values ('new')"

/** What is on the other side, and how a client gets there. */
export function describeLine(target: () => ConnectionTarget): void {
  test('a lent connection answers its own queries before and after, in their order', async () => {
    await using connection = await Connection.open(target())
    const order: string[] = []
    await Promise.all([
      connection.rows('select pg_sleep(0.05)').then(() => order.push('before')),
      connection.lend(async (wire) => {
        wire.send(message('Q', 'select 1; begin'))
        const codes: string[] = []
        expect(await wire.untilReady((answer) => codes.push(String.fromCharCode(answer[0] ?? 0)))).toBe('T')
        order.push(codes.join(''))
      }),
      connection.rows('select $1::int', [1]).then(() => order.push('after')),
    ])
    expect(order).toEqual(['before', 'TDCC', 'after'])
    expect(await connection.lend((wire) => Promise.resolve(wire.status))).toBe('T')
  })

  test('a connection is closed when what it was lent for fails', async () => {
    await using connection = await Connection.open(target())
    await expect(connection.lend(() => Promise.reject(new Error('out of step')))).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: expect.stringContaining('out of step') as string,
    })
    await expect(connection.rows('select 1')).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
  })

  test('a gateway wants an open transaction', async () => {
    await using connection = await Connection.open(target())
    await expect(openGateway(connection, alice)).rejects.toMatchObject({ code: 'USAGE' })
  })

  test('a gateway wants a superuser’s connection', async () => {
    await using connection = await Connection.open({ ...target(), user: 'authenticator' })
    await connection.run('begin')
    await expect(openGateway(connection, alice)).rejects.toMatchObject({ code: 'DATABASE_REFUSED' })
  })

  test('when the test’s transaction is over, nothing is executed', async () => {
    await using stage = await openStage(target())
    await using client = await RawClient.open((await stage.gateway()).target)
    await stage.connection.run('commit')
    for (const turn of [[q(INSERT)], [...run(INSERT), sync]])
      expect(await client.say(...turn)).toEqual([
        'E ERROR 25P01 the transaction of the test is not open any more',
        'Z I',
      ])
    await stage.connection.run('begin')
    expect(await stage.bodies()).toEqual(['of alice', 'of carol'])
  })

  test('when the test’s transaction has failed, nothing is executed', async () => {
    await using stage = await openStage(target())
    await using client = await RawClient.open((await stage.gateway()).target)
    await stage.connection.run('savepoint before')
    await stage.connection.run('select 1 / 0').catch(() => {})
    expect((await client.say(q(INSERT)))[0]).toContain('25P02 the transaction of the test has failed')
    await stage.connection.run('rollback to savepoint before')
    expect(await client.say(q(INSERT))).toEqual(['C INSERT 0 1', 'Z I'])
  })

  test('a client whose transaction the test rolled back hears of it', async () => {
    await using stage = await openStage(target())
    await stage.connection.run('savepoint before')
    const gateway = await stage.gateway()
    await using client = await RawClient.open(gateway.target)
    await client.say(q('begin'))
    await stage.connection.run('rollback to savepoint before')
    expect((await client.say(q('commit'))).join('\n')).toContain('the transaction of alice’s client is gone')
  })

  test('a client hears when the connection is lost', async () => {
    const stage = await openStage(target())
    const gateway = await stage.gateway()
    const client = await RawClient.open(gateway.target)
    const [line] = await stage.connection.rows<{ pid: number }>('select pg_backend_pid() as pid')
    await using admin = await Connection.open(target())
    const answer = client.say(q('select pg_sleep(10)'))
    await admin.rows('select pg_sleep(0.1), pg_terminate_backend($1)', [line?.pid])
    expect((await answer).join('\n')).toContain('FATAL 57P01')
    await gateway[Symbol.asyncDispose]()
    await stage.connection.close()
  })

  test('a statement is cancelled, and the next one is not', async () => {
    await using stage = await openStage(target())
    const client = new Client({ connectionString: (await stage.gateway()).url })
    await client.connect()
    const asleep = client.query('select pg_sleep(30)')
    await new Promise((resolve) => setTimeout(resolve, 100))
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
    for (const secret of [secretKey + 1, secretKey]) {
      const request = Buffer.alloc(16)
      ;[16, 80877102, processID, secret].forEach((value, index) => request.writeUInt32BE(value, index * 4))
      connect(client.port, '127.0.0.1').end(request)
    }
    await expect(asleep).rejects.toMatchObject({ code: '57014' })
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await client.end()
  })

  test('a statement times out, and the line lives on', async () => {
    await using stage = await openStage(target())
    await using client = await RawClient.open((await stage.gateway()).target)
    await client.say(q("set statement_timeout = '50ms'"))
    expect((await client.say(q('select pg_sleep(5)'))).join('\n')).toContain('57014')
    expect(await client.say(q('show statement_timeout'))).toContain('D 50ms')
    expect(await stage.connection.rows('show statement_timeout')).toEqual([{ statement_timeout: '0' }])
  })

  test('encryption is declined, and the client goes on without', async () => {
    await using stage = await openStage(target())
    const socket = connect((await stage.gateway()).target.port, '127.0.0.1')
    const heard = async (): Promise<Buffer> => new Promise((resolve) => socket.once('data', resolve))
    for (const code of [80877103, 80877104]) {
      const request = Buffer.alloc(8)
      request.writeUInt32BE(8, 0)
      request.writeUInt32BE(code, 4)
      socket.write(request)
      expect((await heard()).toString()).toBe('N')
    }
    const start = message(
      ' ',
      Buffer.from([0, 3, 0, 2]),
      'user',
      'alice',
      'database',
      'gateway',
      '_pq_.x',
      'y',
      Buffer.alloc(1),
    )
    for (const byte of start.subarray(1)) socket.write(Buffer.from([byte]))
    // NegotiateProtocolVersion: 3.0, and no such option
    expect((await heard()).subarray(0, 1).toString()).toBe('v')
    socket.destroy()
  })

  test.each([
    ['another user', { user: 'postgres' }, '28000 this is the gateway of alice, and not of "postgres"'],
    ['another database', { database: 'template1' }, '3D000 this is a gateway to database "gateway"'],
    ['another role', { role: 'service_role' }, '42501 permission denied to set role "service_role"'],
    ['another encoding', { client_encoding: 'LATIN1' }, '0A000 the gateway speaks UTF8 alone'],
    [
      'a setting that there is not',
      { options: '-c no_such=1' },
      '42704 unrecognized configuration parameter',
    ],
    ['a value that it has not', { TimeZone: 'Nowhere' }, '22023 invalid value for parameter "TimeZone"'],
    ['replication', { replication: 'true' }, '0A000 the gateway has no replication'],
  ])('a client that wants %s is sent away', async (_, wants, expected) => {
    await using stage = await openStage(target())
    const gateway = await stage.gateway()
    const client = await RawClient.open({ ...gateway.target, ...wants }, wants)
    expect(client.greeting.join('\n')).toContain(`E FATAL ${expected}`)
    expect(gateway.open).toBe(0)
    expect(await stage.bodies()).toHaveLength(2)
  })

  test.each([
    ['no PostgreSQL', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['an old protocol', Buffer.from([0, 0, 0, 8, 0, 2, 0, 0])],
  ])('what speaks %s is sent away', async (_, bytes) => {
    await using stage = await openStage(target())
    const gateway = await stage.gateway()
    const socket = connect(gateway.target.port, '127.0.0.1')
    socket.on('error', () => {}).resume()
    socket.write(bytes)
    await new Promise((resolve) => socket.once('close', resolve))
    expect(gateway.open).toBe(0)
    expect(await stage.bodies()).toHaveLength(2)
  })

  test('a client that goes out of step is sent away', async () => {
    await using stage = await openStage(target())
    const client = await RawClient.open((await stage.gateway()).target)
    client.send(message('y', 'what is this?'))
    expect((await client.until(() => false)).join('\n')).toContain('FATAL 08P01')
    expect(await stage.bodies()).toHaveLength(2)
  })

  test('functions are not called by number', async () => {
    await using stage = await openStage(target())
    await using client = await RawClient.open((await stage.gateway()).target)
    expect(await client.say(message('F', Buffer.alloc(10)))).toEqual([
      'E ERROR 0A000 the gateway has no function calls by number',
      'Z I',
    ])
  })

  test('a unix socket leads to the same place', async () => {
    await using stage = await openStage(target())
    const { socket } = await stage.gateway()
    if (socket === null) throw new Error('no unix socket here')
    await using client = await RawClient.open(socket)
    expect(await client.say(q('select body from notes'))).toContain('D of alice')
  })
}

import { createServer, type Server as Listener, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Connection } from '../../src/database/connection.ts'
import type { Server } from '../../src/domain/server.ts'
import { startServer } from '../../src/engine/choose.ts'
import { complaint } from './bad-input.ts'
import { checkout } from './installation.ts'
import { lab, newFolder, project, rls, startRls, type Ended } from './lab.ts'
import { HELD, LEAKY, SOUND } from './projects.ts'
import { asleep } from './signals.ts'
import { comparable } from './verdicts.ts'

const PASSWORD = 'hunter2'
const withUrl = (url: string): readonly string[] => ['check', project(SOUND), '--database-url', url]

function describeUrls(): void {
  test.each([
    ['another scheme', `mysql://me:${PASSWORD}@localhost/x`, 'is a "mysql" URL'],
    ['no URL at all', `me:${PASSWORD}@localhost`, 'is not a URL'],
    ['a port that is none', `postgres://me:${PASSWORD}@localhost:x/x`, 'cannot be read as a URL'],
    ['a raw character', `postgres://me:%zz${PASSWORD}@localhost/x`, 'two hexadecimal digits'],
  ])('RLS_DATABASE_URL with %s is named, its password is not', async (_, url, reason) => {
    const text = await complaint(['check', project(SOUND)], { environment: { RLS_DATABASE_URL: url } })
    expect(text).toContain(reason)
    expect(text).not.toContain(PASSWORD)
  })

  test('a server that is not there is named by host and port', async () => {
    const text = await complaint(withUrl(`postgres://me:${PASSWORD}@127.0.0.1:1/x`))
    expect(text).toContain('cannot connect to database "x" on 127.0.0.1:1 as "me": connect ECONNREFUSED')
    expect(text).not.toContain(PASSWORD)
  })

  test('a server of another machine is refused without a packet sent', async () => {
    // TEST-NET-1 (RFC 5737) answers nobody: whoever tried would wait for the timeout
    const started = performance.now()
    const text = await complaint(withUrl(`postgres://me:${PASSWORD}@192.0.2.1/x`))
    expect(text).toContain('the database URL leads to another machine: 192.0.2.1:5432')
    expect(text).toContain('--allow-external')
    expect(performance.now() - started).toBeLessThan(8_000)
  })
}

/** Listens on a port of its own and answers what comes with `answer`. */
async function listen(answer: (socket: Socket) => void): Promise<{ url: string; listener: Listener }> {
  const listener = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => answer(socket))
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { url: `postgres://me:${PASSWORD}@127.0.0.1:${port}/x`, listener }
}

const ANSWERS: readonly (readonly [what: string, answer: (socket: Socket) => void, reason: string])[] = [
  ['never answers', () => {}, 'no answer within 10 s'],
  ['speaks HTTP', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), 'terminated unexpectedly'],
  // a row that is shorter than it says: the driver's parser throws
  ['sends garbage', (socket) => socket.write('D\0\0\0\u0006\0\u0005', 'latin1'), 'out of range'],
]

function describeForeignPorts(): void {
  test.each(ANSWERS)('a port on which something else %s is no server', async (_, answer, reason) => {
    const { url, listener } = await listen(answer)
    const text = await complaint(withUrl(url))
    expect(text).toContain('cannot connect to database "x" on 127.0.0.1:')
    expect(text).toContain(reason)
    expect(text).toContain('hint: Check that a PostgreSQL server, and nothing else, listens there')
    expect(text).not.toContain(PASSWORD)
    listener.close()
  })
}

let server: Server
const url = (): string =>
  `postgresql:///postgres?host=${encodeURIComponent(server.target.host)}&user=supabase_admin`

/** Databases and roles of the server. */
async function inventory(): Promise<readonly string[]> {
  await using connection = await Connection.open(server.target)
  const rows = await connection.rows<{ name: string }>(
    `select 'database ' || datname as name from pg_database union all select 'role ' || rolname from pg_roles order by 1`,
  )
  return rows.map(({ name }) => name)
}

function describeOwnServer(): void {
  beforeAll(async () => {
    const database = {
      engine: 'embedded',
      version: 17,
      allowExternal: false,
      keep: false,
      cache: true,
    } as const
    const environment = {
      ...process.env,
      RLS_CACHE_DIR: lab().cache,
      RLS_TMPDIR: newFolder('server', lab().memory),
    }
    server = await startServer({ database, projectDir: checkout, environment })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('gives the verdict of the embedded one, and has nothing more on it afterwards', async () => {
    const before = await inventory()
    const dir = project(LEAKY)
    const external = await rls(['check', dir, '--json', '--database-url', url()])
    expect({ code: external.code, left: external.left }, external.stderr).toEqual({ code: 1, left: [] })
    expect(await inventory()).toEqual(before)
    const embedded = await rls(['check', dir, '--json'])
    expect(comparable(external.stdout)).toEqual(comparable(embedded.stdout))
    expect(JSON.parse(external.stdout)).toMatchObject({ run: { engine: { kind: 'external' } } })
  })

  test('serves two runs at once, which share roles, and has nothing more on it afterwards', async () => {
    const before = await inventory()
    const check = (files: Record<string, string>): Promise<Ended> =>
      rls(['check', project(files), '--database-url', url()])
    const runs = await Promise.all([check(SOUND), check(LEAKY)])
    expect(runs.map(({ code }) => code)).toEqual([0, 1])
    expect(await inventory()).toEqual(before)
  })

  test('has nothing more on it after a migration that fails', async () => {
    const before = await inventory()
    const dir = project({ ...SOUND, 'migrations/2.sql': 'create role mine;\ncreate tabel x ();' })
    expect(await complaint(['check', dir, '--database-url', url()])).toContain(
      'migrations/2.sql:2: syntax error',
    )
    expect(await inventory()).toEqual(before)
  })

  test.each(['migrate', 'seed', 'probe'] as const)(
    'has nothing more on it after Ctrl-C in phase %s',
    async (phase) => {
      const before = await inventory()
      const run = startRls(['check', project(HELD[phase]), '--database-url', url()])
      await asleep(server.target)
      const interrupted = performance.now()
      process.kill(-run.pid, 'SIGINT')
      const { code, left } = await run.ended
      expect({ code, left }).toEqual({ code: 130, left: [] })
      expect(performance.now() - interrupted).toBeLessThan(2_500)
      expect(await inventory()).toEqual(before)
    },
  )
}

export function describeDatabaseUrls(): void {
  describe.concurrent('a database URL:', () => {
    describeForeignPorts()
    describeUrls()
  })
}

export function describeServers(): void {
  describe('a server that was there before', describeOwnServer)
}

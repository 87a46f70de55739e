import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Connection } from '../../src/database/connection.ts'
import { startServer, type AnyServer, type EngineOptions } from '../../src/engine/choose.ts'
import { extensionDir } from '../../src/platform/install.ts'
import { checkout } from '../cli/installation.ts'
import { containers, docker, environment, eventually, there } from './lab.ts'

/** A container as a run starts it, without the run. */
export function optionsFor(more: Partial<EngineOptions> = {}): EngineOptions {
  const database = {
    engine: 'container',
    image: there().image,
    version: 17,
    allowExternal: false,
    keep: false,
    cache: true,
  } as const
  return {
    database,
    projectDir: checkout,
    environment: environment(),
    extensionDirs: [extensionDir()],
    ...more,
  }
}

let server: AnyServer

async function ask(question: string): Promise<unknown> {
  await using connection = await Connection.open(server.target)
  const [row] = await connection.rows(`select (${question})::text as answer`)
  return row?.['answer']
}

function describeSettings(): void {
  test('is what its image holds, whatever version is the default', async () => {
    expect(server.kind).toBe('container')
    expect(await ask(`split_part(current_setting('server_version'), ' ', 1)`)).toBe(server.version)
    expect(server.major).toBe(Number.parseInt(server.version, 10))
    expect(server.description).toBe(`PostgreSQL ${server.version} (container, ${there().image})`)
  })

  test('has a superuser that is not called postgres, so that postgres can be what it is on Supabase', async () => {
    expect(await ask('current_user')).toBe('supabase_admin')
    expect(await ask(`select count(*) from pg_roles where rolname = 'postgres'`)).toBe('0')
  })

  test('runs with the settings of the servers that are started without a container', async () => {
    const names = ['fsync', 'autovacuum', 'jit', 'max_locks_per_transaction', 'wal_level']
    const values = await Promise.all(names.map((name) => ask(`current_setting('${name}')`)))
    expect(values).toEqual(['off', 'off', 'off', '2048', 'logical'])
    expect(await ask(`select datcollate from pg_database where datname = 'template0'`)).toMatch(
      /^C(\.UTF-8)?$/,
    )
  })

  test('has its data in memory, no volume, and is published to this machine alone', () => {
    const [id = ''] = containers()
    const [{ HostConfig: host, Mounts: mounts }] = JSON.parse(docker('inspect', id)) as [
      {
        HostConfig: { Tmpfs: object; PortBindings: Record<string, { HostIp: string }[]> }
        Mounts: unknown[]
      },
    ]
    expect(host.Tmpfs).toEqual({ '/var/lib/rls-harness': 'rw' })
    expect(docker('exec', id, 'ls', '/var/lib/rls-harness/data')).toContain('PG_VERSION')
    // what the image declares as a volume is there, and empty
    expect(mounts.length).toBeLessThanOrEqual(1)
    const [{ HostIp }] = host.PortBindings['5432/tcp'] as [{ HostIp: string }]
    expect(HostIp).toMatch(/^(127\.0\.0\.1|172\.|10\.|192\.168\.)/)
  })
}

function describeStubs(): void {
  test('offers stubs of what its image lacks, and the real ones of what it has', async () => {
    await using connection = await Connection.open(server.target)
    await connection.run(
      'create extension vector; create table embedded (v vector(3)); create extension pg_cron',
    )
    const versions = await connection.rows<{ name: string; version: string }>(
      `select name, default_version as version from pg_available_extensions where name in ('pg_trgm', 'vector') order by 1`,
    )
    expect(versions).toEqual([
      { name: 'pg_trgm', version: expect.stringMatching(/^1\.\d$/) as unknown },
      { name: 'vector', version: '0.8.0' },
    ])
  })
}

export function describeServer(): void {
  describe('a server in a container', () => {
    beforeAll(async () => {
      server = await startServer(optionsFor())
    })
    afterAll(() => server[Symbol.asyncDispose]())
    describeSettings()
    describeStubs()
  })

  test('is gone when it is disposed of, however often that is asked for', async () => {
    const other = await startServer(optionsFor())
    const before = containers()
    await Promise.all([other[Symbol.asyncDispose](), other[Symbol.asyncDispose]()])
    await other[Symbol.asyncDispose]()
    expect(containers()).toHaveLength(before.length - 1)
  })

  test.each([0, 400, 1200])('is not there when its start is given up after %i ms', async (ms) => {
    const before = containers()
    const reason = new Error('given up')
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), ms)
    const starting = startServer(optionsFor({ signal: controller.signal }))
    const outcome: unknown = await starting.then(
      (late) => late[Symbol.asyncDispose](),
      (error: unknown) => error,
    )
    // a quick machine may have been faster
    expect([reason, undefined]).toContain(outcome)
    expect(containers()).toEqual(before)
  })

  test('that ends by itself is named as the cause, with how it ended', async () => {
    const before = new Set(containers())
    const dying = await startServer(optionsFor())
    const [id = ''] = containers().filter((name) => !before.has(name))
    docker('exec', id, 'sh', '-c', 'pg_ctl --help >/dev/null; kill -QUIT 1')
    if (dying.kind !== 'container') throw new Error('expected a container')
    const error = await dying.whatEndedIt()
    expect(error).toMatchObject({ code: 'ENGINE_FAILED' })
    expect(error?.message).toMatch(
      /ended by itself \(exit code \d+\)\n.*received immediate shutdown request/s,
    )
    await dying[Symbol.asyncDispose]()
    expect(await eventually(() => containers().length === before.size)).toBe(true)
  })
}

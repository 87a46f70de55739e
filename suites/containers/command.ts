import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { newFolder, project, rls, startRls, type RunOptions } from '../cli/lab.ts'
import { HELD, LEAKY, PHASES, SOUND } from '../cli/projects.ts'
import { comparable } from '../cli/verdicts.ts'
import { containers, docker, environment, eventually, major, there } from './lab.ts'

const withImage = (): readonly string[] => ['--engine', 'container', '--image', there().image]
const inContainer = (more: Readonly<Record<string, string>> = {}): RunOptions => ({
  environment: environment(more),
})

function describeVerdict(): void {
  test('is the one of the embedded engine, and nothing is left', async () => {
    const dir = project(LEAKY)
    const { code, stdout, stderr, left } = await rls(['check', dir, '--json', ...withImage()], inContainer())
    expect({ code, left, containers: containers() }, stderr).toEqual({ code: 1, left: [], containers: [] })
    expect(stderr).not.toContain('Ryuk')
    expect(JSON.parse(stdout)).toMatchObject({ run: { engine: { kind: 'container' } } })
    const embedded = await rls(['check', dir, '--json', '--pg-version', String(major())])
    expect(comparable(stdout)).toEqual(comparable(embedded.stdout))
  })

  test('is given without Ryuk where its image cannot be had, which is said', async () => {
    const ryuk = 'localhost:1/nobody/ryuk:0'
    const options = inContainer({ TESTCONTAINERS_RYUK_DISABLED: '', RYUK_CONTAINER_IMAGE: ryuk })
    const { code, stderr } = await rls(['check', project(SOUND), ...withImage()], options)
    expect({ code, containers: containers() }, stderr).toEqual({ code: 0, containers: [] })
    expect(stderr).toContain(`! going on without Ryuk (${ryuk}): `)
    expect(stderr).toContain('TESTCONTAINERS_RYUK_DISABLED=true leaves this attempt out')
  })

  test('a migration that fails leaves no container', async () => {
    const dir = project({ ...SOUND, 'migrations/2.sql': 'create tabel x ();' })
    const { code, stderr } = await rls(['check', dir, ...withImage()], inContainer())
    expect({ code, containers: containers() }, stderr).toEqual({ code: 2, containers: [] })
    expect(stderr).toContain('migrations/2.sql:1: syntax error')
  })
}

/** Waits until the server in the only container executes pg_sleep(). */
export async function asleepInContainer(): Promise<void> {
  const question = `select count(*) from pg_stat_activity where wait_event = 'PgSleep'`
  const isAsleep = (): boolean => {
    try {
      const [id = 'none'] = containers()
      return docker('exec', id, 'psql', '-XAtU', 'supabase_admin', 'template1', '-c', question) !== '0'
    } catch {
      return false // it is still starting
    }
  }
  expect(await eventually(isAsleep, 30_000)).toBe(true)
}

function describeEnds(): void {
  test.each(PHASES)('Ctrl-C in phase %s is 130 and leaves no container', async (phase) => {
    const run = startRls(['check', project(HELD[phase]), ...withImage()], inContainer())
    await asleepInContainer()
    process.kill(-run.pid, 'SIGINT')
    const { code, stderr } = await run.ended
    expect({ code, containers: containers() }, stderr).toEqual({ code: 130, containers: [] })
  })

  test('Ctrl-C while the container is made leaves none', async () => {
    const run = startRls(['check', project(SOUND), ...withImage()], inContainer())
    expect(await eventually(() => containers().length > 0, 45_000)).toBe(true)
    process.kill(-run.pid, 'SIGINT')
    const { code, stderr } = await run.ended
    expect({ code, containers: containers() }, stderr).toEqual({ code: 130, containers: [] })
  })

  test('Ctrl-C while an image is pulled does not wait for it', async (context) => {
    // a registry that takes its time
    const registry = createServer().listen(0, '127.0.0.1')
    const asked = once(registry, 'connection')
    context.onTestFinished(() => void registry.close())
    await once(registry, 'listening')
    const address = registry.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const run = startRls(
      ['check', project(SOUND), '--image', `127.0.0.1:${port}/slow/postgres:1`],
      inContainer(),
    )
    const [socket] = (await asked) as [Socket]
    context.onTestFinished(() => void socket.destroy())
    const sent = performance.now()
    process.kill(-run.pid, 'SIGINT')
    const { code, stderr } = await run.ended
    expect(code, stderr).toBe(130)
    expect(performance.now() - sent).toBeLessThan(5_000)
  })

  test('kill -9 leaves none for long, also without Ryuk', async () => {
    const run = startRls(['check', project(HELD.migrate), ...withImage()], inContainer())
    await asleepInContainer()
    process.kill(run.pid, 'SIGKILL')
    await run.ended
    expect(await eventually(() => containers().length === 0)).toBe(true)
  })
}

function describeReuse(): void {
  test('is the same for two runs, which leave nothing on it but itself', async () => {
    const cache = { RLS_CACHE_DIR: newFolder('reuse-cache') }
    const args = ['check', project(SOUND), ...withImage(), '--reuse']
    const first = await rls(args, inContainer(cache))
    const [id = '', ...others] = containers()
    try {
      expect({ code: first.code, others }, first.stderr).toEqual({ code: 0, others: [] })
      const before = inventory(id)
      const runs = await Promise.all([rls(args, inContainer(cache)), rls(args, inContainer(cache))])
      expect(
        runs.map(({ code }) => code),
        runs[0].stderr,
      ).toEqual([0, 0])
      expect(containers()).toEqual([id])
      expect(inventory(id)).toBe(before)
      expect(before).toBe('postgres,template0,template1 | supabase_admin')
    } finally {
      for (const container of containers()) docker('rm', '--force', '--volumes', container)
    }
  })
}

/** Databases and roles, but the predefined ones. */
function inventory(id: string): string {
  const question = `select (select string_agg(datname, ',' order by datname) from pg_database) || ' | ' ||
    (select string_agg(rolname, ',' order by rolname) from pg_roles where rolname !~ '^pg_')`
  return docker('exec', id, 'psql', '-XAtU', 'supabase_admin', 'postgres', '-c', question)
}

export function describeCommand(): void {
  describe('the verdict of a run in a container', describeVerdict)
  describe('a run in a container that is cut short:', describeEnds)
  describe('a container that is kept', describeReuse)
}

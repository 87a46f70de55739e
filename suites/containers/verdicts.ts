import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { project, rls } from '../cli/lab.ts'
import { LEAKY } from '../cli/projects.ts'
import { comparable } from '../cli/verdicts.ts'
import { APPLICATIONS, PROJECTS, wholeReport } from '../parity/engines.ts'
import { likeSupabase } from './images.ts'
import { containers, docker, environment, eventually, major, there } from './lab.ts'

function describeApplications(): void {
  afterAll(() => {
    for (const container of containers()) docker('rm', '--force', '--volumes', container)
  })

  // one container for all of them: how one starts and ends is tested elsewhere
  test.each(PROJECTS)('%s', async (name) => {
    const dir = fileURLToPath(new URL(name, APPLICATIONS))
    const expected = await wholeReport({ engine: 'embedded', version: major() }, dir)
    const image = there().image
    expect(await wholeReport({ engine: 'container', image, reuse: true }, dir)).toEqual(expected)
    expect(containers()).toHaveLength(1)
  })
}

const embedded = (dir: string): ReturnType<typeof rls> =>
  rls(['check', dir, '--json', '--engine', 'embedded', '--pg-version', String(major())])

function describeOwnImages(): void {
  test('an image that brings the platform’s roles and a full database changes no verdict', async () => {
    const dir = project({ ...LEAKY, 'migrations/0_cron.sql': 'create extension pg_cron;' })
    const args = ['check', dir, '--json', '--image', likeSupabase()]
    const { code, stdout, stderr } = await rls(args, { environment: environment() })
    expect({ code, containers: containers() }, stderr).toEqual({ code: 1, containers: [] })
    expect(comparable(stdout)).toEqual(comparable((await embedded(dir)).stdout))
  })
}

/** What docker-compose.yml asks for, as arguments of `docker run`: the compose plugin is not everywhere. */
function composed(): { readonly args: readonly string[]; readonly health: readonly string[] } {
  const text = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8')
  const block = (key: string): readonly string[] => {
    const body = new RegExp(`^    ${key}:.*\\n((?:      .*\\n|    #.*\\n)+)`, 'm').exec(text)?.[1] ?? ''
    return body.split('\n').flatMap((line) => (/^ {6}(?!#)(.+)$/.exec(line)?.[1] ?? '').trim() || [])
  }
  const variables = block('environment').filter((line) => !line.startsWith('#'))
  const health =
    /test: \['CMD', (.*)\]/
      .exec(text)?.[1]
      ?.split(', ')
      .map((word) => word.slice(1, -1)) ?? []
  return {
    args: [
      ...variables.flatMap((line) => ['--env', line.replace(/:\s+/, '=')]),
      ...block('tmpfs').flatMap((line) => ['--tmpfs', line.replace(/^- /, '')]),
      '--publish',
      '127.0.0.1::5432',
      there().image,
      ...block('command').flatMap((line) => line.split(' ')),
    ],
    health,
  }
}

function describeCompose(): void {
  test('what docker-compose.yml starts serves a run by URL, and has nothing more on it afterwards', async () => {
    const { args, health } = composed()
    expect(args).toEqual(
      expect.arrayContaining(['POSTGRES_USER=supabase_admin', '/var/lib/rls-harness', 'fsync=off']),
    )
    const id = docker('run', '--detach', ...args)
    try {
      const isHealthy = (): boolean => {
        try {
          return docker('exec', id, ...health) !== '' && docker('logs', id) !== undefined
        } catch {
          return false
        }
      }
      expect(health[0]).toBe('pg_isready')
      expect(await eventually(isHealthy, 45_000)).toBe(true)
      const port = /:(\d+)$/.exec(docker('port', id, '5432/tcp'))?.[1]
      const url = `postgres://supabase_admin:rls@127.0.0.1:${port}/postgres`
      const dir = project(LEAKY)
      const external = await rls(['check', dir, '--json', '--database-url', url])
      expect(external.code, external.stderr).toBe(1)
      expect(comparable(external.stdout)).toEqual(comparable((await embedded(dir)).stdout))
      const roles = `select string_agg(rolname, ',') from pg_roles where rolname !~ '^pg_'`
      expect(docker('exec', id, 'psql', '-XAtU', 'supabase_admin', 'postgres', '-c', roles)).toBe(
        'supabase_admin',
      )
    } finally {
      docker('rm', '--force', '--volumes', id)
    }
  })
}

export function describeVerdictsInContainers(): void {
  describe('a report is the same in a container and on the embedded engine', () => {
    describeApplications()
  })
  describe('images of other people:', describeOwnImages)
  describe('a container that was started by hand', describeCompose)
}

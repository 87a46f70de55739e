import { HarnessError } from '../errors.ts'
import { interruptible, reasonOf, type Daemon } from './container-daemon.ts'

/** An image that can be started as a PostgreSQL server, and what it says about itself. */
export interface PostgresImage {
  readonly name: string
  /** the major that it declares; undefined: it does not say */
  readonly major: number | undefined
  /** its own command, to which settings are added: it may name a configuration or libraries to be loaded */
  readonly command: readonly string[]
  readonly environment: ReadonlyMap<string, string>
}

const PULL_DEADLINE_MS = 15 * 60_000

/** The official image of a major. */
export function officialImage(major: number): string {
  return `postgres:${major}`
}

/**
 * Makes sure that the image is there, pulls it otherwise, and reads what it declares.
 *
 * @throws HarnessError ENGINE_UNAVAILABLE: it cannot be had, or is not made like the official images of PostgreSQL
 */
export async function provideImage(
  daemon: Daemon,
  name: string,
  options: { readonly onProgress: (text: string) => void; readonly signal: AbortSignal | undefined },
): Promise<PostgresImage> {
  const image = daemon.testcontainers.ImageName.fromString(name)
  const { client } = daemon
  try {
    if (!(await client.image.exists(image))) {
      options.onProgress(`pulling the image ${image.string}`)
      const { signal } = options
      await interruptible(daemon, { ms: PULL_DEADLINE_MS, signal }, () => client.image.pull(image))
    }
    const { Config } = await client.image.inspect(image)
    return describe(image.string, Config.Cmd, Config.Env)
  } catch (error) {
    options.signal?.throwIfAborted()
    throw error instanceof HarnessError ? error : missing(image.string, error)
  }
}

function missing(name: string, cause: unknown): HarnessError {
  return new HarnessError(
    'ENGINE_UNAVAILABLE',
    `the image ${name} is not there and cannot be pulled: ${reasonOf(cause)}`,
    {
      hint: 'Check the name (--image, database.image) and that the daemon reaches its registry, log in to a private one, or load the image (docker load, docker pull).',
      cause,
    },
  )
}

/**
 * The official images, what is built on them and supabase/postgres all name PGDATA and start `postgres`. A command that
 * begins with an option is one for `postgres`: their entrypoint puts it in front.
 */
function describe(
  name: string,
  cmd: readonly string[] | null | undefined,
  env: readonly string[] | null | undefined,
): PostgresImage {
  const pairs = (env ?? []).map((line) => line.split(/=(.*)/s, 2))
  const environment = new Map(pairs.map(([key = '', value = '']) => [key, value] as const))
  const [first = ''] = cmd ?? []
  const isPostgres = first === 'postgres' || first.startsWith('-')
  if (!isPostgres && !environment.has('PGDATA')) {
    throw new HarnessError('ENGINE_UNAVAILABLE', `the image ${name} is no PostgreSQL server`, {
      hint: 'Its command is not "postgres" and it sets no PGDATA. Use an official image, one that is built on it, or supabase/postgres.',
    })
  }
  const major = Number(environment.get('PG_MAJOR'))
  return {
    name,
    major: Number.isInteger(major) && major > 0 ? major : undefined,
    command: isPostgres ? (cmd ?? []) : ['postgres'],
    environment,
  }
}

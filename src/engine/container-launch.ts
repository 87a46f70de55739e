import { isIP } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StartedTestContainer } from 'testcontainers'
import { HarnessError } from '../errors.ts'
import { reasonOf, type Daemon } from './container-daemon.ts'
import type { PostgresImage } from './container-image.ts'
import { initdbArguments, SUPERUSER } from './data-directory.ts'
import { SETTINGS } from './postmaster.ts'

/** In memory, and not where images declare a volume of their own: that would lie on the daemon's disk. */
const MEMORY = '/var/lib/rls-harness'
const DATA = `${MEMORY}/data`
const READY_LINE = /database system is ready to accept connections/
const READY_DEADLINE_MS = 120_000
const LOG_TAIL_LINES = 12

export interface LaunchPlan {
  readonly image: PostgresImage
  readonly password: string
  /** tells this container from all others; on one that stays: from those that it may not stand in for */
  readonly label: { readonly name: string; readonly value: string }
  readonly stays: boolean
  /** Ryuk runs */
  readonly cleaned: boolean
  readonly signal: AbortSignal | undefined
}

/** The end of what a container wrote, which is gone with it. */
export class ContainerLog {
  #lines: readonly string[] = []

  /** to be given the stream of a container's log */
  readonly listen = (stream: NodeJS.ReadableStream): void => {
    let rest = ''
    stream.on('data', (part: string | Buffer) => {
      const lines = (rest + part.toString()).split('\n')
      rest = lines.pop() ?? ''
      this.#lines = [...this.#lines, ...lines.filter(Boolean)].slice(-LOG_TAIL_LINES)
    })
    stream.on('error', () => {})
  }

  failure(image: string, what: string, cause?: unknown): HarnessError {
    const tail = this.#lines.join('\n')
    return new HarnessError('ENGINE_FAILED', `the container of ${image} ${what}${tail && `\n${tail}`}`, {
      hint: /No space left/.test(tail)
        ? 'Its data lies in memory: give the daemon more of it.'
        : 'The lines are from the container’s log. An image must behave like the official ones of PostgreSQL.',
      cause,
    })
  }
}

/**
 * Makes and starts the container, and waits until its server takes connections from the network: the official images
 * say that they are ready once for their own scripts and once for everybody.
 *
 * @throws HarnessError ENGINE_FAILED; the container is gone then
 */
export async function launch(
  daemon: Daemon,
  plan: LaunchPlan,
  log: ContainerLog,
): Promise<StartedTestContainer> {
  const { image, signal } = plan
  let id: string | undefined
  const remove = async (): Promise<void> => {
    if (id !== undefined && !plan.stays) await removeContainer(daemon, id)
  }
  const onAbort = (): void => void remove().catch(() => {})
  signal?.addEventListener('abort', onAbort, { once: true })
  const onCreated = (created: string): void => {
    id = created
    signal?.throwIfAborted()
  }
  try {
    return await containerOf(daemon, plan, onCreated).withLogConsumer(log.listen).start()
  } catch (error) {
    await remove()
    signal?.throwIfAborted()
    const reason = reasonOf(error)
    await sleep(0) // the last lines of the log may still be on their way to us
    throw log.failure(image.name, `did not become a server: ${reason}`, error)
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

function containerOf({ testcontainers, client }: Daemon, plan: LaunchPlan, onCreated: (id: string) => void) {
  const { image, password, label, stays, cleaned } = plan
  class PostgresContainer extends testcontainers.GenericContainer {
    publishOn(HostIp: string): this {
      this.withExposedPorts(5432)
      this.hostConfig.PortBindings = { '5432/tcp': [{ HostIp, HostPort: '0' }] }
      return this
    }

    protected override containerCreated(id: string): Promise<void> {
      return Promise.resolve(onCreated(id))
    }
  }
  const container = new PostgresContainer(image.name)
    .publishOn(publishedOn(client.info.containerRuntime.host, client.container.dockerode.modem))
    .withTmpFs({ [MEMORY]: 'rw' })
    .withEnvironment({
      POSTGRES_USER: SUPERUSER,
      POSTGRES_PASSWORD: password,
      POSTGRES_DB: 'postgres',
      PGDATA: DATA,
      ...initdbEnvironment(image),
    })
    .withCommand([...image.command, ...settings()])
    .withLabels({ [label.name]: label.value })
    .withWaitStrategy(testcontainers.Wait.forLogMessage(READY_LINE, 2))
    .withStartupTimeout(READY_DEADLINE_MS)
    .withAutoCleanup(cleaned)
  return stays ? container.withReuse() : container
}

/**
 * The daemon's machine is ours: its loopback. We are in a container ourselves: the address under which containers see
 * that machine. The daemon is elsewhere: all of its addresses, and the password is what protects the server.
 */
function publishedOn(host: string, modem: object): string {
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return '127.0.0.1'
  return Reflect.get(modem, 'socketPath') && isIP(host) === 4 ? host : ''
}

/** Rows sort as on the servers that we start ourselves, unless the image has its own idea of a cluster. */
function initdbEnvironment({ environment, major }: PostgresImage): Readonly<Record<string, string>> {
  if (environment.has('POSTGRES_INITDB_ARGS')) return {}
  const wanted = major === undefined ? ['--no-sync', '--encoding=UTF8', '--locale=C'] : initdbArguments(major)
  const own = wanted.filter((text) => !text.startsWith('--auth=') && !text.startsWith('--username='))
  return { POSTGRES_INITDB_ARGS: own.join(' ') }
}

function settings(): readonly string[] {
  const all = {
    ...SETTINGS,
    dynamic_shared_memory_type: 'mmap',
    listen_addresses: '*',
    // a configuration that the image names may say otherwise
    data_directory: DATA,
    logging_collector: 'off',
    log_destination: 'stderr',
  }
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

const STATE_POLL_MS = 100
/** Sessions are cut some moments before the container of a crashed server has ended. */
const END_GRACE_MS = 2000

/** `runs`, or for people: how the container ended. */
export async function stateOf({ client }: Daemon, id: string): Promise<string> {
  const started = performance.now()
  try {
    for (;;) {
      const { State: state } = await client.container.dockerode.getContainer(id).inspect()
      if (!state.Running) return state.OOMKilled ? 'it was out of memory' : `exit code ${state.ExitCode}`
      if (performance.now() - started > END_GRACE_MS) return 'runs'
      await sleep(STATE_POLL_MS)
    }
  } catch (error) {
    if (statusOf(error) === NOT_THERE) return 'somebody removed it'
    return 'the daemon does not answer any more'
  }
}

const NOT_THERE = 404
const BEING_REMOVED = 409

/** @throws HarnessError ENGINE_FAILED with the command that removes it */
export async function removeContainer({ client }: Daemon, id: string): Promise<void> {
  const container = client.container.dockerode.getContainer(id)
  for (;;) {
    try {
      return void (await container.remove({ force: true, v: true }))
    } catch (error) {
      const status = statusOf(error)
      if (status === NOT_THERE) return
      if (status !== BEING_REMOVED) throw notRemoved(id, error)
      await sleep(STATE_POLL_MS) // somebody else is at it
    }
  }
}

function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined
}

function notRemoved(id: string, cause: unknown): HarnessError {
  return new HarnessError(
    'ENGINE_FAILED',
    `the container ${id.slice(0, 12)} cannot be removed: ${reasonOf(cause)}`,
    {
      hint: `Remove it: docker rm --force --volumes ${id.slice(0, 12)}`,
      cause,
    },
  )
}

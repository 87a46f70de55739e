import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StartedTestContainer } from 'testcontainers'
import type { ConnectionTarget, Server } from '../domain/server.ts'
import type { HarnessError } from '../errors.ts'
import { fingerprint, type Environment } from './binaries.ts'
import { startCleaner } from './container-cleaner.ts'
import { connectToDaemon, reasonOf, type Daemon } from './container-daemon.ts'
import { officialImage, provideImage, type PostgresImage } from './container-image.ts'
import { launch, ContainerLog, removeContainer, stateOf } from './container-launch.ts'
import { reusablePassword } from './container-password.ts'
import { askServer, awaitPort } from './container-ready.ts'
import { copyStubs, type ServerFacts } from './container-stubs.ts'
import { watchContainers, type ContainerWatchdog } from './container-watchdog.ts'
import { SUPERUSER } from './data-directory.ts'

export interface ContainerOptions {
  /** absent: the official image of `version` */
  readonly image: string | undefined
  readonly version: number
  /** leave the container for later runs, or take the one that an earlier run left */
  readonly reuse: boolean
  readonly projectDir: string
  readonly environment: Environment
  readonly extensionDirs: readonly string[]
  readonly onProgress: (text: string) => void
  readonly onNotice: (text: string) => void
  readonly signal: AbortSignal | undefined
}

/**
 * A server in a container. What its image put into the database `postgres` is not looked at: work in a database made
 * from template0. Roles of the image are there.
 */
export interface ContainerServer extends Server {
  readonly kind: 'container'
  /** it outlives the run: what a run makes on it has to be removed by the run */
  readonly stays: boolean
  /** Why the server ended by itself, with the end of its log; undefined while it runs. For a lost connection. */
  whatEndedIt(): Promise<HarnessError | undefined>
}

/**
 * Starts PostgreSQL in a container of its own, by testcontainers: data in memory, a random password, reachable from
 * this machine only. It is removed when it is disposed of, when `signal` aborts, and by a process of its own when ours
 * dies; Ryuk is a second net where it can run.
 *
 * @throws HarnessError ENGINE_UNAVAILABLE: no testcontainers, no daemon, no permission, no image. ENGINE_FAILED: the
 *   server does not start. Nothing is left behind then.
 */
export async function startContainer(options: ContainerOptions): Promise<ContainerServer> {
  const { environment, onNotice, signal } = options
  options.onProgress('starting PostgreSQL in a container')
  const daemon = await connectToDaemon(options.projectDir, environment, signal)
  const image = await provideImage(daemon, options.image ?? officialImage(options.version), options)
  const kept = options.reuse ? reusablePassword(environment) : undefined
  if (options.reuse && kept === undefined)
    onNotice('the container is not kept: its password needs a cache (RLS_CACHE_DIR) that is ours alone')
  const stays = kept !== undefined && environment['TESTCONTAINERS_REUSE_ENABLE'] !== 'false'
  const cleaned = !stays && (await startCleaner(daemon, options))
  signal?.throwIfAborted()
  const label = stays
    ? { name: 'rls-harness.stubs', value: fingerprint(filesOf(options.extensionDirs)) }
    : { name: 'rls-harness.run', value: randomBytes(12).toString('hex') }
  const watchdog = stays ? undefined : watchContainers(daemon, `${label.name}=${label.value}`)
  const password = kept ?? randomBytes(18).toString('base64url')
  const plan = { image, password, label, stays, cleaned, signal }
  const log = new ContainerLog()
  try {
    const container = await launch(daemon, plan, log)
    return await makeReady(container, { daemon, image, password, stays, watchdog, log }, options)
  } catch (error) {
    if (watchdog) await dismiss(watchdog, daemon, label)
    throw error
  }
}

/** Whatever is still there is the watchdog's to remove; where nothing is, it has nothing to wait for. */
async function dismiss(
  watchdog: ContainerWatchdog,
  { client }: Daemon,
  { name, value }: { readonly name: string; readonly value: string },
): Promise<void> {
  const status = ['created', 'running', 'removing', 'exited', 'dead'] as const
  const left = await client.container
    .fetchByLabel(name, value, { status: [...status] })
    .catch(() => 'nobody knows')
  if (left === undefined) watchdog.release()
  else watchdog.abandon()
}

interface Started {
  readonly daemon: Daemon
  readonly image: PostgresImage
  readonly password: string
  readonly stays: boolean
  readonly watchdog: ContainerWatchdog | undefined
  readonly log: ContainerLog
}

async function makeReady(
  container: StartedTestContainer,
  started: Started,
  { extensionDirs, onNotice, signal }: ContainerOptions,
): Promise<ContainerServer> {
  const { image, password } = started
  const running = new RunningContainer(container, started)
  const stop = (): void => void running[Symbol.asyncDispose]().then(undefined, () => {})
  signal?.addEventListener('abort', stop, { once: true })
  try {
    signal?.throwIfAborted()
    const facts = await askServer(container, { image: image.name, password, signal })
    await awaitPort(running.target, signal)
    await copyStubs(container, extensionDirs, facts).catch((error: unknown) => {
      signal?.throwIfAborted()
      onNotice(
        `extension stubs cannot be added to ${image.name}: only its own extensions are there (${reasonOf(error)})`,
      )
    })
    running.introduce(facts)
    return running
  } catch (error) {
    const ended = signal?.aborted ? undefined : await running.whatEndedIt()
    await running[Symbol.asyncDispose]()
    signal?.throwIfAborted()
    throw ended ?? error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

function filesOf(dirs: readonly string[]): readonly (string | Buffer)[] {
  return dirs.flatMap((dir) =>
    readdirSync(dir)
      .sort()
      .flatMap((name) => [name, readFileSync(join(dir, name))]),
  )
}

class RunningContainer implements ContainerServer {
  readonly kind = 'container'
  readonly target: ConnectionTarget
  readonly stays: boolean
  version = ''
  major = 0
  description: string
  readonly #container: StartedTestContainer
  readonly #started: Started
  #disposal: Promise<void> | undefined

  constructor(container: StartedTestContainer, started: Started) {
    this.#container = container
    this.#started = started
    this.stays = started.stays
    this.target = {
      host: container.getHost() === 'localhost' ? '127.0.0.1' : container.getHost(),
      port: container.getMappedPort(5432),
      user: SUPERUSER,
      password: started.password,
      database: 'postgres',
      ssl: false,
    }
    this.description = `PostgreSQL (container, ${started.image.name})`
  }

  introduce({ version }: ServerFacts): void {
    this.version = version
    this.major = Number.parseInt(version, 10)
    this.description = `PostgreSQL ${version} (container, ${this.#started.image.name})`
  }

  async whatEndedIt(): Promise<HarnessError | undefined> {
    if (this.#disposal) return undefined
    const { daemon, log, image } = this.#started
    const state = await stateOf(daemon, this.#container.getId())
    return state === 'runs' ? undefined : log.failure(image.name, `ended by itself (${state})`)
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#end()
    return this.#disposal
  }

  async #end(): Promise<void> {
    const { daemon, watchdog } = this.#started
    if (this.stays) return
    try {
      await removeContainer(daemon, this.#container.getId())
      watchdog?.release()
    } catch (error) {
      watchdog?.abandon()
      throw error
    }
  }
}

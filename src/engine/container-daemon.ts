import { existsSync } from 'node:fs'
import { Agent as HttpAgent, request } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as testcontainers from 'testcontainers'
import { HarnessError } from '../errors.ts'
import type { Environment } from './binaries.ts'

type Testcontainers = typeof testcontainers

/** A daemon that runs containers, and the package that speaks to it. */
export interface Daemon {
  readonly testcontainers: Testcontainers
  readonly client: testcontainers.ContainerRuntimeClient
}

/** Later majors do not run on the oldest Node that the harness supports. */
export const TESTCONTAINERS_INSTALL = 'npm install --save-dev testcontainers@^11.14'

const DAEMON_DEADLINE_MS = 30_000
const PING_DEADLINE_MS = 2_000

/**
 * Loads testcontainers, an optional package, and connects to the daemon that it finds: DOCKER_HOST, the properties
 * file of testcontainers, or the usual sockets. The package reads the variables of the process, not `environment`.
 *
 * @throws HarnessError ENGINE_UNAVAILABLE: the package is not installed, no daemon answers, no permission
 */
export async function connectToDaemon(
  projectDir: string,
  environment: Environment,
  signal: AbortSignal | undefined,
): Promise<Daemon> {
  const testcontainers = await loadTestcontainers(projectDir)
  if (!testcontainers) {
    throw new HarnessError('ENGINE_UNAVAILABLE', 'the container engine needs the package testcontainers', {
      hint: `Install it: ${TESTCONTAINERS_INSTALL}\nOr choose another engine (--engine embedded).`,
    })
  }
  const { DOCKER_HOST } = environment
  if (DOCKER_HOST && (await ping(DOCKER_HOST))) throw await unreachable(environment, undefined)
  try {
    const client = await withDeadline(testcontainers.getContainerRuntimeClient(), DAEMON_DEADLINE_MS, signal)
    return { testcontainers, client }
  } catch (error) {
    signal?.throwIfAborted()
    throw await unreachable(environment, error)
  }
}

/** What the daemon or its package said, in one line. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replaceAll(/\s+/g, ' ').trim() : String(error)
}

/** Whether testcontainers is installed, beside the harness or in the project. */
export function hasTestcontainers(projectDir: string): boolean {
  return locate(projectDir) !== undefined
}

async function loadTestcontainers(projectDir: string): Promise<Testcontainers | undefined> {
  const file = locate(projectDir)
  return file === undefined ? undefined : ((await import(pathToFileURL(file).href)) as Testcontainers)
}

function locate(projectDir: string): string | undefined {
  for (const from of [import.meta.url, join(projectDir, 'package.json')]) {
    try {
      return createRequire(from).resolve('testcontainers')
    } catch {
      // not installed there
    }
  }
  return undefined
}

/** Gives up after `ms`, or when `signal` aborts; what was under way goes on unheard. */
export async function withDeadline<Result>(
  work: Promise<Result>,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const limit = AbortSignal.timeout(ms)
  const either = signal ? AbortSignal.any([limit, signal]) : limit
  return Promise.race([work, rejection(either, () => new Error(`no answer within ${ms / 1000} s`), limit)])
}

function rejection(either: AbortSignal, late: () => Error, limit: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const listener = (): void => reject(limit.aborted ? late() : either.reason)
    if (either.aborted) listener()
    else either.addEventListener('abort', listener, { once: true })
  })
}

/**
 * Runs what asks the daemon for something that can take minutes, and ends its requests when it may not go on: an image
 * that is still being fetched would keep the process alive.
 */
export async function interruptible<Result>(
  { client }: Daemon,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal | undefined },
  work: () => Promise<Result>,
): Promise<Result> {
  const { modem } = client.container.dockerode
  const secure = Reflect.get(modem, 'protocol') === 'https'
  const agent = secure ? new HttpsAgent() : new HttpAgent()
  Reflect.set(modem, 'agent', agent)
  try {
    return await withDeadline(work(), ms, signal)
  } finally {
    Reflect.set(modem, 'agent', undefined)
    agent.destroy()
  }
}

/** Where a daemon may listen, in the order in which testcontainers looks. */
function endpoints(environment: Environment): readonly string[] {
  const { DOCKER_HOST, XDG_RUNTIME_DIR, HOME } = environment
  if (DOCKER_HOST) return [DOCKER_HOST]
  if (process.platform === 'win32') return ['npipe:////./pipe/docker_engine']
  const sockets = [
    '/var/run/docker.sock',
    XDG_RUNTIME_DIR && `${XDG_RUNTIME_DIR}/docker.sock`,
    HOME && `${HOME}/.docker/run/docker.sock`,
    HOME && `${HOME}/.docker/desktop/docker.sock`,
    `/run/user/${process.getuid?.()}/docker.sock`,
  ]
  const there = sockets.filter((path) => path !== undefined && path !== '' && existsSync(path))
  return (there.length > 0 ? there : ['/var/run/docker.sock']).map((path) => `unix://${path}`)
}

/** The address of a daemon that can be used, as far as that is known without testcontainers. */
export async function answeringDaemon(environment: Environment): Promise<string | undefined> {
  for (const endpoint of endpoints(environment)) if ((await ping(endpoint)) === undefined) return endpoint
  return undefined
}

interface Silence {
  readonly endpoint: string
  readonly reason: string
  readonly denied: boolean
}

/** Asks the daemon for a sign of life; undefined: it gave one. */
function ping(endpoint: string): Promise<Silence | undefined> {
  const { protocol, hostname, port, pathname } = URL.canParse(endpoint)
    ? new URL(endpoint)
    : { protocol: '', hostname: '', port: '', pathname: '' }
  if (!['unix:', 'npipe:', 'tcp:', 'http:', 'https:'].includes(protocol))
    return Promise.resolve({ endpoint, reason: 'not a unix:, npipe: or tcp: address', denied: false })
  const address = hostname === '' ? { socketPath: pathname } : { host: hostname, port: port || 2375 }
  return new Promise((resolve) => {
    const silent = (reason: string, denied = false): void => resolve({ endpoint, reason, denied })
    const question = request({ ...address, path: '/_ping', timeout: PING_DEADLINE_MS }, (answer) => {
      answer.resume()
      resolve(undefined) // also a refusal is an answer: a daemon behind TLS says 400
    })
    question.on('timeout', () => question.destroy(new Error(`no answer within ${PING_DEADLINE_MS / 1000} s`)))
    question.on('error', (error: NodeJS.ErrnoException) =>
      silent(error.message, error.code === 'EACCES' || error.code === 'EPERM'),
    )
    question.end()
  })
}

async function unreachable(environment: Environment, cause: unknown): Promise<HarnessError> {
  const silences: Silence[] = []
  for (const endpoint of endpoints(environment)) {
    const silence = await ping(endpoint)
    if (silence) silences.push(silence)
  }
  const denied = silences.find((silence) => silence.denied)
  if (denied) {
    return new HarnessError(
      'ENGINE_UNAVAILABLE',
      `no permission to use the container daemon at ${denied.endpoint}: ${denied.reason}`,
      {
        hint: 'Add your user to the group of that socket (often "docker") and log in again, or use a rootless daemon by DOCKER_HOST.',
        cause,
      },
    )
  }
  const tried = silences.map(({ endpoint, reason }) => `\n  ${endpoint}: ${reason}`).join('')
  const answering = 'a container daemon answers, but testcontainers cannot use it'
  return new HarnessError('ENGINE_UNAVAILABLE', tried ? `no container daemon answers${tried}` : answering, {
    hint: tried
      ? 'Start Docker or Podman, or set DOCKER_HOST to where the daemon listens. Or choose another engine (--engine embedded).'
      : 'DEBUG=testcontainers* shows why.',
    cause,
  })
}

import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StartedTestContainer } from 'testcontainers'
import type { ConnectionTarget } from '../domain/server.ts'
import { HarnessError } from '../errors.ts'
import type { ServerFacts } from './container-stubs.ts'
import { SUPERUSER } from './data-directory.ts'

/** A container that was stopped and started again still has the old lines in its log. */
const ANSWER_DEADLINE_MS = 60_000
const PORT_DEADLINE_MS = 15_000
const PAUSE_MS = 100

const QUESTION = `select json_build_object(
  'version', split_part(current_setting('server_version'), ' ', 1),
  'share', (select setting from pg_config where name = 'SHAREDIR'),
  'extensions', (select json_agg(name) from pg_available_extensions))`

/**
 * Asks the server inside of its container what it is and has; over its network, where it does not listen before it is
 * complete.
 *
 * @throws HarnessError ENGINE_FAILED with what psql said last
 */
export async function askServer(
  container: StartedTestContainer,
  options: {
    readonly image: string
    readonly password: string
    readonly signal: AbortSignal | undefined
  },
): Promise<ServerFacts> {
  const psql = ['psql', '-XAtq', '-h', '127.0.0.1', '-U', SUPERUSER, '-d', 'postgres', '-c', QUESTION]
  const started = performance.now()
  for (;;) {
    options.signal?.throwIfAborted()
    const answer = await container.exec(psql, {
      env: { PGPASSWORD: options.password, PGCONNECT_TIMEOUT: '5' },
    })
    const facts = answer.exitCode === 0 ? parseFacts(answer.stdout) : undefined
    if (facts) return facts
    const passes = /connection refused|starting up|could not connect/i.test(answer.output)
    if (!passes || performance.now() - started > ANSWER_DEADLINE_MS) {
      throw new HarnessError(
        'ENGINE_FAILED',
        `the server in the container of ${options.image} does not answer: ${answer.output.trim()}`,
        { hint: 'An image must hold psql and make the user that POSTGRES_USER names.' },
      )
    }
    await sleep(PAUSE_MS)
  }
}

function parseFacts(text: string): ServerFacts | undefined {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) return undefined
  if (!('version' in value && 'share' in value && 'extensions' in value)) return undefined
  const { version, share, extensions } = value
  if (typeof version !== 'string' || typeof share !== 'string' || !Array.isArray(extensions)) return undefined
  return { version, share, extensions: extensions.map(String) }
}

/**
 * Waits until PostgreSQL itself answers on the published port: what publishes it listens earlier.
 *
 * @throws HarnessError ENGINE_FAILED
 */
export async function awaitPort(
  { host, port }: ConnectionTarget,
  signal: AbortSignal | undefined,
): Promise<void> {
  const started = performance.now()
  for (;;) {
    signal?.throwIfAborted()
    const reason = await greet(host, port)
    if (reason === undefined) return
    if (performance.now() - started > PORT_DEADLINE_MS) {
      throw new HarnessError(
        'ENGINE_FAILED',
        `the server in the container runs, but is not to be reached on ${host}:${port}: ${reason}`,
        {
          hint: 'Where the daemon is on another machine, or the harness runs in a container itself, set TESTCONTAINERS_HOST_OVERRIDE to the name under which the daemon’s machine is reached.',
        },
      )
    }
    await sleep(PAUSE_MS)
  }
}

/** SSLRequest (manual, "Message Formats"): a server answers with one letter before anybody has logged in. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
const GREETING_DEADLINE_MS = 2_000

function greet(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => socket.write(SSL_REQUEST))
    const end = (reason: string | undefined): void => {
      socket.destroy()
      resolve(reason)
    }
    socket.setTimeout(GREETING_DEADLINE_MS, () => end(`no answer within ${GREETING_DEADLINE_MS / 1000} s`))
    socket.on('data', (data) =>
      end(/^[SN]/.test(data.toString('latin1')) ? undefined : 'no PostgreSQL answers'),
    )
    socket.on('error', (error) => end(error.message))
    socket.on('close', () => end('the connection was closed'))
  })
}

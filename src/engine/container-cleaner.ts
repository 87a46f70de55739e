import type { Environment } from './binaries.ts'
import { interruptible, reasonOf, type Daemon } from './container-daemon.ts'

const CLEANER_DEADLINE_MS = 60_000
const DEFAULT_IMAGE = 'testcontainers/ryuk'

/**
 * Starts Ryuk, the container by which testcontainers removes what a process that died has left; TESTCONTAINERS_RYUK_DISABLED
 * is heeded. A run removes its container by itself, so one that can have no Ryuk goes on without.
 *
 * @returns whether Ryuk looks after what is started from now on
 */
export async function startCleaner(
  daemon: Daemon,
  options: {
    readonly environment: Environment
    readonly onNotice: (text: string) => void
    readonly signal: AbortSignal | undefined
  },
): Promise<boolean> {
  const { environment, onNotice, signal } = options
  if (environment['TESTCONTAINERS_RYUK_DISABLED'] === 'true') return false
  try {
    await interruptible(daemon, { ms: CLEANER_DEADLINE_MS, signal }, () =>
      daemon.testcontainers.getReaper(daemon.client),
    )
    return true
  } catch (error) {
    signal?.throwIfAborted()
    const image = environment['RYUK_CONTAINER_IMAGE'] ?? DEFAULT_IMAGE
    const reason = reasonOf(error)
    onNotice(
      `going on without Ryuk (${image}): ${reason}. The harness removes its container itself; TESTCONTAINERS_RYUK_DISABLED=true leaves this attempt out`,
    )
    return false
  }
}

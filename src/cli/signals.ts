import type { EventEmitter } from 'node:events'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Hears signals until it is disposed of. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal
}

/**
 * The first signal asks the run to stop and clean up, which is awaited; the second does not wait.
 * @param source the process
 */
export function listenForSignals(
  source: EventEmitter,
  say: (text: string) => void,
  force: () => void,
): Interruption {
  const controller = new AbortController()
  const stop = (): void => {
    if (controller.signal.aborted) {
      force()
      return
    }
    say('stopping and cleaning up (once more to quit at once)\n')
    controller.abort()
  }
  for (const name of SIGNALS) source.on(name, stop)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of SIGNALS) source.off(name, stop)
    },
  }
}

import type { Host } from './host.ts'
import type { WatchEvent } from './watch.ts'

/** While keys are read one by one, the terminal does not make a signal of Ctrl-C. */
const KEYS: Readonly<Record<string, WatchEvent | 'signal'>> = { a: 'all', q: 'quit', '\u0003': 'signal' }

/** Hears single keys of a person at a terminal until it is disposed of. */
export function listenForKeys(input: Host['stdin'], push: (event: WatchEvent) => void): Disposable {
  if (!input?.isTTY) return { [Symbol.dispose]: () => undefined }
  const onData = (data: Buffer | string): void => {
    for (const key of String(data)) {
      const event = KEYS[key]
      if (event === 'signal') input.interrupt()
      else if (event !== undefined) push(event)
    }
  }
  input.setRawMode(true)
  input.on('data', onData)
  input.resume()
  return {
    [Symbol.dispose]: () => {
      input.off('data', onData)
      input.setRawMode(false)
      input.pause()
    },
  }
}

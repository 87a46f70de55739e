import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { listenForSignals } from './signals.ts'

test('the first signal aborts, the second forces, and none is heard after the end', () => {
  const source = new EventEmitter()
  const said: string[] = []
  {
    using interruption = listenForSignals(
      source,
      (text) => said.push(text),
      () => said.push('forced'),
    )
    expect(interruption.signal.aborted).toBe(false)
    source.emit('SIGINT')
    expect(interruption.signal.aborted).toBe(true)
    source.emit('SIGTERM')
  }
  source.emit('SIGINT')
  expect(said).toEqual(['stopping and cleaning up (once more to quit at once)\n', 'forced'])
  expect(source.listenerCount('SIGINT')).toBe(0)
})

import { expect, test } from 'vitest'
import type { ProgressEvent } from '../run.ts'
import { progressTo, type ProgressOptions } from './progress.ts'

const events: readonly ProgressEvent[] = [
  { kind: 'step', name: 'migrate' },
  { kind: 'done', name: 'migrate', ms: 1234, text: '14 migrations\u001b[2J', notes: ['0009.sql ran twice'] },
  { kind: 'step', name: 'seed' },
]

function written(options: Partial<ProgressOptions>, shown = events): string {
  let text = ''
  const output = {
    columns: 80,
    write: (part: string) => {
      text += part
    },
  }
  const progress = progressTo(output, { quiet: false, live: false, unicode: true, ...options })
  shown.forEach(progress.show)
  progress.end()
  return text
}

test('a log gets a plain line per finished step, with its notes', () => {
  expect(written({})).toBe('✓ 14 migrations\\x1b[2J  1.2s\n   ! 0009.sql ran twice\n')
  expect(written({ unicode: false })).toMatch(/^\+ 14/)
})

test('a terminal gets one line that is gone at the end', () => {
  const erase = '\r\u001b[2K'
  expect(written({ live: true })).toBe(` migrate …${erase} seed …${erase}`)
})

test('a terminal tells how far some work is, now and then, and how long the rest may take', () => {
  const times = [0, 0, 100, 1000, 1100, 2000]
  const part = (done: number): ProgressEvent => ({ kind: 'part', name: 'relations', done, total: 1050 })
  const shown = [{ kind: 'step', name: 'probe' } as const, ...[1, 100, 101, 105].map(part)]
  const text = written({ live: true, now: () => times.shift() ?? 2000 }, shown)
  const lines = text.split('\r\u001b[2K')
  expect(lines).toEqual([
    ' probe …',
    ' probe … relations: 100 of 1,050',
    ' probe … relations: 105 of 1,050, about 18 s left',
    '',
  ])
  expect(written({}, shown)).toBe('')
})

test('a notice stays, in a log and on a terminal', () => {
  const show = (options: Partial<ProgressOptions>): string =>
    written(options, [
      { kind: 'step', name: 'migrate' },
      { kind: 'notice', text: 'no\u001b[2J Ryuk' },
    ])
  expect(show({})).toBe('! no\\x1b[2J Ryuk\n')
  expect(show({ live: true })).toBe(' migrate …\r\u001b[2K! no\\x1b[2J Ryuk\n')
  expect(show({ quiet: true })).toBe('')
})

test('quiet is silent', () => {
  expect(written({ quiet: true, live: true })).toBe('')
})

import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Line } from './line.ts'

/** Writes down when each begins and ends. */
function diary() {
  const said: string[] = []
  const task = (name: string, ms: number) => async (): Promise<string> => {
    said.push(`${name} begins`)
    await wait(ms)
    said.push(`${name} ends`)
    return name
  }
  return { said, task }
}

describe('a line', () => {
  test('gives the driver one query after the other', async () => {
    const { said, task } = diary()
    const line = new Line(false)
    await Promise.all([line.share(task('a', 5)), line.share(task('b', 1)), line.alone(task('c', 1))])
    expect(said).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  })

  test('that is pipelined sends everything at once, but for who has it alone', async () => {
    const { said, task } = diary()
    const line = new Line(true)
    const answers = [
      line.share(task('a', 9)),
      line.share(task('b', 5)),
      line.alone(task('c', 3)),
      line.share(task('d', 5)),
      line.alone(task('e', 1)),
      line.share(task('f', 1)),
    ]
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
    const order =
      'a begins, b begins, b ends, a ends, c begins, c ends, d begins, d ends, e begins, e ends, f begins, f ends'
    expect(said).toEqual(order.split(', '))
  })

  test.each([true, false])('goes on after what failed (pipelined: %s)', async (pipelined) => {
    const line = new Line(pipelined)
    const failing = [
      line.share(() => Promise.reject(new Error('no'))),
      line.alone(() => Promise.reject(new Error('no'))),
    ]
    for (const one of failing) await expect(one).rejects.toThrow('no')
    expect(await line.share(() => Promise.resolve(1))).toBe(1)
    expect(await line.alone(() => Promise.resolve(2))).toBe(2)
  })
})

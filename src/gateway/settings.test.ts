import { describe, expect, test } from 'vitest'
import { Settings } from './settings.ts'
import { Turn } from './turn.ts'

const settings = (): Settings =>
  new Settings(
    new Map([['claims', 'alice']]),
    new Map([
      ['claims', ''],
      ['path', 'public'],
    ]),
  )

describe('the settings of a client', () => {
  test('that were set for the transaction end with it', () => {
    const own = settings()
    own.observe(new Map([['path', 'app']]))
    expect(own.valueOf('path')).toBe('app')
    own.commit()
    expect(own.valueOf('path')).toBe('public')
    expect(own.current.has('path')).toBe(false)
  })

  test('that were set for the session stay, if the transaction does', () => {
    const own = settings()
    own.observe(new Map([['path', 'app']]))
    own.keep('path')
    own.commit()
    expect(own.valueOf('path')).toBe('app')
    own.observe(new Map([['path', 'other']]))
    own.keep('path')
    own.rollback()
    expect(own.valueOf('path')).toBe('app')
  })

  test('go back to what they were at a savepoint', () => {
    const own = settings()
    own.observe(new Map([['path', 'app']]))
    own.keep('path')
    const savepoint = own.snapshot()
    own.observe(
      new Map([
        ['path', 'other'],
        ['claims', 'carol'],
      ]),
    )
    own.restore(savepoint)
    own.commit()
    expect([own.valueOf('path'), own.valueOf('claims')]).toEqual(['app', 'alice'])
  })

  test('go back to what the session began with by RESET ALL', () => {
    const own = settings()
    own.observe(
      new Map([
        ['path', 'app'],
        ['claims', 'carol'],
      ]),
    )
    own.resetAll(new Set())
    own.commit()
    expect([own.valueOf('path'), own.valueOf('claims')]).toEqual(['public', 'alice'])
  })

  test('that equal what stands on the line are not the client’s', () => {
    const own = settings()
    own.observe(new Map([['path', 'public']]))
    expect(own.current.has('path')).toBe(false)
  })
})

describe('a turn', () => {
  const [one, two, three] = [{}, {}, {}]

  test('goes from one to the next in the order of asking', async () => {
    const turn = new Turn()
    const order: string[] = []
    expect(await turn.take(one, 'one', 10)).toBe(true)
    const waiting = [turn.take(two, 'two', 1000), turn.take(three, 'three', 1000)]
    void waiting[0]?.then(() => order.push('two'))
    void waiting[1]?.then(() => order.push('three'))
    turn.release(two) // who does not have it cannot give it away
    expect(turn.description).toBe('one')
    turn.release(one)
    await waiting[0]
    expect(turn.description).toBe('two')
    turn.release(two)
    await waiting[1]
    expect(order).toEqual(['two', 'three'])
  })

  test('is not waited for longer than one has patience, and then not given', async () => {
    const turn = new Turn()
    await turn.take(one, 'one', 10)
    expect(await turn.take(two, 'two', 10)).toBe(false)
    turn.release(one)
    expect(turn.holds(two)).toBe(false)
    expect(await turn.take(three, 'three', 10)).toBe(true)
  })

  test('that one has already is no second one', async () => {
    const turn = new Turn()
    expect(await turn.take(one, 'one', 10)).toBe(true)
    expect(await turn.take(one, 'one', 10)).toBe(true)
  })
})

import { describe, expect, test } from 'vitest'
import { seeing } from '../src/testing/assertions/reads.ts'
import { inserting } from '../src/testing/assertions/writes.ts'
import type { TestActor } from '../src/testing/people.ts'
import type { TestStage } from '../src/testing/stage.ts'
import { stageEachTest } from './library-stage.ts'

let stage: TestStage
let alice: TestActor
let bob: TestActor
let carol: TestActor
stageEachTest('keys', (begun) => {
  stage = begun
  alice = stage.actor('alice')
  bob = stage.actor('bob')
  carol = stage.actor('carol')
})

describe('a tenant whose key is a number', () => {
  test('is told from a text that looks like its key', async () => {
    const globex = stage.tenant('globex')
    expect(await stage.seed('app.tasks', { owner: alice, quantity: globex.id })).toMatchObject({
      org_id: Number(stage.tenant('acme').id),
      quantity: globex.id,
    })
    const task = await stage.seed('app.tasks', { org_id: globex })
    expect(task).toMatchObject({ org_id: Number(globex.id) })
    expect(await stage.seed('app.tasks', { org_id: Number(globex.id) })).toMatchObject({
      org_id: Number(globex.id),
    })
    const where = { org_id: globex, number: task['number'] }
    expect(await seeing(carol, 'app.tasks', where)).toMatchObject({ holds: true })
    expect(await seeing(alice, 'app.tasks', where)).toMatchObject({ holds: false })
  })

  test('can be founded, joined, and written for', async () => {
    const erin = await stage.user('erin')
    const initech = await stage.newTenant('initech', { owner: erin })
    const zoe = await stage.user('zoe', { tenant: initech })
    const { number } = await stage.seed('app.tasks', { tenant: initech })
    expect(await seeing(zoe, 'app.tasks', { org_id: initech, number })).toMatchObject({ holds: true })
    expect(await inserting(zoe, 'app.tasks')).toMatchObject({ holds: true })
    expect(await inserting(bob, 'app.tasks', { tenant: initech })).toMatchObject({ holds: false })
    expect(await inserting(bob, 'app.tasks', { org_id: Number(initech.id) })).toMatchObject({ holds: false })
  })
})

describe('values of every type', () => {
  test('are written and found again', async () => {
    const values = {
      mood: 'wild',
      code: 'xyz',
      tags: ['a', 'b "c"', '{d}'],
      scores: [1, 2],
      meta: { a: [1, null], b: 'x' },
      raw: new Uint8Array([1, 255]),
      due: new Date('2026-03-01T00:00:00Z'),
      big: 9007199254740993n,
      watchers: [alice, bob],
    }
    const { number } = await stage.seed('app.tasks', { owner: alice, ...values })
    expect(await seeing(alice, 'app.tasks', { number, ...values })).toMatchObject({ holds: true })
    expect(await seeing(carol, 'app.tasks', { number, ...values })).toMatchObject({ holds: false })
    expect(await inserting(alice, 'app.tasks', values)).toMatchObject({ holds: true })
    expect(await inserting(alice, 'app.tasks', { code: 'too long' })).toMatchObject({ holds: null })
    expect(await inserting(alice, 'app.tasks', { number })).toMatchObject({ holds: null })
  })
})

describe('whose a row is', () => {
  test('is who was asked for, whatever else is given', async () => {
    expect(await stage.seed('app.pins', { owner: alice, label: 'x' })).toMatchObject({ user_id: alice.id })
    await expect(stage.seed('app.pins', { owner: alice, label: 'misplaced' })).rejects.toThrow(
      'would not be alice',
    )
  })

  test('is one of two where two are named', async () => {
    const message = await stage.seed('app.messages', { owner: alice })
    expect(message).toMatchObject({ sender_id: alice.id })
    expect(await seeing(carol, 'app.messages', { id: message['id'] })).toMatchObject({ holds: false })
    expect(await stage.seed('app.messages', { owner: alice, recipient_id: carol })).toMatchObject({
      sender_id: alice.id,
      recipient_id: carol.id,
    })
    await expect(stage.seed('app.messages', { owner: alice, sender_id: carol })).rejects.toThrow(
      'would not be alice',
    )
  })
})

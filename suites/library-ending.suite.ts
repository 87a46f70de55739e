import { describe, expect, test } from 'vitest'
import type { TestDatabase } from '../src/testing/database.ts'
import type { TestActor } from '../src/testing/people.ts'
import { TestStage } from '../src/testing/stage.ts'
import { stageEachTest } from './library-stage.ts'

let stage: TestStage
let database: TestDatabase
let alice: TestActor
stageEachTest('corners', (begun, opened) => {
  stage = begun
  database = opened
  alice = stage.actor('alice')
})

describe('a test that is over', () => {
  test('keeps its people from acting in the next one', async () => {
    const last = new TestStage(database, 'last')
    await stage.end()
    await last.session.begin()
    const kept = last.actor('alice')
    await last.end()
    await stage.session.begin()
    await expect(kept.sql`insert into posts (owner_id, text) values (${alice.id}, 'late')`).rejects.toThrow(
      'has ended',
    )
    await expect(kept.attempt('select 1')).rejects.toThrow('has ended')
    await expect(last.seed('public.posts', { owner: kept })).rejects.toThrow('has ended')
  })

  test('goes on where a session cannot be set up', async () => {
    const nowhere = stage.as({ role: 'nowhere' })
    await expect(nowhere.sql('select 1')).rejects.toThrow('does not exist')
    expect(await stage.sql('select 1 as one')).toEqual([{ one: 1 }])
    expect((await nowhere.attempt('select 1')).outcome.kind).toBe('broken')
  })

  test('leaves no prepared statement and no lock', async () => {
    const last = new TestStage(database, 'last')
    await stage.end()
    await last.session.begin()
    await last.sql('prepare left_behind as select 1')
    await last.sql('select pg_advisory_lock(42)')
    expect(await last.end()).toEqual([])
    const next = new TestStage(database, 'next')
    await next.session.begin()
    expect(await next.sql('select name from pg_prepared_statements')).toEqual([])
    expect(await next.sql(`select 1 from pg_locks where locktype = 'advisory'`)).toEqual([])
    await next.end()
    await stage.session.begin()
  })
})

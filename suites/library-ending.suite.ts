import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../src/testing/database.ts'
import type { TestDatabase } from '../src/testing/database.ts'
import type { TestActor } from '../src/testing/people.ts'
import { TestStage } from '../src/testing/stage.ts'
import { openTemplate } from '../src/testing/template.ts'
import type { Template } from '../src/testing/template.ts'

const fixtures = fileURLToPath(new URL('../fixtures/library', import.meta.url))
const context = { environment: process.env, signal: new AbortController().signal, onProgress: () => {} }

let template: Template
let database: TestDatabase
let stage: TestStage
let alice: TestActor
beforeAll(async () => {
  template = await openTemplate(fixtures, { dir: 'corners' }, context)
  database = await openDatabase(template.handout, process.env)
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await template[Symbol.asyncDispose]()
})
beforeEach(async () => {
  stage = new TestStage(database, 'ending')
  await stage.session.begin()
  alice = stage.actor('alice')
})
afterEach(async () => {
  expect(await stage.end()).toEqual([])
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
    await stage.sql('prepare left_behind as select 1')
    await stage.sql('select pg_advisory_lock(42)')
    await stage.end()
    stage = new TestStage(database, 'next')
    await stage.session.begin()
    expect(await stage.sql('select name from pg_prepared_statements')).toEqual([])
    expect(await stage.sql(`select 1 from pg_locks where locktype = 'advisory'`)).toEqual([])
  })
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { Connection } from '../src/database/connection.ts'
import type { Actor } from '../src/domain/population.ts'
import type { Server } from '../src/domain/server.ts'
import { ask, valueOf } from '../src/scenario/ask.ts'
import type { Draft } from '../src/scenario/draft.ts'
import { catalogOf, databaseWith, startEmbedded } from './scene.ts'

let server: Server
let connection: Connection

beforeAll(async () => {
  server = await startEmbedded()
  connection = await Connection.open(
    await databaseWith(server, 'answers', 'create table public.counts (n int primary key, note text)'),
  )
})

afterAll(async () => {
  await connection.close()
  await server[Symbol.asyncDispose]()
})

const ACTOR: Actor = {
  name: 'eve',
  role: 'authenticated',
  login: 'authenticator',
  user: null,
  tenants: [],
  claims: {},
  settings: {},
  purpose: 'judged',
}

async function draftWith(n: number, claims: Actor['claims'] = {}): Promise<Draft> {
  const { relations } = await catalogOf(connection)
  const relation = relations.find(({ name }) => name === 'counts')
  if (!relation) throw new Error('the table is not there')
  return {
    rows: new Map([['r0', { relation, values: { n, note: null }, standing: null }]]),
    actor: { ...ACTOR, claims },
    locked: new Set(),
  }
}

const asked = async (draft: Draft, expressions: readonly string[]): Promise<readonly unknown[]> =>
  (await ask(connection, draft, expressions)).map(valueOf)

test('an answer is that of the columns and the session that were asked about', async () => {
  const uid = `(auth.uid() = 'c0ffee00-0000-4000-8000-000000000000')`
  expect(await asked(await draftWith(1), ['(r0.n = 1)', '(r0.note is null)'])).toEqual([true, true])
  expect(await asked(await draftWith(2), ['(r0.n = 1)', '(r0.note is null)'])).toEqual([false, true])
  expect(await asked(await draftWith(1), [uid])).toEqual([null])
  expect(await asked(await draftWith(1, { sub: 'c0ffee00-0000-4000-8000-000000000000' }), [uid])).toEqual([
    true,
  ])
})

test('chance is asked every time', async () => {
  const draft = await draftWith(1)
  const made = [
    ...(await asked(draft, ['gen_random_uuid()'])),
    ...(await asked(draft, ['gen_random_uuid()'])),
  ]
  expect(new Set(made).size).toBe(2)
})

test('nothing goes without an answer when old ones are forgotten', async () => {
  const draft = await draftWith(1)
  for (let from = 1_000; from < 9_000; from += 50) {
    const fresh = Array.from({ length: 50 }, (_, index) => `(r0.n = ${from + index})`)
    expect(await asked(draft, [...fresh, '(r0.n = 1)'])).toEqual([...fresh.map(() => false), true])
  }
})

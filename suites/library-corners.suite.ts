import { describe, expect, test } from 'vitest'
import { seeing, seeingOnly } from '../src/testing/assertions/reads.ts'
import { affecting, inserting } from '../src/testing/assertions/writes.ts'
import type { TestActor } from '../src/testing/people.ts'
import type { TestStage } from '../src/testing/stage.ts'
import { stageEachTest } from './library-stage.ts'

let stage: TestStage
let alice: TestActor
let bob: TestActor
stageEachTest('corners', (begun) => {
  stage = begun
  alice = stage.actor('alice')
  bob = stage.actor('bob')
})

const LETTERS = 'public.letters'
const letterOf = async (owner: TestActor): Promise<{ readonly id: unknown }> => {
  const { id } = await stage.seed(LETTERS, { owner })
  return { id }
}

describe('a write that a trigger undoes', () => {
  test('is neither reached nor kept from', async () => {
    const where = await letterOf(alice)
    const judged = await affecting(alice, 'update', LETTERS, where, { frozen: 'x' })
    expect(judged).toMatchObject({ holds: null, observed: expect.stringContaining('nothing has changed') })
    expect(await affecting(alice, 'update', LETTERS, where, { code: 'x' })).toMatchObject({ holds: true })
    expect(await affecting(bob, 'update', LETTERS, where, { frozen: 'x' })).toMatchObject({ holds: false })
  })

  test('is reached where the row held the value before', async () => {
    const where = await letterOf(alice)
    await stage.sql`update letters set t = 'kept'`
    expect(await affecting(alice, 'update', LETTERS, where, { t: 'kept' })).toMatchObject({ holds: true })
  })

  test('is told from the rows of a view whose trigger writes', async () => {
    const where = await letterOf(alice)
    const change = ['update', 'public.letter_codes', where, { code: 'x' }] as const
    expect(await affecting(alice, ...change)).toMatchObject({ holds: true })
    expect(await affecting(bob, ...change)).toMatchObject({ holds: null })
  })
})

describe('a table with a column that is called as the harness calls its rows', () => {
  test('is looked at as a whole', async () => {
    const where = await letterOf(alice)
    await stage.sql`create policy leak on letters for update to authenticated using (true) with check (true)`
    await stage.sql`drop policy "everybody reads" on letters`
    expect(await affecting(bob, 'update', LETTERS, where, { code: 'x' })).toMatchObject({ holds: null })
    expect(await affecting(alice, 'update', LETTERS, 'letters.id > 0', { code: 'x' })).toMatchObject({
      holds: null,
    })
  })
  test('without changes', async () => {
    const where = await letterOf(alice)
    await stage.sql`create policy leak on letters for update to authenticated using (true) with check (true)`
    await stage.sql`drop policy "everybody reads" on letters`
    expect(await affecting(bob, 'update', LETTERS, where)).toMatchObject({ holds: null })
  })
})

describe('columns that may not be read', () => {
  test('prove nothing about the row', async () => {
    await letterOf(alice)
    const where = { secret: 'secret' }
    await stage.sql`update letters set secret = 'secret'`
    await stage.sql`create policy leak on letters for update to authenticated using (true) with check (true)`
    expect(await affecting(bob, 'update', LETTERS, { secret: 'nope' }, { code: 'x' })).toMatchObject({
      holds: null,
    })
    expect(await seeing(bob, LETTERS, where)).toMatchObject({ holds: null })
    expect(await seeing(bob, LETTERS, `secret = 'secret'`)).toMatchObject({ holds: null })
    expect(await seeing(bob, LETTERS, where, { columns: ['secret'] })).toMatchObject({ holds: false })
    expect(await affecting(bob, 'update', LETTERS, where, { code: 'x' })).toMatchObject({ holds: null })
    expect(await affecting(stage.nobody(), 'update', LETTERS, where, { code: 'x' })).toMatchObject({
      holds: false,
    })
  })
})

describe('code that raises where rows are read', () => {
  test('may keep everybody out, until somebody is shown to get through', async () => {
    await stage.sql`create policy raising on posts for select to authenticated using (true)`
    await stage.sql`alter policy "own posts" on posts to service_role`
    const post = { id: (await stage.seed('public.posts', { owner: alice }))['id'] }
    const owner = alice.id
    await stage.sql(`create function raising() returns boolean language plpgsql as
      $$ begin if auth.uid() <> '${owner}' then raise 'not you'; end if; return true; end $$`)
    await stage.sql`alter policy raising on posts using (raising())`
    expect(await seeing(bob, 'public.posts', post)).toMatchObject({ holds: null })
    expect(await seeingOnly(bob, 'public.posts', [])).toMatchObject({ holds: null })
    expect(await seeing(bob, 'public.posts', post, { control: alice })).toMatchObject({ holds: false })
    expect(await seeing(bob, 'public.posts', post, { control: bob })).toMatchObject({ holds: null })
  })
})

describe('toInsert', () => {
  test('says in whose name a row went in', async () => {
    expect(await inserting(bob, 'public.posts', { owner: alice })).toMatchObject({ holds: false })
    expect(await inserting(bob, 'public.posts', { owner_id: alice })).toMatchObject({ holds: false })
    expect(await inserting(bob, 'public.posts')).toMatchObject({ holds: true })
  })

  test('proves nothing where a trigger changes another column', async () => {
    expect(await inserting(bob, LETTERS, { address: 'X@example.com' })).toMatchObject({ holds: null })
    expect(await inserting(bob, LETTERS, { address: 'x@example.com' })).toMatchObject({ holds: true })
  })

  test('sends what a client would send', async () => {
    expect(await inserting(bob, LETTERS, { code: 'abcdef' })).toMatchObject({ holds: null })
  })
})

describe('a condition', () => {
  test('has a value for every column that it names', async () => {
    await letterOf(alice)
    await expect(seeing(bob, LETTERS, { id: undefined })).rejects.toThrow('"id" is undefined')
    await expect(affecting(bob, 'delete', LETTERS, { id: undefined })).rejects.toThrow('"id" is undefined')
  })
})

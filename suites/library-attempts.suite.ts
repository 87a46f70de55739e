import { describe, expect, test } from 'vitest'
import { attemptDenied, attemptReached } from '../src/testing/assertions/attempts.ts'
import { executing } from '../src/testing/assertions/calls.ts'
import { denied } from '../src/testing/assertions/denials.ts'
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

describe('a mistake in the test', () => {
  test('is an empty statement', async () => {
    await expect(bob.attempt('')).rejects.toThrow('no statement')
    await expect(bob.attempt('-- todo')).rejects.toThrow('no statement')
  })
  test('is a matcher for what the statement does not do', async () => {
    await letterOf(alice)
    expect(attemptReached(await bob.attempt('select id from letters'), 'affected').holds).toBeNull()
    expect(attemptReached(await alice.attempt(`update letters set code = 'x'`), 'returned').holds).toBeNull()
    const returning = await alice.attempt(`update letters set code = 'x' returning id`)
    expect(attemptReached(returning, 'returned', 1).holds).toBe(true)
    const nested = await alice.attempt(
      `with x as (update letters set code = 'x' returning id) select * from x`,
    )
    expect(attemptReached(nested, 'affected', 1).holds).toBe(true)
  })
  test('is a row given as a condition', async () => {
    await expect(denied(bob, { command: 'insert', relation: LETTERS, where: 'id = 1' })).rejects.toThrow(
      'values of columns',
    )
  })
})

describe('not.toBeDenied', () => {
  test('of an update takes rows: the check is made of none otherwise', async () => {
    const update = {
      command: 'update',
      relation: LETTERS,
      where: { id: 77 },
      changes: { code: 'x' },
    } as const
    expect(await denied(bob, update)).toMatchObject({ holds: null })
    const attempt = await bob.attempt(`update letters set code = 'x' where id = 77`)
    expect(await attemptDenied(attempt)).toMatchObject({ holds: null })
    expect(await attemptDenied(await bob.attempt('delete from letters'))).toMatchObject({ holds: false })
  })
  test('by a policy takes a policy that was asked', async () => {
    const attempt = await stage.nobody().attempt('select * from letters')
    expect(await attemptDenied(attempt, { by: 'policy' })).toMatchObject({ holds: null })
    expect(await attemptDenied(attempt, { by: 'privilege' })).toMatchObject({ holds: true })
  })
})

describe('a procedure', () => {
  test('runs for the control without returning a row', async () => {
    const { id } = await letterOf(alice)
    await stage.sql`drop policy "everybody reads" on letters`
    await stage.sql`create policy "own" on letters for select to authenticated using (owner_id = (select auth.uid()))`
    expect(await executing(bob, 'public.archive', [id], { control: alice })).toMatchObject({ holds: false })
  })
})

describe('a privilege that is missing elsewhere', () => {
  test('is no denial of what the statement asks for', async () => {
    await letterOf(alice)
    await stage.sql`create table vault (id bigint)`
    await stage.sql`create policy broken on letters as restrictive for select to authenticated using (not exists (select from vault))`
    await stage.sql`revoke all on vault from authenticated`
    const attempt = await bob.attempt('select l.id from letters l where exists (select * from posts)')
    expect(attempt.outcome).toMatchObject({ kind: 'broken' })
  })
})

describe('a refusal', () => {
  const byPrivilege = { kind: 'denied', by: 'privilege' }

  test.each([
    'truncate letters',
    'merge into letters l using posts p on l.id = p.id when matched then delete',
    'explain select * from letters',
    'with l as (select * from "public"."letters") select * from l',
    'select (select count(*) from letters)',
    'lock table letters',
  ])('is one of privilege: %s', async (statement) => {
    expect((await stage.nobody().attempt(statement)).outcome).toEqual(byPrivilege)
  })

  test.each([
    'insert into letters default values returning secret',
    'insert into drafts (id) values (1) on conflict (id) do update set text = excluded.text',
  ])('may be of what is read or overwritten: %s', async (statement) => {
    expect((await bob.attempt(statement)).outcome).toEqual(byPrivilege)
  })

  test('is broken where COPY is tried, and the connection lives on', async () => {
    expect((await bob.attempt('copy posts from stdin')).outcome.kind).toBe('broken')
    await bob.attempt('copy posts to stdout')
    expect((await bob.attempt('select 1')).outcome).toEqual({ kind: 'returned', rows: 1 })
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import { samplePolicy } from '../domain/sample-relation.ts'
import type { Command } from '../domain/vocabulary.ts'
import { loadParser } from '../sql/parse.ts'
import { consultedBy, sidesAsked } from './consulted.ts'

beforeAll(loadParser)

const asked = (command: Command, statement: string): readonly string[] =>
  consultedBy(command, statement).map((one) => `${one.command} ${one.side} ${one.row}`)

describe('whom the server asks', () => {
  test.each<[Command, string, readonly string[]]>([
    ['select', 'select * from notes', ['select using old']],
    ['insert', 'insert into notes (a) values (1)', ['insert check new']],
    ['insert', 'insert into notes (a) values (1) returning a', ['insert check new', 'select check new']],
    [
      'insert',
      'insert into notes (a) values (1) on conflict (a) do update set b = 2',
      ['insert check new', 'update using old', 'select using old', 'update check new'],
    ],
    ['update', 'update notes set a = 1', ['update using old', 'update check new']],
    [
      'update',
      `update notes t set a = (select made.a from jsonb_populate_record(null::notes, '{"a": "where t.a"}') made)`,
      ['update using old', 'update check new'],
    ],
    [
      'update',
      'update notes t set a = t.a',
      ['select using old', 'update using old', 'update check new', 'select check new'],
    ],
    [
      'update',
      'update notes set a = 1 where id = 2',
      ['select using old', 'update using old', 'update check new', 'select check new'],
    ],
    ['delete', 'delete from notes', ['delete using old']],
    ['delete', 'delete from notes where id = 2', ['select using old', 'delete using old']],
  ])('%s: %s', (command, statement, expected) => {
    expect(asked(command, statement)).toEqual(expected)
  })

  test('restrictive policies come first, others do not apply, and USING stands in for WITH CHECK', () => {
    const policies = [
      samplePolicy('own', { using: 'a' }),
      samplePolicy('kept', { permissive: false, using: 'b', withCheck: 'c' }),
      samplePolicy('staff', { roles: ['staff'], using: 'd' }),
      samplePolicy('read', { command: 'select', using: 'e' }),
    ]
    const sides = sidesAsked(policies, ['anon'], { command: 'update', side: 'check', row: 'new' })
    expect(sides.map(({ policy, expression }) => `${policy.name} ${expression}`)).toEqual(['kept c', 'own a'])
  })
})

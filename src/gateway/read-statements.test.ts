import { beforeAll, describe, expect, test } from 'vitest'
import { loadParser } from '../sql/parse.ts'
import { readStatements, StatementReader } from './read-statements.ts'

beforeAll(loadParser)

const kinds = (text: string): readonly string[] | undefined =>
  readStatements(text)?.map(({ command }) => command.kind)

describe('reading what a client sends', () => {
  test.each([
    ['begin; select 1; end', ['begin', 'plain', 'commit']],
    ['START TRANSACTION READ ONLY', ['begin']],
    ['abort; rollback to savepoint a; release a', ['rollback', 'rollback to', 'release']],
    [';;; commit;;', ['commit']],
    ['select \'; commit\', $$; commit $$, 1 as "; commit" -- ; commit', ['plain']],
    ['/* commit; /* nested */ commit; */ select 1', ['plain']],
    ['copy t from stdin;\ncommit', ['plain', 'commit']],
    [
      "prepare transaction 'a'; commit prepared 'a'; rollback prepared 'a'",
      ['refused', 'refused', 'refused'],
    ],
    [
      'deallocate all; deallocate a; discard all; discard plans',
      ['deallocate', 'deallocate', 'discard all', 'plain'],
    ],
    ['reset role; set role to default; reset all', ['reset role', 'reset role', 'reset all']],
    ['set transaction read only; set local transaction_read_only = on', ['set transaction', 'plain']],
    ['create function f() returns int language sql begin atomic select 1; end; commit', ['plain', 'commit']],
    ['', []],
    ['-- nothing', []],
  ])('%s', (text, expected) => {
    expect(kinds(text)).toEqual(expected)
  })

  test('a text that PostgreSQL’s grammar refuses is not read at all', () => {
    expect(readStatements('select 1; commit; selec 2')).toBeNull()
    expect(readStatements('select 1 \\; commit')).toBeNull()
  })

  test('each statement stands where it stood, so that positions in errors are right', () => {
    const text = "select 'é𝄞'; commit; select nothing"
    const statements = readStatements(text) ?? []
    expect(statements.map(({ sql }) => sql.trim())).toEqual(["select 'é𝄞'", 'commit', 'select nothing'])
    expect(statements[2]?.sql.indexOf('nothing')).toBe(text.indexOf('nothing'))
  })

  test.each([
    [
      "select set_config('a.b', $2, true)",
      { kind: 'constant', text: 'a.b' },
      { kind: 'parameter', number: 2 },
      false,
    ],
    [
      "select set_config($1::text, 'x', false)",
      { kind: 'parameter', number: 1 },
      { kind: 'constant', text: 'x' },
      true,
    ],
    [
      "select set_config('a' || 'b', 'x', true)",
      { kind: 'computed' },
      { kind: 'constant', text: 'x' },
      false,
    ],
    ["set local a.b = 'x'", { kind: 'constant', text: 'a.b' }, { kind: 'constant', text: 'x' }, false],
    ["set time zone 'UTC'", { kind: 'constant', text: 'timezone' }, { kind: 'constant', text: 'UTC' }, true],
    ['set Search_Path to default', { kind: 'constant', text: 'search_path' }, { kind: 'computed' }, true],
    [
      "select (select U&\"set\\005fconfig\"('a', 'x', true))",
      { kind: 'constant', text: 'a' },
      { kind: 'constant', text: 'x' },
      false,
    ],
  ])('%s sets something', (text, name, value, session) => {
    expect(new StatementReader().read(text)?.[0]?.command).toMatchObject({
      kind: 'plain',
      assignments: [{ name, value, session }],
    })
  })

  test('what needs no parser is not parsed: the answer is the same', () => {
    for (const text of ['select 1', ' INSERT into t values ($1)', 'with a as (select 1) table a;'])
      expect(new StatementReader().read(text)).toMatchObject([
        { command: { kind: 'plain', assignments: [] } },
      ])
  })
})

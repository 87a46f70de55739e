import { describe, expect, test } from 'vitest'
import { splitScript, type ScriptPart } from './split.ts'
import { tokensOf } from './split-tokens.ts'

const texts = (script: string): string[] => splitScript(script).map((part) => part.text)

describe('one statement stays one', () => {
  test.each([
    ['a literal', "select 'a;b'';c';"],
    ['an escape literal', String.raw`select E'a\';b';`],
    ['an escape literal over two lines', "select E'a'\n  'b\\';c';"],
    ['a plain literal, in which a backslash is a backslash', String.raw`select 'C:\', ';';`],
    ['a unicode literal', String.raw`select U&'\0061;' uescape '!';`],
    ['a unicode name', 'select 1 as U&"a;b";'],
    ['a bit string', "select b'01', x'ff', n'a;b';"],
    ['a quoted name', 'select 1 as "a;""b;";'],
    ['a dollar quote', 'do $$ begin perform 1; end $$;'],
    ['nested dollar quotes', 'do $outer$ begin execute $$ select 1; $$; end $outer$;'],
    ['a tag that contains another', 'select $a$ ; $ab$ ; $a$;'],
    ['a comment in a statement', 'select 1 -- ; \n + /* ; /* ; */ ; */ 2;'],
    [
      'parentheses',
      'create rule r as on insert to t do also (insert into a values (1); insert into b values (2););',
    ],
    ['an atomic body', 'create function f() returns int language sql begin atomic select 1; select 2; end;'],
    [
      'an atomic body with CASE',
      'create or replace procedure p() begin atomic select case when true then 1 else case 2 when 2 then 3 end end; select 2; end;',
    ],
    ['a name with a dollar sign', 'select a$b$c;'],
    ['a cast and a slice', 'select x::int[], y[1:2];'],
    ['a parameter', 'prepare p as select $1;'],
  ])('%s', (_, script) => {
    expect(texts(script)).toEqual([script])
  })
})

describe('statements are told apart', () => {
  test('by semicolons, without the comments between them', () => {
    expect(texts('-- first\nselect 1;\n/* ; */ select 2 -- two\n;select 3')).toEqual([
      'select 1;',
      'select 2 -- two\n;',
      'select 3',
    ])
  })

  test('a transaction that begins is no body', () => {
    expect(texts('begin; select 1; end;')).toEqual(['begin;', 'select 1;', 'end;'])
  })

  test('a column called "end" or "begin" does not open a body', () => {
    expect(
      texts('create table t (begin int, "end" int); create view v as select begin from t; select 1;'),
    ).toHaveLength(3)
  })

  test("Drizzle's breakpoint is a comment", () => {
    expect(texts('create table a ();\n--> statement-breakpoint\ncreate table b ();')).toEqual([
      'create table a ();',
      'create table b ();',
    ])
  })

  test('a semicolon after an unclosed parenthesis belongs to the statement, as in psql', () => {
    expect(texts('select (1; select 2;')).toHaveLength(1)
  })

  test('what is never closed reaches to the end', () => {
    expect(texts("select 1; select 'abc; select 2;")).toEqual(['select 1;', "select 'abc; select 2;"])
    expect(texts('select 1; /* abc; select 2;')).toEqual(['select 1;'])
  })

  test('nothing but comments is nothing', () => {
    expect(splitScript('-- a\n/* b; */\n')).toEqual([])
    expect(splitScript('')).toEqual([])
  })
})

describe('where a statement stands', () => {
  test('line and offset are those of its first word', () => {
    const [first, second] = splitScript('\uFEFF-- one\r\nselect\r\n1;\r\n\r\n  /* x\n */ select 2;')
    expect(first).toMatchObject({ line: 2, offset: 9, text: 'select\r\n1;' })
    expect(second).toMatchObject({ line: 6, text: 'select 2;' })
  })

  test('its first words are lower case and leave out comments, names in quotes and parentheses', () => {
    const script = 'CREATE /* x */ UNIQUE -- y\n INDEX Concurrently if not exists "a b" on T (lower(x));'
    expect(splitScript(script)).toMatchObject([
      { words: ['create', 'unique', 'index', 'concurrently', 'if', 'not', 'exists', 'on', 't'] },
    ])
  })
})

describe('COPY', () => {
  test('takes the lines up to the closing one as data', () => {
    const parts = splitScript("COPY public.t (a, b) FROM stdin;\n1\tit's; $$\n2\t\\N\n\\.\n\nselect 1;")
    expect(parts).toMatchObject([
      { kind: 'copy', text: 'COPY public.t (a, b) FROM stdin;', data: "1\tit's; $$\n2\t\\N\n", line: 1 },
      { kind: 'statement', text: 'select 1;', line: 6 },
    ])
  })

  test('takes no data, data without a closing line and Windows lines', () => {
    expect(splitScript('copy t from stdin;\n\\.\n')).toMatchObject([{ data: '' }])
    expect(splitScript('copy t from stdin;\n1\n2')).toMatchObject([{ data: '1\n2' }])
    expect(splitScript('copy t from stdin;\r\n1\r\n\\.\r\nselect 1;')).toMatchObject([{ data: '1\r\n' }, {}])
    expect(splitScript('copy t from stdin with (format csv);')).toMatchObject([{ kind: 'copy', data: '' }])
  })

  test('with more on its line is left to the server to refuse, not cut', () => {
    expect(splitScript('copy t from stdin; select 1;\n1\n')).toMatchObject([
      { kind: 'statement', text: 'copy t from stdin;' },
      { kind: 'statement', text: 'select 1;' },
      { kind: 'statement', text: '1' },
    ])
  })

  test('to stdout or from a file is a plain statement', () => {
    expect(splitScript("copy (select 1 from t) to stdout; copy t from '/x';")).toMatchObject([
      { kind: 'statement' },
      { kind: 'statement' },
    ])
  })
})

describe('lines of psql', () => {
  test('have a name and an argument', () => {
    expect(splitScript("\\restrict abc\nselect 1;\n\\set name 'a;b' \n\\! ls\n")).toMatchObject([
      { kind: 'meta', name: 'restrict', argument: 'abc', insideStatement: false },
      { kind: 'statement' },
      { kind: 'meta', name: 'set', argument: "name 'a;b'", line: 3 },
      { kind: 'meta', name: '!', argument: 'ls' },
    ])
  })

  test('end a statement that is open', () => {
    expect(splitScript('select 1 as a \\gset\nselect 2;')).toMatchObject([
      { kind: 'statement', text: 'select 1 as a' },
      { kind: 'meta', name: 'gset', insideStatement: true },
      { kind: 'statement', text: 'select 2;' },
    ])
  })
})

const PIECES = [
  'select',
  ' 1',
  ';',
  '\n',
  '\r\n',
  "'",
  "''",
  '"',
  '$$',
  '$a$',
  '--',
  '/*',
  '*/',
  '(',
  ')',
  'E',
  "E'\\",
  '\\',
  '\\.',
  'copy t from stdin',
  'create function f() begin atomic',
  'case',
  'end',
  ':x',
  '::int',
  'é😀',
  '[1:2]',
  '\t',
  'U&',
  '0x1f',
  '$1',
]

describe('no text is lost', () => {
  /** 1,500 scripts of random pieces, the same in every run */
  const scripts = Array.from({ length: 1500 }, (_, number) => randomScript(number))

  test('tokens follow each other without gaps', () => {
    for (const script of scripts) {
      expect([...tokensOf(script)].map(({ start, end }) => script.slice(start, end)).join('')).toBe(script)
    }
  })

  test('between the parts there are only white space and comments', () => {
    for (const script of scripts) {
      for (const gap of gapsOf(script, splitScript(script))) {
        const kinds = [...tokensOf(gap)].map((token) => token.kind)
        expect(
          kinds.filter((kind) => kind !== 'space' && kind !== 'comment'),
          script,
        ).toEqual([])
      }
    }
  })

  test('a part begins where it says', () => {
    for (const script of scripts) {
      for (const { offset, text, line } of splitScript(script)) {
        expect(script.slice(offset, offset + text.length)).toBe(text)
        expect(script.slice(0, offset).split('\n')).toHaveLength(line)
      }
    }
  })
})

function gapsOf(script: string, parts: readonly ScriptPart[]): string[] {
  const starts = [...parts.map((part) => part.offset), script.length]
  return starts.map((start, index) => script.slice(parts[index - 1]?.end ?? 0, start))
}

function randomScript(seed: number): string {
  let state = seed * 2654435761 + 1
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  return Array.from({ length: 1 + next(25) }, () => PIECES[next(PIECES.length)]).join('')
}

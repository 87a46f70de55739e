import { beforeAll, describe, expect, test } from 'vitest'
import {
  bare,
  child,
  children,
  constantOf,
  loadParser,
  nameParts,
  parseExpression,
  parseStatements,
  plpgsqlQueries,
  walk,
} from './parse.ts'
import type { Node } from './parse.ts'

beforeAll(loadParser)

const expression = (text: string): Node => {
  const node = parseExpression(text)
  if (!node) throw new Error(`does not parse: ${text}`)
  return node
}

describe('parsing', () => {
  test('spells out array literals with a type, but for what is nested or NULL', () => {
    const elementsOf = (text: string) => {
      const list = child(expression(text), 'arg')
      return list?.kind === 'A_ArrayExpr' ? children(list, 'elements').map(constantOf) : null
    }
    expect(elementsOf(`'{owner, admin}'::text[]`)).toEqual(['owner', 'admin'])
    expect(elementsOf(`'{"a b","c,\\"d"}'::text[]`)).toEqual(['a b', 'c,"d'])
    expect(elementsOf(`'{1,2}'::int[]`)).toEqual(['1', '2'])
    for (const text of ['{}', '{a,null}', '{{a},{b}}', '{"a}'])
      expect(elementsOf(`'${text}'::text[]`)).toBe(null)
    expect(elementsOf(`'{"a": 1}'::jsonb`)).toBe(null)
  })

  test('gives one node per statement', () => {
    expect(parseStatements('select 1; delete from t')?.map(({ kind }) => kind)).toEqual([
      'SelectStmt',
      'DeleteStmt',
    ])
  })

  test('gives null for what the grammar refuses, and for nothing at all', () => {
    expect(parseStatements('selct 1')).toBeNull()
    expect(parseExpression('1 +')).toBeNull()
    expect(parseStatements('')).toBeNull()
  })

  test('reads the expressions inside of a PL/pgSQL body', () => {
    const queries = plpgsqlQueries(
      `create function f() returns int language plpgsql as $$
         begin if auth.uid() is null then return 0; end if; return (select count(*) from t); end $$`,
    )
    expect(queries).toEqual(['auth.uid() is null', '0', '(select count(*) from t)'])
    expect(plpgsqlQueries('create function f() returns int language plpgsql as $$ nonsense $$')).toBeNull()
  })
})

describe('constants', () => {
  test.each([
    ["'text'", 'text'],
    ["''", ''],
    ["'text'::citext", 'text'],
    ['7', 7],
    ['0', 0],
    ['1.5', 1.5],
    ['true', true],
    ['false', false],
    ['null', null],
    ["E'a\\nb'", 'a\nb'],
  ])('%s is %j', (text, value) => {
    expect(constantOf(expression(text))).toBe(value)
  })

  test('are not columns, calls or arithmetic', () => {
    expect(['a', 'f()', '1 + 1'].map((text) => constantOf(expression(text)))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('what stands behind casts and scalar subqueries', () => {
  test.each(['auth.uid()', 'auth.uid()::text', '(select auth.uid())', '((select auth.uid())::text)::uuid'])(
    '%s is a call of auth.uid',
    (text) => {
      const node = bare(expression(text))
      expect(nameParts(node, 'funcname')).toEqual(['auth', 'uid'])
    },
  )

  test('a subquery with a FROM clause stays what it is', () => {
    expect(bare(expression('(select id from t)')).kind).toBe('SubLink')
  })
})

describe('walking', () => {
  test('finds nodes in the arms of a set operation', () => {
    const [select] = parseStatements('select a from t union select b from u') ?? []
    const columns = select
      ? [...walk(select)].flatMap((node) => (node.kind === 'ColumnRef' ? nameParts(node, 'fields') : []))
      : []
    expect(columns).toEqual(['a', 'b'])
  })

  test('does not descend where it is told not to', () => {
    const tree = expression('a = (select b from t)')
    const kinds = [...walk(tree, ({ kind }) => kind !== 'SubLink')].map(({ kind }) => kind)
    expect(kinds).toContain('SubLink')
    expect(kinds).not.toContain('SelectStmt')
  })

  test('gives nothing for fields that are not there', () => {
    const tree = expression('a')
    expect(child(tree, 'nothing')).toBeUndefined()
    expect(children(tree, 'nothing')).toEqual([])
  })
})

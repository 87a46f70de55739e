import { beforeAll, describe, expect, test } from 'vitest'
import type { Argument, Catalog, Routine } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import { sampleColumn, sampleKey, sampleRelation } from '../domain/sample-relation.ts'
import { sampleArgument, sampleRoutine } from '../domain/sample-routine.ts'
import type { RoutineFacts } from '../domain/routine-facts.ts'
import { loadParser } from '../sql/parse.ts'
import { readingOf } from './mentions.ts'
import { routineFacts } from './routine-facts.ts'

beforeAll(loadParser)

const notes = sampleRelation(
  'notes',
  [sampleColumn('id', { baseType: 'int8' }), sampleColumn('owner', { baseType: 'uuid' }), 'body'],
  { oid: 1, keys: [sampleKey(['id'], { primary: true })] },
)
const model = {
  userRoots: [{ relation: 9, column: 'id' }],
  tenants: [],
  literals: new Map(),
} as unknown as Model

function factsOf(routine: Routine, others: readonly Routine[] = []): RoutineFacts {
  const users = sampleRelation('users', [sampleColumn('id', { baseType: 'uuid' })], { oid: 9 })
  const catalog = {
    relations: [notes, users],
    routines: [routine, ...others],
    tested: ['public'],
  } as unknown as Catalog
  const reading = readingOf(catalog, { userSettings: [] })
  const facts = routineFacts(catalog, model, reading, [routine]).get(routine.oid)
  if (!facts) throw new Error('nothing is known')
  return facts
}

const columns = (facts: RoutineFacts, at = 0): readonly string[] =>
  (facts.bindings.get(at) ?? []).map(
    ({ relation, column, key }) => `${key === undefined ? '' : `${key}: `}${relation}.${column}`,
  )

const id = sampleArgument('p_id', { baseType: 'int8' })
const json = sampleArgument('payload', { baseType: 'jsonb' })
const plpgsql = (body: string, given: readonly Argument[]): Routine =>
  sampleRoutine(body, given, { language: 'plpgsql', volatility: 'volatile' })

describe('what an argument is', () => {
  test.each([
    ['a comparison', sampleRoutine('select body from notes where id = p_id', [id])],
    [
      'a position',
      sampleRoutine('select body from notes where id = $1', [sampleArgument(null, { baseType: 'int8' })]),
    ],
    ['standard SQL', sampleRoutine('BEGIN ATOMIC\n SELECT body FROM notes WHERE (id = f.p_id);\nEND', [id])],
    [
      'a variable',
      plpgsql('declare v bigint := p_id; begin return (select body from notes where id = v); end', [id]),
    ],
    [
      'an alias',
      plpgsql('declare v alias for $1; begin return (select body from notes where id = v); end', [id]),
    ],
  ])('is said by %s', (_, routine) => {
    expect(columns(factsOf(routine))).toEqual(['1.id'])
  })

  test('is said of keys of JSON, of inner objects and of items', () => {
    const inner = sampleRoutine("select body from notes where id = (payload -> 'note' ->> 'id')::int8", [
      json,
    ])
    expect(columns(factsOf(inner))).toEqual(['note.id: 1.id'])
    const items = plpgsql(
      "declare i jsonb; begin for i in select * from jsonb_array_elements(payload) loop update notes set body = i ->> 'text' where id = (i ->> 'id')::int8; end loop; end",
      [json],
    )
    const facts = factsOf(items)
    expect(columns(facts)).toEqual(expect.arrayContaining(['text: 1.body', 'id: 1.id']))
    expect(facts.jsonArrays).toEqual([{ position: 0, path: '', of: 'objects' }])
  })

  test('is not said by arithmetic', () => {
    const amount = sampleArgument('n', { baseType: 'int4' })
    expect(columns(factsOf(sampleRoutine('update notes set id = id - n', [amount])))).toEqual([])
  })

  test('is handed on to functions that are called', () => {
    const called = sampleRoutine('select body from notes where id = p_id', [id], { oid: 78, name: 'g' })
    const outer = sampleRoutine('select g(p_id)', [id], { securityDefiner: false })
    const facts = factsOf(outer, [called])
    expect(columns(facts)).toEqual(['1.id'])
    expect(facts.elevated).toBe(true)
  })
})

describe('what a body does', () => {
  test('is outside where no rollback reaches it', () => {
    expect(factsOf(sampleRoutine("select extensions.http_get('x')")).reachesOut).toBe('extensions.http_get')
  })

  test('is to write, also where it does not parse', () => {
    expect(factsOf(sampleRoutine('delete from notes')).writes).toBe(true)
    expect(factsOf(sampleRoutine('select 1')).writes).toBe(false)
    expect(factsOf(sampleRoutine('this is no SQL about notes')).relations).toEqual([1])
  })

  test('may depend on the session', () => {
    expect(factsOf(sampleRoutine('select body from notes')).asksWho).toBe(false)
    expect(factsOf(sampleRoutine('select body from notes where owner = auth.uid()')).asksWho).toBe(true)
  })
})

test('a body that does not parse reaches out where a request stands in it, or in what it calls', () => {
  // the names behind INTO are arguments of the function, which the parser is not told of
  const called = (name: string, call: string, oid: number): Routine =>
    sampleRoutine(`begin select into status, content r.status, r.content from ${call} r; end`, [], {
      oid,
      name,
      language: 'plpgsql',
      returns: 'record',
    })
  const request = called('request', 'extensions.http(null)', 78)
  expect(factsOf(request).reachesOut).toMatch(/http$/)
  expect(factsOf(called('around', 'public.request()', 79), [request]).reachesOut).toMatch(/http$/)
})

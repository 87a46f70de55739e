import { describe, expect, test } from 'vitest'
import type { CallObservation, RowChange } from '../domain/call.ts'
import type { Model } from '../domain/ownership.ts'
import type { SeededRow } from '../domain/population.ts'
import { sampleColumn, sampleKey, sampleRelation } from '../domain/sample-relation.ts'
import { sampleArgument, sampleFacts, sampleRoutine } from '../domain/sample-routine.ts'
import type { RoutineFacts } from '../domain/routine-facts.ts'
import { judgeFunctions } from './functions.ts'
import type { JudgeInput } from './input.ts'
import { sampleExpectation, samplePopulation, sampleRow } from './sample-matter.ts'

const wallets = sampleRelation('wallets', [sampleColumn('owner'), sampleColumn('balance')], {
  oid: 1,
  keys: [sampleKey(['owner'], { primary: true })],
})
const alices: SeededRow = { ...sampleRow(), owners: ['A'], tenants: [], values: { owner: 'A', balance: 12 } }

function call(rest: Partial<CallObservation>): CallObservation {
  return {
    routine: 77,
    actor: 'carol',
    attempt: 'call with another’s keys',
    of: 'alice',
    choice: 0,
    statement: '',
    outcome: { kind: 'returned', rows: 0 },
    answered: false,
    digest: '[null]',
    shown: [],
    changed: [],
    ...rest,
  }
}

function judged(calls: readonly CallObservation[], facts: Partial<RoutineFacts> = {}) {
  const population = { ...samplePopulation([alices]), rows: new Map([[1, [alices]]]) }
  const input = {
    catalog: { relations: [wallets], roles: [], tested: ['public'] },
    model: {
      privileges: [],
      tenants: [],
      userRoots: [],
      ownerships: new Map([[1, { owners: [{ steps: [], column: 'owner' }] }]]),
    } as unknown as Model,
    population,
    expectations: ['select', 'update', 'delete'].map((command) =>
      sampleExpectation({ command: command as 'select' }),
    ),
    exemptionsOf: () => new Map(),
    definitions: [],
    routines: [sampleRoutine('', [sampleArgument('p')])],
    routineFacts: new Map([[77, sampleFacts({ relations: [1], ...facts })]]),
    calls,
    sees: () => false,
    changes: () => false,
    functionAudience: () => undefined,
    stubs: { policies: new Map(), views: new Map(), functions: new Map() },
    reproductionOfCall: () => '',
  } as unknown as JudgeInput
  const { facts: found, untested } = judgeFunctions(input)
  return {
    found: found.map(({ code, severity }) => `${code}${severity ? ` ${severity}` : ''}`),
    untested: untested.map(({ reason }) => reason.replace(/:.*/, '')),
  }
}

const refused = (sqlstate: string, actor = 'carol'): CallObservation =>
  call({
    actor,
    outcome: { kind: 'broken', sqlstate, message: 'no' },
    error: { sqlstate, message: 'no' },
  })
const own = call({ actor: 'alice', attempt: 'call with own keys', answered: true })
const balance = (before: number, after: number, row = alices): RowChange => ({
  relation: 1,
  kind: 'updated',
  row,
  columns: [{ name: 'balance', before, after }],
})

describe('what a call showed', () => {
  test('is a leak where it stands in a stranger’s row alone', () => {
    const shown = [{ value: 'x', rows: [{ relation: 1, row: alices }] }]
    expect(judged([call({ answered: true, shown })]).found).toEqual(['function-read-leak'])
    expect(judged([call({ actor: 'alice', of: 'alice', answered: true, shown })]).found).toEqual([])
  })

  test('is an oracle where it only differs from what nobody’s keys get', () => {
    const yes = call({ answered: true, scalar: true, digest: '[true]' })
    const guess = call({ attempt: 'call with nobody’s keys', answered: true, digest: '[false]' })
    expect(judged([yes, guess]).found).toEqual(['existence-oracle'])
    expect(judged([yes, { ...guess, digest: '[true]' }]).found).toEqual([])
  })
})

describe('what a call changed', () => {
  test.each([
    ['a stranger’s balance, less', [balance(12, 2)], ['function-write-leak']],
    ['a balance by one: it is no counter', [balance(12, 11)], ['function-write-leak']],
    ['a gift', [balance(12, 22), balance(30, 20, { ...alices, owners: ['C'], place: '1:9' })], []],
  ])('%s', (_, changed, expected) => {
    expect(judged([call({ changed, outcome: { kind: 'affected', rows: 1 } })]).found).toEqual(expected)
  })

  test('is a warning where the caller raised itself in a column that is called like a right', () => {
    const one = call({
      actor: 'alice',
      attempt: 'call with own keys',
      statement: "select f('10')",
      changed: [balance(12, 22)],
      outcome: { kind: 'affected', rows: 1 },
    })
    expect(judged([one]).found).toEqual(['function-write-leak warning'])
    expect(judged([{ ...one, statement: 'select f()' }]).found).toEqual([])
  })
})

describe('a function is untested', () => {
  test.each([
    ['where every call failed', [refused('P0001')], {}, 'every call failed'],
    ['where nobody got an answer', [call({})], {}, 'it returned nothing to anybody'],
    [
      'where a constraint came first',
      [refused('23514'), own],
      {},
      'a call with another’s keys came as far as a constraint',
    ],
    ['where it is late', [refused('57014')], {}, 'a call did not come back in time'],
    [
      'where it reaches out',
      [],
      { reachesOut: 'http_get' },
      'it calls http_get, whose effect no rollback takes back',
    ],
  ])('%s', (_, calls, facts, reason) => {
    expect(judged(calls, facts).untested).toEqual([reason])
  })

  test.each([
    ['where somebody got through', [refused('P0001'), own], {}],
    ['where the caller has no session to write down', [refused('23502', 'anon'), own], {}],
    ['where it has the caller’s rights alone', [refused('P0001')], { elevated: false }],
  ])('not %s', (_, calls, facts) => {
    expect(judged(calls, facts).untested).toEqual([])
  })
})

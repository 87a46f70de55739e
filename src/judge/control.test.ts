import { describe, expect, test } from 'vitest'
import type { Expectation } from '../domain/expectation.ts'
import type { SeededRow } from '../domain/population.ts'
import type { Observation } from '../domain/probe.ts'
import { blockedStandings, brokenObservation, hasControl } from './control.ts'
import type { Matter } from './control.ts'
import {
  SAMPLE_ACTORS,
  actorNamed,
  sampleExpectation,
  sampleObservation,
  samplePopulation,
  sampleReached,
  sampleRow,
} from './sample-matter.ts'

function matter(
  observations: readonly Observation[],
  expectation: Partial<Expectation> = {},
  rows: readonly SeededRow[] = [sampleRow()],
): Matter {
  const actors = new Map(SAMPLE_ACTORS.map((actor) => [actor.name, actor]))
  return { expectation: sampleExpectation(expectation), observations, rows, actors }
}
const blocked = (one: Matter): readonly string[] => blockedStandings(one, samplePopulation(one.rows))

const reads = (actor: string, ...ties: readonly ('own' | 'foreign')[]): Observation =>
  sampleObservation(
    { actor },
    ties.map((tie) => sampleReached(tie)),
  )

describe('a control', () => {
  test('is anybody who got through', () => {
    expect(hasControl(matter([reads('carol'), reads('service', 'foreign')]))).toBe(true)
    expect(hasControl(matter([reads('carol'), reads('alice')]))).toBe(false)
  })

  test('is no attempt that reached nothing', () => {
    expect(hasControl(matter([sampleObservation({}, [], { kind: 'denied', by: 'policy' })]))).toBe(false)
  })
})

describe('an owner who must get through', () => {
  test('is blocked where he was tried and reached nothing', () => {
    expect(blocked(matter([reads('alice'), reads('carol')]))).toEqual(['own'])
  })

  test('is not blocked where he got through, or where another owner did', () => {
    expect(blocked(matter([reads('alice', 'own')]))).toEqual([])
    const rows = [sampleRow(), sampleRow({ owners: ['B'] })]
    expect(blocked(matter([reads('alice'), reads('bob', 'own')], {}, rows))).toEqual([])
  })

  test('is not blocked where there is no row of his', () => {
    expect(blocked(matter([reads('alice')], {}, [sampleRow({ owners: ['Z'] })]))).toEqual([])
  })

  test('is not judged where nothing says that he must', () => {
    expect(blocked(matter([reads('alice')], { lower: 'nobody' }))).toEqual([])
  })

  test('is blocked without a probe where no policy opens the command', () => {
    expect(blocked(matter([], { admits: false, closedBy: 'no policy for select' }))).toEqual(['own'])
    expect(blocked(matter([]))).toEqual([])
  })
})

test('everybody who is in a declared audience must get through', () => {
  const rows = [sampleRow(), sampleRow({ owners: ['B'], tenants: ['acme'] })]
  const seen = [reads('alice', 'own'), reads('carol'), reads('anon')]
  expect(blocked(matter(seen, { lower: 'everyone', upper: 'everyone' }, rows))).toEqual([
    'anon',
    'foreign',
    'team',
  ])
})

describe('a policy that cannot be evaluated', () => {
  const broken = sampleObservation({}, [], { kind: 'broken', sqlstate: '42P17', message: 'recursion' })

  test('shows in the first error, where nobody gets through', () => {
    expect(brokenObservation(matter([reads('alice'), broken]))).toBe(broken)
  })

  test('is not what an error means that a session without a subject gets, where the others get none', () => {
    const one = matter([
      reads('alice'),
      sampleObservation({ actor: 'no-sub' }, [], { kind: 'broken', sqlstate: 'P0001', message: 'no user' }),
    ])
    const actors = new Map([...one.actors, ['no-sub', { ...actorNamed('no-sub'), user: null }]])
    expect(brokenObservation({ ...one, actors })).toBeUndefined()
  })

  test('is not what an error means where somebody gets through', () => {
    expect(brokenObservation(matter([reads('alice', 'own'), broken]))).toBeUndefined()
  })
})

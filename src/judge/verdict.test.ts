import { describe, expect, test } from 'vitest'
import type { Expectation } from '../domain/expectation.ts'
import type { Observation } from '../domain/probe.ts'
import type { Audience } from '../domain/vocabulary.ts'
import { actorNamed, sampleExpectation, sampleObservation, sampleReached } from './sample-matter.ts'
import { judgeObservation } from './verdict.ts'

/** `code standing` of each leak, `untested standing`, or `pass`. */
function verdicts(
  observation: Observation,
  expectation: Partial<Expectation> = {},
  exemptions: ReadonlyMap<string, Audience> = new Map(),
  sees = false,
): readonly string[] {
  const actor = actorNamed(observation.probe.actor)
  const full = sampleExpectation({ command: observation.probe.command, ...expectation })
  return judgeObservation(observation, full, actor, exemptions, () => sees).map((verdict) => {
    switch (verdict.kind) {
      case 'leak':
        return `${verdict.code} ${verdict.standing}`
      case 'untested':
        return `untested ${verdict.standing}`
      case 'pass':
        return 'pass'
    }
  })
}
const foreign = sampleReached('foreign')
const own = sampleReached('own')

describe('reading', () => {
  test('of own rows passes, of nothing too', () => {
    expect(verdicts(sampleObservation({}, [own]))).toEqual(['pass'])
    expect(verdicts(sampleObservation({}, []))).toEqual(['pass'])
  })

  test('of a stranger’s rows is a leak, also beside own ones', () => {
    expect(verdicts(sampleObservation({}, [own, foreign]))).toEqual(['read-leak foreign'])
    expect(verdicts(sampleObservation({ actor: 'anon' }, [foreign]))).toEqual(['read-leak anon'])
  })

  test('through using (true) has a code of its own, until something is declared', () => {
    const trivialPolicy = 'everybody'
    expect(verdicts(sampleObservation({}, [foreign]), { trivialPolicy })).toEqual(['world-readable foreign'])
    expect(verdicts(sampleObservation({}, [foreign]), { trivialPolicy, declared: true })).toEqual([
      'read-leak foreign',
    ])
  })

  test.each<[Audience, string, readonly string[]]>([
    ['everyone', 'anon', ['pass']],
    ['authenticated', 'anon', ['read-leak anon']],
    ['authenticated', 'carol', ['pass']],
    ['tenant', 'carol', ['read-leak foreign']],
    ['nobody', 'carol', ['read-leak foreign']],
  ])('allowed to %s, by %s: %j', (upper, actor, expected) => {
    expect(verdicts(sampleObservation({ actor }, [foreign]), { upper })).toEqual(expected)
  })

  test('of a team mate’s row inside of the tenant is shown, and judged only where it is declared', () => {
    const seen = sampleObservation({ actor: 'bob' }, [sampleReached('team')])
    expect(verdicts(seen, { upper: 'tenant', ownerInside: true })).toEqual(['team-access team'])
    expect(verdicts(seen, { upper: 'tenant', ownerInside: true, declared: true })).toEqual(['pass'])
    expect(verdicts(seen, { upper: 'owner', declared: true })).toEqual(['read-leak team'])
  })

  test('is allowed where every row that was reached is exempt', () => {
    const exempt = new Map<string, Audience>([
      ['1', 'everyone'],
      ['2', 'authenticated'],
    ])
    const reading = (places: readonly string[]): Observation =>
      sampleObservation({}, [sampleReached('foreign', { rows: places.length, places })])
    expect(verdicts(reading(['1', '2']), {}, exempt)).toEqual(['pass'])
    expect(verdicts(reading(['1', '3']), {}, exempt)).toEqual(['read-leak foreign'])
    expect(
      verdicts(
        sampleObservation({ actor: 'anon' }, [sampleReached('foreign', { places: ['2'] })]),
        {},
        exempt,
      ),
    ).toEqual(['read-leak anon'])
  })
})

describe('writing', () => {
  test.each([
    ['update', 'update others', 'update-leak foreign'],
    ['update', 'take over', 'update-leak foreign'],
    ['delete', 'delete others', 'delete-leak foreign'],
    ['insert', 'insert as another', 'insert-leak foreign'],
  ] as const)('%s that reaches a stranger’s row (%s) is a leak', (command, attempt, expected) => {
    expect(verdicts(sampleObservation({ command, attempt }, [foreign]))).toEqual([expected])
  })

  test('that a constraint stops behind the policies is a leak all the same', () => {
    const admitted = { kind: 'admitted', thenFailedWith: '23503' } as const
    expect(
      verdicts(sampleObservation({ command: 'delete', attempt: 'delete others' }, [foreign], admitted)),
    ).toEqual(['delete-leak foreign'])
  })

  test('of an own row that ends up with a stranger is a giveaway', () => {
    const given = sampleReached('own', { after: 'foreign' })
    expect(verdicts(sampleObservation({ command: 'update', attempt: 'give away' }, [given]))).toEqual([
      'giveaway-leak foreign',
    ])
    expect(verdicts(sampleObservation({ command: 'update', attempt: 'update own' }, [own]))).toEqual(['pass'])
  })

  test('that raises the own rights is a leak', () => {
    const raised = sampleObservation({ command: 'update', attempt: 'raise own rights' }, [own])
    expect(verdicts(raised)).toEqual(['privileged-column own'])
  })

  test('forges an owner even where everybody is declared to insert', () => {
    const forged = sampleObservation({ command: 'insert', attempt: 'insert as another' }, [foreign])
    expect(verdicts(forged, { upper: 'everyone', declared: true })).toEqual(['insert-leak foreign'])
  })

  test('below a row that the actor is not shown is a leak, below a visible one is not', () => {
    const below = { relation: 2, place: '2:(0,1)' }
    const hung = sampleObservation({ command: 'insert', attempt: 'insert below another’s row', below }, [own])
    expect(verdicts(hung)).toEqual(['insert-leak foreign'])
    expect(verdicts(hung, {}, new Map(), true)).toEqual(['pass'])
  })

  test('of a tenant’s row that is hung below a stranger’s is the lesser leak of one', () => {
    const below = { relation: 2, place: '2:(0,1)' }
    const team = sampleReached('team', { after: 'foreign' })
    const hung = sampleObservation({ command: 'update', attempt: 'give away', below }, [team])
    const judge = (observation: typeof hung) =>
      judgeObservation(
        observation,
        sampleExpectation({ command: 'update', upper: 'tenant' }),
        actorNamed('alice'),
        new Map(),
        () => false,
      )
    expect(judge(hung)).toMatchObject([{ code: 'giveaway-leak', weak: true }])
    expect(judge({ ...hung, shownToParent: true })).toMatchObject([{ code: 'giveaway-leak', weak: false }])
  })

  test('into a shared relation is an open insert, unless it is declared', () => {
    const made = sampleObservation({ command: 'insert', attempt: 'insert unowned' }, [
      sampleReached('unowned'),
    ])
    expect(verdicts(made, { shared: true, upper: 'nobody' })).toEqual(['open-insert foreign'])
    expect(verdicts(made, { shared: true, upper: 'authenticated', declared: true })).toEqual(['pass'])
  })
})

describe('doubt', () => {
  const broken = { kind: 'broken', sqlstate: '42P17', message: 'infinite recursion' } as const

  test('a broken probe is never a pass', () => {
    expect(verdicts(sampleObservation({}, [], broken))).toEqual(['untested foreign'])
    expect(verdicts(sampleObservation({ command: 'update', attempt: 'update own' }, [], broken))).toEqual([
      'untested own',
    ])
    expect(verdicts(sampleObservation({ actor: 'anon' }, [], broken))).toEqual(['untested anon'])
  })

  test.each([{ kind: 'denied', by: 'policy' } as const, { kind: 'denied', by: 'privilege' } as const])(
    'what is %j passes',
    (outcome) => {
      expect(verdicts(sampleObservation({ command: 'insert', attempt: 'insert own' }, [], outcome))).toEqual([
        'pass',
      ])
    },
  )
})

import { describe, expect, test } from 'vitest'
import type { Ascent, Reach } from '../domain/ascent.ts'
import { sampleRelation } from '../domain/sample-relation.ts'
import type { Fact } from './collect.ts'
import { sampleModel } from '../domain/sample-model.ts'
import { judgeAscent, newsOf } from './escalation.ts'
import type { JudgeInput } from './input.ts'
import { SAMPLE_ACTORS, actorNamed, sampleExpectation, sampleReached } from './sample-matter.ts'

const pages = sampleRelation('pages', ['id'], { oid: 1 })
const requests = sampleRelation('requests', ['id'], { oid: 2 })

/** Surfaces that these tests are not about. */
const NOTHING_ELSE = {
  areas: [],
  surroundings: { buckets: [], published: [] },
  model: sampleModel(),
  routines: [],
  routineFacts: new Map(),
  calls: [],
  functionAudience: () => undefined,
  changes: () => false,
  unset: new Map(),
  beside: [],
  grants: [],
} as const

function inputOf(ascent: Partial<Ascent>, rest: Partial<JudgeInput> = {}): JudgeInput {
  const reach: Reach = {
    relation: 1,
    command: 'select',
    reached: sampleReached('foreign', { places: ['1:(0,1)'] }),
    statement: 'select',
  }
  return {
    catalog: {
      schemas: [],
      relations: [pages, requests],
      routines: [],
      roles: [],
      sequences: [],
      tested: ['public'],
      apiRoles: [],
    },
    population: {
      actors: SAMPLE_ACTORS,
      tenants: [],
      rows: new Map(),
      spares: new Map(),
      unseeded: [],
      withoutTriggers: [],
      notices: [],
    },
    relations: [pages, requests],
    expectations: [sampleExpectation()],
    observations: [],
    ascents: [
      {
        actor: actorNamed('carol'),
        kind: 'grant',
        steps: [{ command: 'insert', relation: 'public.requests' }],
        detail: '',
        rights: false,
        names: [],
        free: false,
        reaches: [reach],
        script: '',
        ...ascent,
      },
    ],
    blind: [],
    exemptionsOf: () => new Map(),
    definitions: [],
    fixed: new Map(),
    stubs: { policies: new Map(), views: new Map(), functions: new Map() },
    policyReads: new Map(),
    baseOf: (relation) => relation,
    sees: () => false,
    reproductionOf: () => '',
    reproductionOfCall: () => '',
    ...NOTHING_ELSE,
    reproductionOfAscent: () => '',
    reproductionOfBeside: () => '',
    ...rest,
  }
}

const judged = (input: JudgeInput, plain: readonly Fact[] = []): readonly string[] =>
  input.ascents
    .flatMap((ascent) => newsOf(judgeAscent(input, ascent), plain))
    .map(({ code, subject, command, actor }) => `${code} ${subject.qualified} ${command} ${actor}`)

const REACHED = 'escalation public.pages select foreign'
const STEP = 'escalation public.requests insert foreign'

const leak = (rest: Partial<Fact>): Fact => ({
  code: 'insert-leak',
  subject: requests,
  command: 'insert',
  actor: 'foreign',
  evidence: '',
  blame: [],
  declared: false,
  ...rest,
})

describe('an escalation', () => {
  test('is reported on what came within reach and on the step that opened it', () => {
    expect(judged(inputOf({}))).toEqual([REACHED, STEP])
  })

  test('leaves a step that is a finding by itself to that finding', () => {
    expect(judged(inputOf({}), [leak({})])).toEqual([REACHED])
  })

  test('says nothing new of what a single statement reaches already', () => {
    const known = leak({ code: 'read-leak', subject: pages, command: 'select' })
    expect(judged(inputOf({}), [leak({}), known])).toEqual([])
  })

  test('is none where everything that the step names was shown to the actor', () => {
    const names = [{ relation: 1, place: '1:(0,1)' }]
    expect(judged(inputOf({ names }, { sees: () => true }))).toEqual([])
    expect(judged(inputOf({ names }))).toEqual([REACHED, STEP])
  })

  test('is one where a gate was passed, whatever was shown', () => {
    const names = [{ relation: 1, place: '1:(0,1)' }]
    expect(judged(inputOf({ names, kind: 'approval' }, { sees: () => true }))).toEqual([REACHED, STEP])
  })

  test('is none by following somebody who need not agree', () => {
    expect(judged(inputOf({ free: true }))).toEqual([])
  })

  test('is none where the rows may be reached anyway', () => {
    expect(judged(inputOf({}, { expectations: [sampleExpectation({ upper: 'everyone' })] }))).toEqual([])
  })
})

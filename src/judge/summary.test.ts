import { describe, expect, test } from 'vitest'
import { sampleRelation } from '../domain/sample-relation.ts'
import type { Finding, Untested } from '../domain/report.ts'
import { sampleObservation, samplePopulation, sampleReached, sampleRow } from './sample-matter.ts'
import { accessOf, judgedCells, seenCells } from './summary.ts'
import type { SeenInput } from './summary.ts'

const relation = sampleRelation('notes', ['id'], { oid: 1 })
interface Given extends Partial<SeenInput> {
  readonly findings?: readonly Finding[]
  readonly untested?: readonly Untested[]
}
const cells = ({ findings = [], untested = [], ...rest }: Given = {}) =>
  judgedCells(
    seenCells({
      relation,
      base: relation,
      observations: [],
      population: samplePopulation([sampleRow()]),
      ...rest,
    }),
    findings,
    untested,
  )
const finding = (rest: Partial<Finding>): Finding => ({
  id: '',
  fingerprint: '',
  code: 'read-leak',
  kind: 'leak',
  severity: 'error',
  relation: 'public.notes',
  command: 'select',
  actor: 'foreign',
  title: '',
  evidence: '',
  blame: [],
  ...rest,
})
const doubt = (actor: Untested['actor']): Untested => ({
  relation: 'public.notes',
  command: 'select',
  actor,
  reason: '',
})

describe('a cell', () => {
  test('is closed where rows are there and nobody reached them, none where there is nothing to reach', () => {
    expect(cells().foreign.select).toBe('closed')
    expect(cells().team.select).toBe('none')
  })

  test('is open where rows were reached', () => {
    const observations = [sampleObservation({ actor: 'alice' }, [sampleReached('own')])]
    expect(cells({ observations }).own.select).toBe('open')
    expect(cells({ observations }).own.update).toBe('closed')
  })

  test('is not opened by a control', () => {
    const observations = [sampleObservation({ actor: 'service' }, [sampleReached('foreign')])]
    expect(cells({ observations }).foreign.select).toBe('closed')
  })

  test('shows a finding before doubt, and doubt before what was reached', () => {
    const observations = [sampleObservation({ actor: 'carol' }, [sampleReached('foreign')])]
    expect(cells({ observations, untested: [doubt('foreign')] }).foreign.select).toBe('untested')
    expect(cells({ observations, untested: [doubt('all')] }).own.select).toBe('untested')
    expect(cells({ findings: [finding({})], untested: [doubt('all')] }).foreign.select).toBe('leak')
    const blocked = finding({ code: 'read-overblock', kind: 'overblock', actor: 'own' })
    expect(cells({ findings: [blocked] }).own.select).toBe('blocked')
  })
})

test('access is the widest audience that got through, allowed or not', () => {
  const observations = [sampleObservation({ actor: 'alice' }, [sampleReached('own')])]
  expect(accessOf(cells({ observations }))).toEqual({
    select: 'owner',
    insert: 'nobody',
    update: 'nobody',
    delete: 'nobody',
  })
  expect(accessOf(cells({ observations, findings: [finding({ actor: 'anon' })] })).select).toBe('everyone')
})

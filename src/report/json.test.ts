import { expect, test } from 'vitest'
import type { Report } from '../domain/report.ts'
import { json } from './json.ts'
import { finding, sampleReport } from './sample-report.ts'

/** The same value with all keys of objects in reverse. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toReversed()
  return Object.fromEntries(entries.map(([key, inner]) => [key, reversed(inner)]))
}

const report = sampleReport({ findings: [finding({ suppressed: { by: 'ignore', reason: 'known' } })] })

test('the JSON holds the whole report', () => {
  expect(JSON.parse(json(report))).toEqual(report)
})

test('the order of fields does not depend on how the report was made', () => {
  expect(json(reversed(report) as Report)).toBe(json(report))
})

test('fields stand in the order of the documentation', () => {
  const text = json(report)
  expect(Object.keys(JSON.parse(text) as object).slice(0, 5)).toEqual([
    'schemaVersion',
    'tool',
    'run',
    'outcome',
    'sources',
  ])
  expect(text.indexOf('"id"')).toBeLessThan(text.indexOf('"fingerprint"'))
})

test('the text is indented by two spaces and ends with a newline', () => {
  expect(json(report)).toMatch(/^\{\n {2}"schemaVersion": 1,\n/)
  expect(json(report)).toMatch(/\}\n$/)
})

test('values that JSON does not know become text', () => {
  const rows = [[9_007_199_254_740_993n, new Date('2027-01-31T00:00:00Z')]]
  expect(json(sampleReport({ probes: { columns: ['a', 'b'], rows } }))).toContain('"9007199254740993"')
})

test('data of the user keeps its own keys, sorted', () => {
  const actors = [{ name: 'a', role: 'r', claims: { version: 1, name: 'x', sub: 's' } }]
  const text = json(sampleReport({ actors }))
  expect(text).toMatch(/"name": "x",\s+"sub": "s",\s+"version": 1/)
})

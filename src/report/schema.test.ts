import { expect, test } from 'vitest'
import { userConfigSchema } from '../config/schema.ts'
import { json } from './json.ts'
import { schemaErrors } from './sample-readers.ts'
import { finding, sampleReport } from './sample-report.ts'

const written = (report: object): unknown => JSON.parse(json({ ...sampleReport(), ...report }))

test('a report is what its published schema says', () => {
  const suppressed = { by: 'baseline', reason: 'was there at adoption', expires: '2027-01-31' } as const
  const reports = [{}, { findings: [finding({ suppressed })], outcome: 'findings' }]
  for (const report of reports) expect(schemaErrors('report', written(report))).toEqual([])
})

test('so is the report of a part, with what merge needs', () => {
  const run = { ...sampleReport().run, shard: { index: 1, count: 3, left: ['public.notes'] } }
  expect(schemaErrors('report', written({ outcome: 'partial', run, shard: { sha256: '00' } }))).toEqual([])
})

test('what the schema does not know is no report', () => {
  for (const change of [
    { surprise: 1 },
    { findings: [{ ...finding(), surprise: 1 }] },
    { findings: [{ ...finding(), severity: 'fatal' }] },
    { schemaVersion: 2 },
    { run: { ...sampleReport().run, seed: '42' } },
  ]) {
    expect(schemaErrors('report', written(change)), JSON.stringify(change)).not.toEqual([])
  }
})

test('a report that lacks a field is no report', () => {
  const { findings: _, ...rest } = sampleReport()
  expect(schemaErrors('report', rest)).not.toEqual([])
})

const FULL = {
  $schema: './node_modules/rls-harness/schemas/config.schema.json',
  database: { engine: 'embedded', version: 17 },
  migrations: [{ tool: 'prisma', dir: 'app/prisma/migrations' }, { sql: ['docs/policies.sql'] }],
  schemas: ['public', 'api'],
  apiPrivileges: 'auto',
  identity: { role: 'app', settings: { 'app.user_id': '$user' } },
  tenants: [{ relation: 'public.organizations' }],
  expect: {
    'public.posts': { select: ['owner', { everyone: "status = 'published'" }] },
    'public.events': 'service',
  },
  seed: { seed: 42, rows: 3, values: { 'public.users.phone': '+49', 'public.users.age': 7 } },
  ignore: [{ code: 'read-leak', relation: 'public.scores', reason: 'Scores are public' }],
  gate: { failOn: 'error', strict: true },
}

test('a configuration in JSON is what its published schema says', () => {
  expect(userConfigSchema.safeParse(FULL).success).toBe(true)
  expect(schemaErrors('config', FULL)).toEqual([])
  expect(schemaErrors('config', {})).toEqual([])
})

test('the schema refuses what the configuration refuses', () => {
  for (const change of [
    { surprise: 1 },
    { gate: { failOn: 'notice' } },
    { seed: { rows: 0 } },
    { seed: { values: { 'a.b.c': [] } } },
    { schemas: [] },
    { ignore: [{ code: 'read-leek', reason: 'Scores are public' }] },
  ]) {
    expect(userConfigSchema.safeParse({ ...FULL, ...change }).success, JSON.stringify(change)).toBe(false)
    expect(schemaErrors('config', { ...FULL, ...change }), JSON.stringify(change)).not.toEqual([])
  }
})

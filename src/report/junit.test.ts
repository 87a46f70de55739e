import { expect, test } from 'vitest'
import type { Report, Untested } from '../domain/report.ts'
import { junit } from './junit.ts'
import type { ReporterOptions } from './reporter.ts'
import { junitErrors } from './sample-readers.ts'
import { finding, relation, sampleReport } from './sample-report.ts'

async function write(report: Report, changes: Partial<ReporterOptions> = {}): Promise<string> {
  const options = { level: 'warning', colour: false, unicode: true, width: 100, exitCode: 1 } as const
  const xml = junit(report, { ...options, ...changes })
  expect(await junitErrors(xml)).toEqual([])
  return xml
}

/** `select as foreign` → the kind of what stands in its case. */
function outcomes(xml: string, classname = 'public.chats'): Readonly<Record<string, string>> {
  const cases = xml.matchAll(
    /<testcase classname="(?<at>[^"]*)" name="(?<name>[^"]*)"[^>]*?(?:\/>|>\s*<(?<kind>[a-z-]+))/g,
  )
  const own = [...cases].filter(({ groups }) => groups?.['at'] === classname)
  return Object.fromEntries(own.map(({ groups }) => [groups?.['name'] ?? '', groups?.['kind'] ?? 'passed']))
}

const DRAWN = { anon: '·–––', foreign: '✗–––', team: '––––', own: '✓–––' }
const leaky = (changes: Partial<Report> = {}): Report =>
  sampleReport({
    outcome: 'findings',
    relations: [relation('public.chats', DRAWN)],
    findings: [finding()],
    ...changes,
  })

test('there is a case per relation, command and standing, and none where nothing was to be tried', async () => {
  const xml = await write(leaky())
  expect(outcomes(xml)).toEqual({
    'select as anon': 'passed',
    'select as foreign': 'failure',
    'select as own': 'passed',
  })
  expect(xml).toContain('<testsuites name="rls-harness" tests="4" failures="1" errors="0" time="1.900">')
  expect(xml).toContain(
    '<testsuite name="public.chats" tests="3" failures="1" errors="0" skipped="0" time="0.000">',
  )
  expect(xml).toContain('carol read 3 of 3 rows that belong to alice')
})

test('a case fails from the severity on that the gate stops at', async () => {
  const report = leaky({ findings: [finding({ severity: 'warning' })] })
  expect(outcomes(await write(report, { exitCode: 0 }))['select as foreign']).toBe('system-out')
  expect(outcomes(await write(report, { failOn: 'warning' }))['select as foreign']).toBe('failure')
  expect(outcomes(await write(leaky(), { failOn: 'never' }))['select as foreign']).toBe('failure')
})

test('a leak without a finding of its own is no passed test', async () => {
  const shared = leaky({ findings: [finding({ actor: 'anon' })] })
  expect(outcomes(await write(shared))['select as foreign']).toBe('failure')
  expect(outcomes(await write(leaky({ findings: [] })))['select as foreign']).toBe('failure')
  const accepted = finding({ actor: 'anon', suppressed: { by: 'ignore', reason: 'Scores are public' } })
  expect(outcomes(await write(leaky({ findings: [accepted] })))['select as foreign']).toBe('skipped')
})

test('what is accepted is skipped and says why', async () => {
  const suppressed = { by: 'baseline', reason: 'was there at adoption' } as const
  const xml = await write(leaky({ findings: [finding({ suppressed })] }), { exitCode: 0 })
  expect(xml).toContain('<skipped message="accepted by baseline: read-leak: was there at adoption"/>')
})

test('what is untested is an error of each case that it is about', async () => {
  const gap = { relation: 'public.chats', command: 'select', actor: 'all', reason: 'no control' } as const
  const coverage = (untested: readonly Untested[]) => ({ ...sampleReport().coverage, untested })
  const report = sampleReport({ relations: [relation('public.chats', DRAWN)], coverage: coverage([gap]) })
  expect(outcomes(await write(report))).toEqual({
    'select as anon': 'error',
    'select as foreign': 'error',
    'select as own': 'error',
  })
  const accepted = { ...gap, accepted: { by: 'baseline', reason: 'untested at adoption' } } as const
  const quiet = sampleReport({ relations: [relation('public.chats', { ...DRAWN, foreign: '?···' })] })
  const xml = await write({ ...quiet, coverage: coverage([accepted]) }, { exitCode: 0 })
  expect(new Set(Object.values(outcomes(xml)))).toEqual(new Set(['passed', 'skipped']))
  expect(outcomes(await write(quiet))['select as foreign']).toBe('error')
})

test('a gap or finding of what has no cell is a case of its own', async () => {
  const scope = 'avatars'
  const { actor: _, ...ofTheSchema } = finding({ code: 'row-security-off', kind: 'static' })
  const report = leaky({
    relations: [],
    findings: [
      ofTheSchema,
      finding({ command: 'truncate', actor: 'anon', relation: 'storage.objects', scope }),
    ],
    coverage: {
      ...sampleReport().coverage,
      untested: [{ relation: 'public.f(uuid)', command: 'execute', actor: 'all', reason: 'no keys' }],
    },
  })
  const xml = await write(report)
  expect(outcomes(xml)).toEqual({ 'select: row-security-off': 'failure' })
  expect(outcomes(xml, 'storage.objects/avatars')).toEqual({ 'truncate as anon': 'failure' })
  expect(outcomes(xml, 'public.f(uuid)')).toEqual({ execute: 'error' })
})

test('a function that was called is a case per kind of caller, one that was not is none', async () => {
  const called = {
    name: 'public.f(uuid)',
    securityDefiner: true,
    access: { execute: 'everyone', reads: 'nobody', writes: 'nobody' },
  } as const
  const report = sampleReport({
    functions: [called, { ...called, name: 'public.g()' }],
    probes: {
      columns: ['relation', 'command', 'actor'],
      rows: [
        ['public.f(uuid)', 'execute', 'alice'],
        ['public.f(uuid)', 'execute', 'anon'],
      ],
    },
  })
  const xml = await write(report, { exitCode: 0 })
  expect(outcomes(xml, 'public.f(uuid)')).toEqual({
    'execute as anon': 'passed',
    'execute as foreign': 'passed',
  })
  expect(xml).not.toContain('public.g()')
})

test('a run that judged nothing, and notices that stop a strict gate, are no green file', async () => {
  const nothing = await write(sampleReport({ outcome: 'could-not-run', relations: [] }), { exitCode: 2 })
  expect(outcomes(nothing, 'rls-harness')).toEqual({ 'the run': 'error' })
  const strict = await write(sampleReport({ notices: ['ignore[1] matched nothing'] }), { exitCode: 1 })
  expect(outcomes(strict, 'rls-harness')).toEqual({ 'the run': 'failure' })
  expect(strict).toContain('ignore[1] matched nothing')
})

test('two runs that differ in their duration differ in times alone', async () => {
  const { run } = sampleReport()
  const [a, b] = [await write(leaky()), await write(leaky({ run: { ...run, durationMs: 7 } }))]
  const timeless = (xml: string): string => xml.replaceAll(/ time="[^"]*"/g, '')
  expect(timeless(a)).toBe(timeless(b))
})

test('names that look the same are two cases', async () => {
  const relations = [relation('public.a\u0007'), relation(String.raw`public.a\x07`)]
  expect(await write(sampleReport({ relations }), { exitCode: 0 })).toContain('name="select as anon (2)"')
})

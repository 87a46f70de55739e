import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { HarnessError } from '../errors.ts'
import { assertWritable, planOutputs, writeOutput, type OutputFlags } from './outputs.ts'

const made: string[] = []

afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true })
})

function directory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'rls-output-'))
  made.push(dir)
  return dir
}

const plan = (flags: OutputFlags) => planOutputs(flags, '/project')

function complaint(action: () => unknown): HarnessError {
  try {
    action()
  } catch (error) {
    if (error instanceof HarnessError) return error
  }
  throw new Error('nothing was thrown')
}

test('without flags the terminal report goes to stdout', () => {
  expect(plan({})).toEqual([{ reporter: 'terminal' }])
})

test('--json is a reporter', () => {
  expect(plan({ json: true })).toEqual([{ reporter: 'json' }])
  expect(plan({ json: true, reporter: ['json'] })).toEqual([{ reporter: 'json' }])
})

test('a file takes the reporter that it names and leaves stdout to the others', () => {
  expect(plan({ outputFile: ['json=out/r.json'] })).toEqual([
    { reporter: 'terminal' },
    { reporter: 'json', path: '/project/out/r.json' },
  ])
  expect(plan({ reporter: ['terminal', 'json'], outputFile: ['json=r.json'] })).toEqual([
    { reporter: 'terminal' },
    { reporter: 'json', path: '/project/r.json' },
  ])
})

test('a file without a reporter takes the only one, or the one of its ending', () => {
  expect(plan({ json: true, outputFile: ['r.txt'] })).toEqual([{ reporter: 'json', path: '/project/r.txt' }])
  expect(plan({ outputFile: ['r.json'] })).toEqual([
    { reporter: 'terminal' },
    { reporter: 'json', path: '/project/r.json' },
  ])
  expect(plan({ outputFile: ['/tmp/r.txt'] })).toEqual([{ reporter: 'terminal', path: '/tmp/r.txt' }])
})

test('the ending of a file says what is written into it', () => {
  const reporterOf = (name: string) => plan({ outputFile: [name] }).at(-1)?.reporter
  expect(['a.json', 'a.sarif', 'a.sarif.json', 'a.xml', 'A.XML', 'a.md', 'a.log'].map(reporterOf)).toEqual([
    'json',
    'sarif',
    'sarif',
    'junit',
    'junit',
    'markdown',
    'terminal',
  ])
})

test('the only format that was asked for beats an ending, an ending what is meant for a screen or a log', () => {
  const reporterOf = (flags: OutputFlags) => plan(flags).at(-1)?.reporter
  expect(reporterOf({ reporter: ['sarif'], outputFile: ['results.json'] })).toBe('sarif')
  expect(reporterOf({ reporter: ['github'], outputFile: ['r.sarif'] })).toBe('sarif')
  expect(reporterOf({ reporter: ['terminal', 'github'], outputFile: ['r.xml'] })).toBe('junit')
  expect(reporterOf({ reporter: ['terminal', 'json'], outputFile: ['r.json'] })).toBe('json')
  expect(reporterOf({ reporter: ['github'], outputFile: ['r.log'] })).toBe('github')
})

test('annotations stand below the terminal report, and the job summary is written beside them', () => {
  expect(plan({ reporter: ['github', 'terminal'] })).toEqual([
    { reporter: 'terminal' },
    { reporter: 'github' },
  ])
  const environment = { GITHUB_STEP_SUMMARY: '/runner/summary.md' }
  expect(planOutputs({ reporter: ['github'] }, '/project', environment)).toEqual([
    { reporter: 'github' },
    { reporter: 'markdown', path: '/runner/summary.md', isSummary: true },
  ])
  expect(planOutputs({ reporter: ['json'] }, '/project', environment)).toEqual([{ reporter: 'json' }])
  expect(complaint(() => plan({ reporter: ['github', 'json'] })).hint).toContain(
    '--output-file github=<path>',
  )
})

test('what cannot be meant is a usage error', () => {
  expect(complaint(() => plan({ reporter: ['jsn'] }))).toMatchObject({
    code: 'USAGE',
    message: '--reporter: "jsn" is not one of terminal, json, junit, sarif, github, markdown, html',
    hint: 'Did you mean "json"?',
  })
  expect(complaint(() => plan({ outputFile: ['jsn=r.json'] })).message).toContain('--output-file: "jsn"')
  expect(complaint(() => plan({ outputFile: ['json='] })).message).toContain('names no file')
  expect(complaint(() => plan({ reporter: ['terminal', 'json'] })).hint).toContain(
    '--output-file json=<path>',
  )
  expect(complaint(() => plan({ outputFile: ['json=a', 'terminal=a'] })).message).toContain('written twice')
  const both = { reporter: ['terminal', 'json'], outputFile: ['r.txt'] }
  expect(complaint(() => plan(both)).hint).toBe('Write one of terminal=r.txt, json=r.txt')
})

test('a path that cannot be written is found out without writing to it', () => {
  const dir = directory()
  expect(complaint(() => assertWritable([{ reporter: 'json', path: dir }])).code).toBe('OUTPUT_FAILED')
  writeFileSync(join(dir, 'file'), 'kept')
  const below = join(dir, 'file', 'r.json')
  expect(complaint(() => assertWritable([{ reporter: 'json', path: below }])).message).toContain(below)
  assertWritable([
    { reporter: 'terminal' },
    { reporter: 'json', path: join(dir, 'new/r.json') },
    { reporter: 'json', path: join(dir, 'file') },
  ])
  expect(existsSync(join(dir, 'new/r.json'))).toBe(false)
  expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('kept')
})

test('a report file that cannot be written in the end is an error of its own', () => {
  expect(complaint(() => writeOutput(join(directory(), 'gone', 'r.json'), 'x')).code).toBe('OUTPUT_FAILED')
})

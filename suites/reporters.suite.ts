import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Host } from '../src/cli/host.ts'
import { main } from '../src/cli/main.ts'
import type { Report } from '../src/domain/report.ts'
import { junitErrors, sarifErrors, schemaErrors } from '../src/report/sample-readers.ts'
import { run } from '../src/run.ts'
import { UNASKED } from '../src/cli/sample-host.ts'

let repository = ''
let written = { code: -1, stdout: '', stderr: '' }

const read = (name: string): string => readFileSync(join(repository, 'out', name), 'utf8')
const parsed = (): Report => JSON.parse(read('report.json')) as Report

/** A repository with the leaking application in a folder of its own, checked once with every reporter. */
beforeAll(async () => {
  repository = mkdtempSync(join(tmpdir(), 'rls-reporters-'))
  cpSync('fixtures/apps/org-saas', join(repository, 'apps/org-saas'), { recursive: true })
  mkdirSync(join(repository, '.git'))
  const files = ['report.json', 'report.sarif', 'report.xml', 'report.md', 'terminal=report.txt']
  const argv = [
    'apps/org-saas/leaky-storage',
    '--level',
    'note',
    '--reporter',
    'github',
    ...files.flatMap((file) => ['--output-file', file.replace(/(?=report)/, 'out/')]),
  ]
  written = await rls(['check', ...argv])
})

afterAll(() => rmSync(repository, { recursive: true, force: true }))

async function rls(argv: readonly string[]): Promise<typeof written> {
  const said = { stdout: '', stderr: '' }
  const host: Host = {
    stdout: { write: (text) => (said.stdout += text) },
    stderr: { write: (text) => (said.stderr += text) },
    environment: {
      ...process.env,
      LANG: 'C.UTF-8',
      GITHUB_ACTIONS: 'false',
      GITHUB_STEP_SUMMARY: join(repository, 'out/summary.md'),
    },
    cwd: repository,
    platform: process.platform,
    today: '2026-01-15',
    signal: new AbortController().signal,
    ...UNASKED,
    run,
  }
  return { code: await main(argv, '1.2.3', host), ...said }
}

test('one run writes every format, and each is what its schema says', async () => {
  expect(written).toMatchObject({ code: 1 })
  expect(schemaErrors('report', parsed())).toEqual([])
  expect(sarifErrors(read('report.sarif'))).toEqual([])
  expect(await junitErrors(read('report.xml'))).toEqual([])
})

test('every finding has a place in the repository, and the file is there', () => {
  const { runs } = JSON.parse(read('report.sarif')) as {
    runs: [
      {
        results: readonly {
          locations: readonly { physicalLocation: { artifactLocation: { uri: string } } }[]
        }[]
      },
    ]
  }
  const uris = runs[0].results.flatMap(({ locations }) =>
    locations.map(({ physicalLocation }) => physicalLocation.artifactLocation.uri),
  )
  expect(uris).toHaveLength(parsed().findings.length)
  expect(uris.filter((uri) => !existsSync(join(repository, decodeURIComponent(uri))))).toEqual([])
  expect(uris).toContain('apps/org-saas/leaky-storage/patch.sql')
})

test('as many test cases fail as findings stop the gate', () => {
  const errors = parsed().findings.filter(({ severity }) => severity === 'error')
  expect(read('report.xml')).toMatch(
    new RegExp(`^<testsuites [^>]* failures="${errors.length}" errors="0"`, 'm'),
  )
})

test('annotations name lines of the repository, errors before notices', () => {
  const lines = written.stdout.trimEnd().split('\n')
  expect(lines.map((line) => line.replace(/ .*/, ''))).toEqual([
    ...Array.from({ length: 3 }, () => '::error'),
    ...Array.from({ length: 10 }, () => '::notice'),
  ])
  expect(lines[0]).toContain('file=apps/org-saas/leaky-storage/patch.sql,line=')
})

test('the job summary holds the findings that the terminal report holds', () => {
  expect(read('summary.md')).toBe(read('report.md'))
  for (const { id, severity } of parsed().findings) {
    expect(read('report.md').includes(`rls-harness explain ${id}`), `${severity} ${id}`).toBe(true)
    expect(read('report.txt').includes(`rls-harness explain ${id}`), `${severity} ${id}`).toBe(true)
  }
})

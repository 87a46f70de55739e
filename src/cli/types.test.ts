import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { main } from './main.ts'
import { UNASKED } from './sample-host.ts'

const TEXT = '// Written by `rls-harness types`: do not edit.\nline 2\nline 3\n'

let cwd = ''

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'rls-types-'))
  mkdirSync(join(cwd, 'app/sql'), { recursive: true })
  writeFileSync(join(cwd, 'app/sql/1.sql'), 'select 1')
})

afterEach(() => {
  rmSync(cwd, { recursive: true })
})

interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** how often a database was asked */
  readonly runs: number
}

async function types(...argv: readonly string[]): Promise<Result> {
  const written = { stdout: '', stderr: '' }
  let runs = 0
  const code = await main(['types', '--quiet', ...argv], '1.2.3', {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    environment: { LANG: 'C.UTF-8' },
    cwd,
    platform: 'linux',
    today: '2026-11-20',
    signal: new AbortController().signal,
    ...UNASKED,
    declareTypes: async () => {
      runs += 1
      return TEXT
    },
  })
  return { code, runs, ...written }
}

const at = (path: string): string => join(cwd, path)

test('the file is written into the project, and again when it is there', async () => {
  expect(await types('app')).toMatchObject({ code: 0, stdout: 'app/rls.generated.d.ts is written\n' })
  expect(readFileSync(at('app/rls.generated.d.ts'), 'utf8')).toBe(TEXT)
  expect(await types('app')).toMatchObject({ code: 0, stdout: 'app/rls.generated.d.ts is up to date\n' })
  writeFileSync(at('app/rls.generated.d.ts'), TEXT.replace('line 2', 'old'))
  expect((await types('app')).stdout).toBe('app/rls.generated.d.ts is written\n')
  expect(readFileSync(at('app/rls.generated.d.ts'), 'utf8')).toBe(TEXT)
})

test('another file is named from where the command runs', async () => {
  expect((await types('app', '--output', 'tests/db.d.ts')).stdout).toBe('tests/db.d.ts is written\n')
  expect(existsSync(at('tests/db.d.ts'))).toBe(true)
  expect(existsSync(at('app/rls.generated.d.ts'))).toBe(false)
})

test('--check writes nothing, and is 1 where the file is missing or old', async () => {
  expect(await types('app', '--check')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('app/rls.generated.d.ts is missing\nhint: '),
  })
  expect(existsSync(at('app/rls.generated.d.ts'))).toBe(false)
  for (const [old, where] of [
    [TEXT.replace('line 3', 'old'), 'from line 3 on'],
    [`${TEXT}more\n`, 'from line 4 on'],
    [TEXT.slice(0, -7), 'from line 3 on'],
    ['', 'from line 1 on'],
  ] as const) {
    writeFileSync(at('app/rls.generated.d.ts'), old)
    expect(await types('app', '--check'), old).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`is not up to date, ${where}`),
    })
    expect(readFileSync(at('app/rls.generated.d.ts'), 'utf8')).toBe(old)
  }
})

test('--check is 0 where the file is up to date, whatever git did to the ends of lines', async () => {
  for (const current of [TEXT, TEXT.replaceAll('\n', '\r\n')]) {
    writeFileSync(at('app/rls.generated.d.ts'), current)
    expect(await types('app', '--check')).toMatchObject({
      code: 0,
      stdout: 'app/rls.generated.d.ts is up to date\n',
    })
  }
})

test('a file that somebody else wrote is left alone, before anything is run', async () => {
  writeFileSync(at('app/mine.d.ts'), 'export {}\n')
  for (const flags of [[], ['--check']])
    expect(await types('app', '--output', 'app/mine.d.ts', ...flags)).toMatchObject({
      code: 2,
      runs: 0,
      stderr: expect.stringContaining('was not written by rls-harness types'),
    })
  expect(readFileSync(at('app/mine.d.ts'), 'utf8')).toBe('export {}\n')
})

test('what cannot be written is an error before anything is run', async () => {
  expect(await types('app', '--output', 'db.js')).toMatchObject({
    code: 2,
    runs: 0,
    stderr: expect.stringContaining('db.js is no TypeScript file'),
  })
  mkdirSync(at('folder.d.ts'))
  expect(await types('app', '--output', 'folder.d.ts')).toMatchObject({
    code: 2,
    runs: 0,
    stderr: expect.stringContaining('folder.d.ts'),
  })
  expect((await types('app', '--outptu', 'x')).stderr).toContain('Did you mean --output?')
})

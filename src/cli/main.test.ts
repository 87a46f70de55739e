import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Config } from '../domain/config.ts'
import type { UsageReport } from '../domain/usage.ts'
import { HarnessError } from '../errors.ts'
import { finding, sampleReport } from '../report/sample-report.ts'
import type { Host } from './host.ts'
import { main } from './main.ts'
import { UNASKED } from './sample-host.ts'

let cwd = ''

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'rls-cli-'))
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
  readonly configs: readonly Config[]
  /** what `usage` was asked for */
  readonly inspected: readonly object[]
}

const isolated: Host['run'] = async () => sampleReport()

async function rls(
  argv: readonly string[],
  run: Host['run'] = isolated,
  changes: Partial<Host> = {},
  found: UsageReport = sampleUsage(),
): Promise<Result> {
  const written = { stdout: '', stderr: '' }
  const configs: Config[] = []
  const inspected: object[] = []
  const code = await main(argv, '1.2.3', {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    environment: { LANG: 'C.UTF-8' },
    cwd,
    platform: 'linux',
    today: '2026-11-20',
    signal: new AbortController().signal,
    ...UNASKED,
    run: (config, context) => {
      configs.push(config)
      return run(config, context)
    },
    inspect: async (config, options) => {
      configs.push(config)
      inspected.push(options)
      return found
    },
    declareTypes: async (config) => {
      configs.push(config)
      return '// Written by `rls-harness types`: a sample\n'
    },
    ...changes,
  })
  return { code, configs, inspected, ...written }
}

const leaking: Host['run'] = async () => sampleReport({ outcome: 'findings', findings: [finding()] })

const failing: Host['run'] = async () => {
  throw new HarnessError('MIGRATION_FAILED', '0002.sql:4: schema "a\u001b[2J" does not exist', {
    hint: 'Create it.',
  })
}

const buggy: Host['run'] = async () => {
  throw new TypeError('x is not a function', { cause: new Error('the reason') })
}

const obedient: Host['run'] = async (_, context) => {
  context.signal.throwIfAborted()
  return sampleReport()
}

const talking: Host['run'] = async (_, { progress, today }) => {
  progress({ kind: 'done', name: 'migrate', ms: 12, text: `1 file on ${today}`, notes: [] })
  return sampleReport()
}

const sampleUsage = (changes: Partial<UsageReport> = {}): UsageReport => ({
  schemaVersion: 1,
  files: 2,
  used: { relations: 1, functions: 0, buckets: 0, subscriptions: 0 },
  missing: [],
  untested: [],
  dynamic: [],
  unread: [],
  ...changes,
})
const failingLate: Host['run'] = async (_, { progress }) => {
  progress({ kind: 'step', name: 'migrate' })
  throw new HarnessError('SEED_FAILED', 'no')
}

test('check judges the project of a directory and prints its report to stdout', async () => {
  const { code, stdout, stderr, configs } = await rls(['check', 'app'])
  expect(code).toBe(0)
  expect(stdout).toContain('isolated: in 1,104 probes')
  expect(stdout).toContain('exit 0')
  expect(stderr).toBe('')
  expect(configs[0]).toMatchObject({ projectDir: join(cwd, 'app'), sources: [{ tool: 'sql', dir: 'sql' }] })
})

test('check is the default command, also with flags alone', async () => {
  const app = { cwd: join(cwd, 'app') }
  expect((await rls([], isolated, app)).code).toBe(0)
  const { code, configs } = await rls(
    ['--seed', '7', '--relation', 'a.*', '--relation', 'b.*'],
    isolated,
    app,
  )
  expect(code).toBe(0)
  expect(configs[0]).toMatchObject({ seed: { seed: 7 }, relations: ['a.*', 'b.*'] })
})

test('all flags reach the configuration', async () => {
  const flags =
    'check app --engine external --database-url postgres://localhost/x --allow-external --pg-version 16 --keep-db ' +
    '--no-cache --schema public --rows 2 --concurrency 3 --fail-on never --strict'
  const { configs } = await rls(flags.split(' '))
  const database = { engine: 'external', version: 16, url: 'postgres://localhost/x' }
  expect(configs[0]).toMatchObject({
    database: { ...database, allowExternal: true, keep: true, cache: false },
    schemas: ['public'],
    concurrency: 3,
    gate: { failOn: 'never', strict: true },
  })
})

test('findings exit with 1', async () => {
  const { code, stdout } = await rls(['check', 'app'], leaking)
  expect(code).toBe(1)
  expect(stdout).toContain('read-leak')
})

test('--json prints nothing but JSON to stdout', async () => {
  const { stdout } = await rls(['check', 'app', '--json'])
  expect(JSON.parse(stdout)).toEqual(sampleReport())
})

test('--output-file writes beside the terminal report', async () => {
  const { code, stdout } = await rls(['check', 'app', '--output-file', 'json=out/report.json'])
  expect(code).toBe(0)
  expect(stdout).toContain('exit 0')
  expect(JSON.parse(readFileSync(join(cwd, 'out/report.json'), 'utf8'))).toEqual(sampleReport())
})

test('an output path that cannot be written stops before the run', async () => {
  const { code, stderr, configs } = await rls(['check', 'app', '--output-file', 'json=app/sql'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/^error: cannot write .*app\/sql: EISDIR/)
  expect(configs).toEqual([])
  expect(existsSync(join(cwd, 'app/sql/1.sql'))).toBe(true)
})

test('an unknown command is an error with a suggestion', async () => {
  const typo = await rls(['chekc'])
  expect(typo).toMatchObject({ code: 2, stdout: '' })
  expect(typo.stderr).toBe('error: unknown command "chekc"\nhint: Did you mean "check"?\n')
  expect((await rls(['app'])).stderr).toContain('hint: To check a directory: rls-harness check app')
})

test('an unknown flag is an error with a suggestion', async () => {
  const { code, stderr, stdout } = await rls(['check', '--sead', '3'])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toBe("error: unknown option '--sead'\nhint: Did you mean --seed?\n")
})

test('a missing value and a second directory are usage errors', async () => {
  expect((await rls(['check', '--seed'])).stderr).toContain("option '--seed <n>' argument missing")
  expect((await rls(['check', 'app', 'b'])).code).toBe(2)
  expect((await rls(['check', 'app', '--level', 'errors'])).stderr).toContain('hint: Did you mean "error"?')
})

test('version and help go to stdout with exit code 0', async () => {
  expect(await rls(['--version'])).toMatchObject({ code: 0, stdout: '1.2.3\n', stderr: '' })
  const help = await rls(['--help'])
  expect(help).toMatchObject({ code: 0, stderr: '' })
  expect(help.stdout).toContain('Exit codes:')
  const check = await rls(['check', '--help'])
  expect(check.stdout).toContain('--output-file')
  expect(check.stdout).toContain('Reading the matrix')
  expect(await rls(['help', 'check'])).toMatchObject({ code: 0, stdout: check.stdout })
})

test('no line of the help is wider than 110 columns', async () => {
  const text = (await rls(['--help'])).stdout + (await rls(['check', '--help'])).stdout
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110)
})

test('an error for people is message and hint, without a stack unless asked for', async () => {
  const plain = await rls(['check', 'app'], failing)
  expect(plain.code).toBe(2)
  expect(plain.stderr).toBe('error: 0002.sql:4: schema "a\\x1b[2J" does not exist\nhint: Create it.\n')
  expect((await rls(['check', 'app', '--debug'], failing)).stderr).toContain('main.test.ts')
})

test('any other error is called a bug and shows its stack', async () => {
  const { code, stderr, stdout } = await rls(['check', 'app'], buggy)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('this is a bug in rls-harness')
  expect(stderr).toContain('TypeError: x is not a function')
  expect(stderr).toContain('caused by Error: the reason')
})

test('an interrupted run exits with 130 and without a report, however it ended', async () => {
  const controller = new AbortController()
  const finishes: Host['run'] = async () => {
    controller.abort()
    return sampleReport()
  }
  const { signal } = controller
  expect(await rls(['check', 'app'], finishes, { signal })).toMatchObject({ code: 130, stdout: '' })
  const result = await rls(['check', 'app'], obedient, { signal })
  expect(result).toMatchObject({ code: 130, stdout: '', stderr: 'interrupted\n' })
})

test('progress goes to stderr, as plain lines where nobody is looking, and not at all when quiet', async () => {
  expect((await rls(['check', 'app'], talking)).stderr).toBe('✓ 1 file on 2026-11-20  0.0s\n')
  expect((await rls(['check', 'app', '-q'], talking)).stderr).toBe('')
})

test('a live line is gone before an error is printed', async () => {
  let text = ''
  const stderr = { isTTY: true, columns: 80, write: (part: string) => (text += part) }
  await rls(['check', 'app'], failingLate, { stderr })
  expect(text).toBe(' migrate …\r\u001b[2Kerror: no\n')
})

test('a configuration error is printed with its hint', async () => {
  writeFileSync(join(cwd, 'app/rls.config.json'), '{ "schema": [] }')
  const { code, stderr } = await rls(['check', 'app'])
  expect(code).toBe(2)
  expect(stderr).toBe('error: rls.config.json:1: schema: unknown key\nhint: Did you mean "schemas"?\n')
})

const place = { file: 'src/a.ts', line: 3, column: 7 }

test('usage exits with 0 where every name is there and tested', async () => {
  const { code, stdout, inspected } = await rls(['usage', 'app', '--src', 'web/**', '--report', 'r.json'])
  expect(code).toBe(0)
  expect(inspected).toEqual([{ globs: ['web/**'], reportFile: join(cwd, 'r.json') }])
  expect(stdout).toMatch(/^ 2 source files use 1 relation, 0 functions, 0 buckets, 0 realtime tables\n/)
  expect(stdout).toMatch(/ 0 missing · 0 used and untested +exit 0\n$/)
})

test('usage exits with 1 for a missing name, an untested one or a file that cannot be read', async () => {
  const missing = [
    { kind: 'relation' as const, name: 'public.Task', message: 'no', nearest: 'tasks', places: [place] },
  ]
  const untested = [{ kind: 'bucket' as const, name: 'files', reason: 'not tried', places: [place] }]
  const unread = [{ file: 'src/b\u001b[2J.ts', line: 4, reason: 'Unexpected token' }]
  for (const changes of [{ missing }, { untested }, { unread }])
    expect((await rls(['usage', 'app'], isolated, {}, sampleUsage(changes))).code).toBe(1)
  const { stdout } = await rls(['usage', 'app'], isolated, {}, sampleUsage({ missing, untested, unread }))
  expect(stdout).toContain(
    ' ✗ missing relation  public.Task\n   no; did you mean "tasks"?\n     src/a.ts:3:7\n',
  )
  expect(stdout).toContain(' ? used and untested  bucket files\n   not tried\n     src/a.ts:3:7\n')
  expect(stdout).toContain(' ! not read  src/b\\x1b[2J.ts:4: Unexpected token\n')
})

test('usage --json writes nothing but JSON', async () => {
  const { stdout } = await rls(['usage', 'app', '--json'])
  expect(JSON.parse(stdout)).toEqual(sampleUsage())
})

test('in a job of GitHub Actions findings are annotated, and added to the job summary', async () => {
  const summary = join(cwd, 'summary.md')
  writeFileSync(summary, 'from another command\n')
  const environment = { LANG: 'C.UTF-8', GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary }
  const leaky = async () => sampleReport({ outcome: 'findings', findings: [finding()] })
  mkdirSync(join(cwd, '.git'))
  const argv = ['check', 'app', '--reporter', 'terminal', '--reporter', 'github']
  const { code, stdout } = await rls(argv, leaky, { environment })
  expect(code).toBe(1)
  expect(stdout).toContain('1 finding · 0 untested')
  expect(stdout).toMatch(/\n::error file=app\/drizzle\/0007_share\.sql,line=12,title=[^\n]+\n$/)
  expect(readFileSync(summary, 'utf8')).toMatch(
    /^from another command\n### ✗ rls-harness: 1 finding, 0 untested\n/,
  )
})

test('a job summary that is full is left as it is', async () => {
  const summary = join(cwd, 'summary.md')
  writeFileSync(summary, 'x'.repeat(1024 * 1024 - 100))
  const environment = { GITHUB_STEP_SUMMARY: summary }
  const { code, stderr } = await rls(['check', 'app', '--reporter', 'github'], isolated, { environment })
  expect(code).toBe(0)
  expect(stderr).toContain('the job summary is full')
  expect(readFileSync(summary, 'utf8')).toHaveLength(1024 * 1024 - 100)
})

test('every format is written at once, each into its file', async () => {
  const files = ['r.json', 'r.sarif', 'r.xml', 'r.md', 'github=r.txt']
  const { code } = await rls(['check', 'app', ...files.flatMap((file) => ['--output-file', file])])
  expect(code).toBe(0)
  const read = (name: string): string => readFileSync(join(cwd, name), 'utf8')
  expect(read('r.json')).toContain('"schemaVersion": 1')
  expect(read('r.sarif')).toContain('"version": "2.1.0"')
  expect(read('r.xml')).toContain('<testsuites ')
  expect(read('r.md')).toContain('### ✓ rls-harness')
  expect(read('r.txt')).toBe('')
})

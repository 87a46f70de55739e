import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Report } from '../domain/report.ts'
import { finding, sampleReport } from '../report/sample-report.ts'
import type { Host } from './host.ts'
import { main } from './main.ts'
import { UNASKED } from './sample-host.ts'

const SCRIPT = `begin;

-- as carol
set local session authorization "authenticator";
set local role "authenticated";
select set_config('request.jwt.claims', '{"sub":"2"}', true);

-- expected: 1 row (belongs to alice); a sound schema returns 0
select t.* from "public"."chats" t where t."id" = '1';

rollback;
`
const FIRST = finding({ reproduction: SCRIPT })
const SECOND = finding({
  id: 'a1f3c0ff',
  fingerprint: 'a1f3c0ff00112233',
  code: 'row-security-off',
  kind: 'static',
  relation: 'public.plans',
  evidence: 'anon has select',
})
const { reproduction: _, ...UNREPEATED } = SECOND
const REPORT = sampleReport({ outcome: 'findings', findings: [FIRST, UNREPEATED] })

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'rls-cli-'))
  mkdirSync(join(cwd, 'app/sql'), { recursive: true })
  writeFileSync(join(cwd, 'app/sql/1.sql'), 'select 1')
  writeFileSync(join(cwd, 'report.json'), JSON.stringify(REPORT))
})
afterEach(() => rmSync(cwd, { recursive: true }))

interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function rls(argv: readonly string[], report: Report | null = null): Promise<Result> {
  const written = { stdout: '', stderr: '' }
  const unasked: () => Promise<never> = () => Promise.reject(new Error('nothing was to be run'))
  const run: Host['run'] = async (_config, { progress }) => {
    if (report === null) return unasked()
    progress({ kind: 'done', name: 'migrate', ms: 1, text: '1 file', notes: [] })
    return report
  }
  const code = await main(argv, '1.2.3', {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    environment: { LANG: 'C.UTF-8' },
    cwd,
    platform: 'linux',
    today: '2026-11-20',
    signal: new AbortController().signal,
    ...UNASKED,
    run,
  })
  return { code, ...written }
}

const withReport = (...argv: readonly string[]): Promise<Result> => rls([...argv, '--report', 'report.json'])

describe('repro', () => {
  test('prints the script of a finding of a report and nothing else', async () => {
    expect(await withReport('repro', 'a1f3c09e')).toEqual({ code: 0, stdout: SCRIPT, stderr: '' })
  })

  test('takes the whole fingerprint or a beginning that is the finding’s alone, in any case', async () => {
    for (const id of ['a1f3c09e00112233', 'A1F3C09', ' a1f3c09e '])
      expect(await withReport('repro', id)).toEqual({ code: 0, stdout: SCRIPT, stderr: '' })
  })

  test('checks the project where no report is named, with progress beside the script', async () => {
    const { code, stdout, stderr } = await rls(['repro', 'a1f3c09e', 'app'], REPORT)
    expect({ code, stdout }).toEqual({ code: 0, stdout: SCRIPT })
    expect(stderr).toContain('1 file')
    expect((await rls(['repro', 'a1f3c09e', 'app', '-q'], REPORT)).stderr).toBe('')
  })

  test('says why a finding has no script, and prints nothing', async () => {
    const { code, stdout, stderr } = await withReport('repro', 'a1f3c0ff')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('finding a1f3c0ff has no script: the schema alone says it')
    expect(stderr).toContain('hint: What is known of it: rls-harness explain a1f3c0ff')
  })
})

describe('an id', () => {
  test('that several findings begin with is refused with those', async () => {
    const { code, stdout, stderr } = await withReport('explain', 'a1f3c0')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('"a1f3c0" is the beginning of 2 findings')
    expect(stderr).toContain('a1f3c09e  read-leak  public.chats  select foreign')
    expect(stderr).toContain('a1f3c0ff  row-security-off  public.plans')
  })

  test('that no finding has is refused with the nearest and with all', async () => {
    const { code, stderr } = await withReport('repro', 'a1f3c0fe')
    expect(code).toBe(2)
    expect(stderr).toContain('there is no finding "a1f3c0fe"')
    expect(stderr).toContain('Did you mean a1f3c09e, a1f3c0ff? ')
    expect(stderr).toContain('  a1f3c09e  read-leak  public.chats  select foreign\n')
  })

  test('that is far from all is refused without a guess, an empty one likewise', async () => {
    const { code, stderr } = await withReport('repro', 'public.chats')
    expect(code).toBe(2)
    expect(stderr).not.toContain('Did you mean')
    expect((await withReport('explain', '')).code).toBe(2)
  })

  test('is refused where there is no finding at all', async () => {
    const { code, stderr } = await rls(['explain', 'a1f3c09e', 'app', '-q'], sampleReport())
    expect(code).toBe(2)
    expect(stderr).toBe('error: there is no finding "a1f3c09e": the report has none\n')
  })

  test('must be given', async () => {
    const { code, stderr } = await rls(['explain'])
    expect(code).toBe(2)
    expect(stderr).toContain("missing required argument 'id'")
  })
})

describe('--report', () => {
  const shard = sampleReport({ run: { ...REPORT.run, shard: { index: 1, count: 2, left: [] } } })
  test.each([
    ['a file that is not there', null, 'cannot be read: ENOENT'],
    ['what is no JSON', '{', 'cannot be read: '],
    ['a report of another command', JSON.stringify({ schemaVersion: 1, used: {} }), 'is no JSON report'],
    ['a report without findings', JSON.stringify({ ...REPORT, findings: undefined }), 'is no JSON report'],
    ['findings that are none', JSON.stringify({ ...REPORT, findings: [null, 7] }), 'is no JSON report'],
    ['a report of the future', JSON.stringify({ ...REPORT, schemaVersion: 2 }), 'is no JSON report'],
    ['null', 'null', 'is no JSON report'],
    ['the report of a shard', JSON.stringify(shard), 'is the report of a shard'],
  ])('%s is refused with the way to a right one', async (_name, text, reason) => {
    if (text !== null) writeFileSync(join(cwd, 'other.json'), text)
    for (const command of ['repro', 'explain']) {
      const { code, stdout, stderr } = await rls([command, 'a1f3c09e', '--report', 'other.json'])
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toContain(`--report: other.json ${reason}`)
      expect(stderr).toContain('hint: ')
    }
  })

  test('of joined shards is as good as that of one run', async () => {
    const joined = sampleReport({ ...REPORT, run: { ...REPORT.run, shards: 3 } })
    writeFileSync(join(cwd, 'joined.json'), JSON.stringify(joined))
    expect((await rls(['repro', 'a1f3c09e', '--report', 'joined.json'])).stdout).toBe(SCRIPT)
  })
})

test('explain prints who did what, what let it through and how to repeat it', async () => {
  const { code, stdout, stderr } = await withReport('explain', 'a1f3c09e')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('carol: role authenticated, in globex')
  expect(stdout).toContain(`select t.* from "public"."chats" t where t."id" = '1'`)
  expect(stdout).toContain('drizzle/0007_share.sql:12')
  expect(stdout).toContain('rls-harness repro a1f3c09e | psql')
})

test('unknown flags and the shards of check are refused', async () => {
  expect((await withReport('repro', 'a1f3c09e', '--shard', '1/2')).code).toBe(2)
  expect((await withReport('explain', 'a1f3c09e', '--reporter', 'json')).code).toBe(2)
})

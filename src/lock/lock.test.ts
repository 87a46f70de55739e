import { expect, test } from 'vitest'
import type { LockEntry } from '../domain/lock.ts'
import type { Reach, ReportedRelation } from '../domain/report.ts'
import { relation, sampleReport } from '../report/sample-report.ts'
import { compareLock } from './compare.ts'
import { entriesOf } from './entries.ts'
import { lockText, parseLock, printLock } from './text.ts'

const select = (drawn: string, reach: Partial<Record<string, Reach>> = {}): ReportedRelation => {
  const [anon, foreign, team, own] = drawn.split('').map((cell) => `${cell}–––`)
  const made = relation('public.t', {
    anon: anon ?? '',
    foreign: foreign ?? '',
    team: team ?? '',
    own: own ?? '',
  })
  const changed = Object.entries(reach).map(([standing, value]) => [
    standing,
    { ...made.reach.own, select: value },
  ])
  return { ...made, reach: { ...made.reach, ...(Object.fromEntries(changed) as object) } }
}

const valueOf = (one: ReportedRelation): string | undefined =>
  entriesOf(sampleReport({ relations: [one] })).find(({ aspect }) => aspect === 'select')?.value

test.each([
  ['····', {}, 'nobody'],
  ['···✓', {}, 'owner'],
  ['··✓✓', {}, 'tenant'],
  ['✗✗✓✓', {}, 'everyone'],
  ['✓✓✓✓', { anon: 'some', foreign: 'some', team: 'some' }, 'owner, everyone (some rows)'],
  ['✓✓✓✓', { anon: 'some' }, 'authenticated, everyone (some rows)'],
  ['··✓✓', { team: 'some', own: 'some' }, 'tenant (some rows)'],
  ['·✗·!', {}, 'authenticated, not owner, not tenant'],
  ['·?·✓', {}, 'owner, authenticated untested'],
  ['??––', {}, 'nobody, authenticated untested, everyone untested'],
] as const)('who got through %s with %o is told as %s', (drawn, reach, value) => {
  expect(valueOf(select(drawn, reach))).toBe(value)
})

const functions = (access: Partial<Record<'execute' | 'reads' | 'writes', 'everyone' | 'nobody'>>) =>
  sampleReport({
    relations: [],
    functions: [
      {
        name: 'public.f(character varying)',
        securityDefiner: true,
        access: { execute: 'everyone', reads: 'nobody', writes: 'nobody', ...access },
      },
    ],
  })

test('what a function shows of others stands on a line of its own', () => {
  expect(entriesOf(functions({})).map(({ aspect }) => aspect)).toStrictEqual(['api-privileges', 'execute'])
  expect(compareLock(functions({ reads: 'everyone' }), entriesOf(functions({})))).toStrictEqual([
    { subject: 'public.f(character varying)', aspect: 'reads', after: 'everyone', places: [] },
  ])
})

test('the same access gives the same text in whatever order it was found', () => {
  const [a, b] = [relation('public.a'), relation('public.B')]
  expect(lockText(sampleReport({ relations: [a, b] }))).toBe(lockText(sampleReport({ relations: [b, a] })))
})

test.each([
  'public.plain',
  'public.two words',
  'public.two  blanks',
  'public.trailing ',
  '#comment',
  'public."quoted"',
  String.raw`public.back\slash`,
  'public.new\nline',
  'public.\u202Eright to left',
  'public.\u00A0hard blank',
  'public.Größe 表',
  '\u{1F600}'.repeat(15),
])('an entry is read as it was printed: %j', (subject) => {
  const entries: readonly LockEntry[] = [
    { subject, aspect: 'select', value: 'owner, everyone (some rows)' },
    { subject, aspect: 'insert', value: 'nobody' },
  ]
  const text = printLock(entries)
  expect(parseLock(text, 'rls.lock')).toStrictEqual(entries)
  expect(text).not.toMatch(/\u202E|\u00A0/)
})

test('a file with the line ends of Windows is the same', () => {
  const text = lockText(sampleReport())
  expect(parseLock(text.replaceAll('\n', '\r\n'), 'rls.lock')).toStrictEqual(parseLock(text, 'rls.lock'))
})

test.each([
  ['', 'rls.lock is empty'],
  ['lock-version 2\n', 'rls.lock:1: "lock-version 2" is not "lock-version 1"'],
  ['lock-version 1\npublic.a select owner\n', 'rls.lock:2: "public.a select owner" is not a name, a command'],
  ['lock-version 1\na  select  owner\na  select  nobody\n', 'rls.lock:3: a select stands there twice'],
  ['lock-version 1\n<<<<<<< HEAD\na  select  owner\n', 'rls.lock holds both sides of a merge conflict'],
])('%j is refused: %s', (text, message) => {
  expect(() => parseLock(text, 'rls.lock')).toThrow(message)
})

test('a new relation, one that is gone and a wider audience are differences, with the place of the policy', () => {
  const place = { file: 'migrations/2.sql', line: 7 }
  const policy = {
    name: 'open',
    command: 'select',
    permissive: true,
    roles: ['public'],
    using: 'true',
    withCheck: null,
  } as const
  const before = sampleReport({ relations: [relation('public.a'), relation('public.gone')] })
  const wide = relation('public.a', { anon: '✗···', foreign: '✗···', team: '✗···', own: '✓✓✓✓' })
  const after = sampleReport({
    relations: [{ ...wide, policies: [{ ...policy, ...place }] }, relation('public.new')],
  })
  const found = compareLock(after, entriesOf(before))
  expect(
    found.map(({ subject, aspect, before: was, after: is }) => [subject, aspect, was, is]),
  ).toStrictEqual([
    ['public.a', 'select', 'owner', 'everyone'],
    ...['select', 'insert', 'update', 'delete'].map((command) => [
      'public.gone',
      command,
      'owner',
      undefined,
    ]),
    ...['select', 'insert', 'update', 'delete'].map((command) => ['public.new', command, undefined, 'owner']),
  ])
  expect(found[0]?.places).toStrictEqual([place])
})

test('a narrowed run says nothing about what it left out, and all about what it judged', () => {
  const locked = entriesOf(sampleReport({ relations: [relation('public.a'), relation('public.b')] }))
  const report = sampleReport({ relations: [relation('public.a'), relation('public.new')] })
  const narrowed = { ...report, run: { ...report.run, narrowed: true as const } }
  expect(new Set(compareLock(narrowed, locked).map(({ subject }) => subject))).toStrictEqual(
    new Set(['public.new']),
  )
  expect(new Set(compareLock(report, locked).map(({ subject }) => subject))).toStrictEqual(
    new Set(['public.b', 'public.new']),
  )
})

test('another regime of privileges is a difference', () => {
  const report = sampleReport()
  const explicit = { ...report, run: { ...report.run, apiPrivileges: 'explicit' } }
  expect(compareLock(explicit, entriesOf(report))).toStrictEqual([
    { subject: 'run', aspect: 'api-privileges', before: 'legacy', after: 'explicit', places: [] },
  ])
})

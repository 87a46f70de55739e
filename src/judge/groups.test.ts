import { expect, test } from 'vitest'
import type { Finding, ReportedPolicy, ReportedRelation } from '../domain/report.ts'
import type { Command } from '../domain/vocabulary.ts'
import { finding, relation } from '../report/sample-report.ts'
import { groupFindings } from './groups.ts'

const OPEN = { anon: '····', foreign: '✗✗✗✗', team: '––––', own: '––––' }
const BARE = { anon: '✗✗✗✗', foreign: '✗✗✗✗', team: '––––', own: '––––' }

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `public.t${at}`)

const policy = (changes: Partial<ReportedPolicy> = {}): ReportedPolicy => ({
  name: 'all',
  command: 'all',
  permissive: true,
  roles: ['authenticated'],
  using: 'true',
  withCheck: null,
  open: ['using', 'check'],
  ...changes,
})

const off = (name: string): ReportedRelation => ({
  ...relation(name, BARE),
  rowSecurity: { enabled: false, forced: false },
})
const team = (name: string, ...policies: readonly ReportedPolicy[]): ReportedRelation => ({
  ...relation(name, OPEN),
  policies: policies.length > 0 ? policies : [policy()],
})

const leak = (name: string, command: Command, actor: 'anon' | 'foreign' = 'foreign'): Finding =>
  finding({
    id: `${name} ${command} ${actor}`,
    relation: name,
    command,
    actor,
    code: command === 'select' ? 'read-leak' : command === 'insert' ? 'insert-leak' : `${command}-leak`,
  })

function switchedOff(name: string): readonly Finding[] {
  const { actor: _, ...rest } = finding({
    id: `${name} off`,
    code: 'row-security-off',
    kind: 'static',
    relation: name,
  })
  return [rest, leak(name, 'select', 'anon'), leak(name, 'delete', 'foreign')]
}

test('row security that is off on most tables is one group, with who does what where', () => {
  const relations = [
    ...names(6).map(off),
    ...['public.x', 'public.y', 'public.z'].map((name) => relation(name)),
  ]
  const findings = names(6).flatMap(switchedOff)
  const { groups, findings: told } = groupFindings(findings, relations, 'all')
  expect(groups).toMatchObject([{ id: 'unprotected', severity: 'error' }])
  expect(groups[0]?.title).toContain('off on 6 of 9 exposed tables')
  expect(groups[0]?.relations).toHaveLength(6)
  expect(groups[0]?.relations[0]).toEqual({
    relation: 'public.t0',
    access: [
      { actor: 'anon', commands: ['select'] },
      { actor: 'foreign', commands: ['delete'] },
    ],
    findings: ['public.t0 off', 'public.t0 select anon', 'public.t0 delete foreign'],
  })
  expect(groups[0]).not.toHaveProperty('declaration')
  expect(told).toEqual(findings.map((one) => ({ ...one, group: 'unprotected' })))
})

test('a minority is told table by table', () => {
  const six = names(6)
  const few = [
    ...six.map(off),
    ...names(11)
      .slice(6)
      .map((name) => relation(name)),
  ]
  expect(groupFindings(six.flatMap(switchedOff), few, 'all').groups).toEqual([])
  const four = names(4)
  expect(groupFindings(four.flatMap(switchedOff), four.map(off), 'all').groups).toEqual([])
})

test('what is no plain access stays by itself', () => {
  const other: readonly Finding[] = [
    finding({ id: 'e', code: 'escalation', relation: 'public.t0' }),
    finding({ id: 'p', code: 'privileged-column', relation: 'public.t1', command: 'update', actor: 'own' }),
    finding({ id: 'f', code: 'function-read-leak', relation: 'public.f()', command: 'execute' }),
  ]
  const { findings } = groupFindings([...names(6).flatMap(switchedOff), ...other], names(6).map(off), 'all')
  expect(findings.flatMap(({ id, group }) => (group ? [] : [id]))).toEqual(['e', 'p', 'f'])
})

test('an accepted finding leaves the group, the others stay', () => {
  const suppressed = { by: 'ignore' as const, reason: 'it is the public schedule' }
  const findings = names(6)
    .flatMap(switchedOff)
    .map((one) => (one.relation === 'public.t0' ? { ...one, suppressed } : one))
  const { groups, findings: told } = groupFindings(findings, names(6).map(off), 'all')
  expect(groups[0]?.relations.map((one) => one.relation)).toEqual(names(6).slice(1))
  expect(told.filter(({ relation: name }) => name === 'public.t0').every(({ group }) => !group)).toBe(true)
})

test('tables that every signed-in user gets at are one team, and one pattern says so', () => {
  const findings = names(5).flatMap((name) => [leak(name, 'select'), leak(name, 'update')])
  const { groups } = groupFindings(
    findings,
    names(5).map((name) => team(name)),
    'all',
  )
  expect(groups).toMatchObject([{ id: 'one-team', declaration: { 'public.*': 'authenticated' } }])
})

test('where something of the schema is closed, the declaration names what is open', () => {
  const findings = names(5).flatMap((name) => [leak(name, 'select'), leak(name, 'update')])
  const closed = { anon: '····', foreign: '✓·✗·', team: '––––', own: '––––' }
  const relations = [
    { ...relation('public.t0', closed), policies: [policy()] },
    ...names(5)
      .slice(1)
      .map((name) => team(name)),
  ]
  const { groups } = groupFindings(findings, relations, 'all')
  expect(groups[0]?.declaration).toEqual({
    'public.t0': { select: 'authenticated', update: 'authenticated' },
    ...Object.fromEntries(
      names(5)
        .slice(1)
        .map((name) => [name, 'authenticated']),
    ),
  })
})

test('one team is no excuse for access without a session, for a condition that fails, or for somebody restrictive', () => {
  const five = names(5)
  const fifth = 'public.other'
  const findings = [...five, fifth].map((name) => leak(name, 'update'))
  const grouped = (last: ReportedRelation): readonly string[] =>
    groupFindings(findings, [...five.map((name) => team(name)), last], 'all').groups.flatMap(
      ({ relations }) => relations.map((one) => one.relation),
    )
  expect(grouped(team(fifth))).toContain(fifth)
  expect(grouped({ ...relation(fifth, BARE), policies: [policy({ roles: ['public'] })] })).toEqual(five)
  const { open: _, ...closed } = policy({ using: '(org_id = private.org())' })
  expect(grouped(team(fifth, closed))).toEqual(five)
  expect(grouped(team(fifth, policy(), policy({ name: 'narrow', permissive: false })))).toEqual(five)
  expect(grouped(team(fifth, policy({ open: ['check'] })))).toEqual(five)
})

test('what may be meant to be public is one list, with the words that say so', () => {
  const read = ['public.a', 'public.b', 'public.c'].flatMap((name) => [
    { ...leak(name, 'select', 'anon'), code: 'world-readable' as const },
    { ...leak(name, 'select'), code: 'world-readable' as const },
  ])
  const { groups } = groupFindings(read, [], 'all')
  expect(groups).toMatchObject([
    {
      id: 'read-by-all',
      declaration: { 'public.a': { select: 'everyone' }, 'public.b': { select: 'everyone' } },
    },
  ])
  expect(groupFindings(read.slice(0, 4), [], 'all').groups).toEqual([])
})

test('of a part of the project it is said that only that was judged', () => {
  const { groups } = groupFindings(names(5).flatMap(switchedOff), names(5).map(off), 'part')
  expect(groups[0]?.title).toContain('5 of 5 exposed tables that were judged')
})

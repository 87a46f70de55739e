import { describe, expect, test } from 'vitest'
import type { IgnoreEntry } from '../domain/config.ts'
import type { Finding } from '../domain/report.ts'
import { applyIgnores, globToRegExp } from './ignore.ts'

const finding = (rest: Partial<Finding> = {}): Finding => ({
  id: '12345678',
  fingerprint: '1234567890',
  code: 'read-leak',
  kind: 'leak',
  severity: 'error',
  relation: 'public.notes',
  command: 'select',
  actor: 'foreign',
  title: '',
  evidence: '',
  blame: [],
  ...rest,
})
const TODAY = '2026-01-15'
const applied = (entry: Partial<IgnoreEntry>, one = finding()) =>
  applyIgnores([one], [{ code: 'read-leak', reason: 'known', ...entry }], TODAY)

describe('an ignore entry', () => {
  test.each<[string, Partial<IgnoreEntry>]>([
    ['its code alone', {}],
    ['code and relation', { relation: 'public.notes' }],
    ['a glob over relations', { relation: 'public.*' }],
    ['command and actor', { command: 'select', actor: 'foreign' }],
  ])('suppresses what matches %s, with its reason', (_, entry) => {
    expect(applied(entry).findings[0]?.suppressed).toEqual({ by: 'ignore', reason: 'known' })
    expect(applied(entry).notices).toEqual([])
  })

  test.each<[string, Partial<IgnoreEntry>]>([
    ['code', { code: 'delete-leak' }],
    ['relation', { relation: 'public.note' }],
    ['command', { command: 'update' }],
    ['actor', { actor: 'anon' }],
  ])('leaves what has another %s, and is called useless', (_, entry) => {
    const { findings, notices } = applied(entry)
    expect(findings).toEqual([finding()])
    expect(notices).toEqual([expect.stringContaining('matches no finding')])
  })

  test('holds up to and including its last day', () => {
    expect(applied({ expires: TODAY }).findings[0]?.suppressed).toMatchObject({ expires: TODAY })
  })

  test('is void from the day after, and says so', () => {
    const { findings, notices } = applied({ expires: '2026-01-14' })
    expect(findings[0]?.suppressed).toBeUndefined()
    expect(notices).toEqual([expect.stringContaining('expired on 2026-01-14')])
  })
})

describe('a glob', () => {
  test.each([
    ['public.*', 'public.notes', true],
    ['*.notes', 'public.notes', true],
    ['public.n*s', 'public.notes', true],
    ['public.notes', 'publicXnotes', false],
    ['notes', 'public.notes', false],
    ['public.(a|b)', 'public.a', false],
    ['public.a+', 'public.a+', true],
  ])('%s, held against %s: %s', (glob, name, expected) => {
    expect(globToRegExp(glob).test(name)).toBe(expected)
  })
})

import { describe, expect, test } from 'vitest'
import { finding, relation, sampleReport as report } from '../report/sample-report.ts'
import { beyond, cellPart, failureOf, restOf, routinePart } from './isolation.ts'

const gate = { failOn: 'error', strict: false } as const
const names = { relations: ['public.chats'], functions: [] }
const chats = relation('public.chats')

describe('a generated test', () => {
  test('fails where the report does not know what it is about', () => {
    const empty = report({ relations: [], functions: [], findings: [] })
    for (const part of [
      cellPart(empty, 'public.chats', 'select', 'own'),
      restOf(empty, 'public.chats'),
      routinePart(empty, 'public.f()'),
    ]) {
      expect(failureOf(part, gate)).toContain('the report does not name it')
      expect(failureOf(part, { failOn: 'never', strict: false })).toContain('the report does not name it')
    }
    expect(
      failureOf(
        cellPart(report({ relations: [chats], findings: [] }), 'public.chats', 'select', 'own'),
        gate,
      ),
    ).toBeNull()
  })

  test('fails for what the gate stops at, in its own cell alone', () => {
    const leaking = report({ relations: [chats], findings: [finding()] })
    expect(failureOf(cellPart(leaking, 'public.chats', 'select', 'foreign'), gate)).toContain('read-leak')
    expect(failureOf(cellPart(leaking, 'public.chats', 'select', 'own'), gate)).toBeNull()
    expect(
      failureOf(cellPart(leaking, 'public.chats', 'select', 'foreign'), { failOn: 'never', strict: false }),
    ).toBeNull()
    expect(failureOf(beyond(leaking, names), gate)).toBeNull()
    expect(failureOf(beyond(leaking, { relations: [], functions: [] }), gate)).toContain('read-leak')
  })

  test('fails where nothing was judged at all, and under a strict gate for notices', () => {
    const nothing = { anon: '––––', foreign: '––––', team: '????', own: '––––' }
    const idle = report({ relations: [relation('public.chats', nothing)], findings: [] })
    expect(failureOf(beyond(idle, names), gate)).toContain('nothing was judged')
    const noticed = report({ relations: [chats], findings: [], notices: ['an ignore entry is unused'] })
    expect(failureOf(beyond(noticed, names), gate)).toBeNull()
    expect(failureOf(beyond(noticed, names), { failOn: 'error', strict: true })).toContain(
      'an ignore entry is unused',
    )
  })
})

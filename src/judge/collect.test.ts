import { expect, test } from 'vitest'
import type { Fact } from '../domain/fact.ts'
import { toFinding } from './collect.ts'

const fact: Fact = {
  code: 'read-leak',
  subject: { schema: 'public', qualified: 'public.notes' },
  command: 'select',
  actor: 'foreign',
  evidence: '',
  blame: [{ policy: 'own' }, { policy: 'anyone public' }],
  declared: false,
}

test('a finding is known again whichever of the policies admitted the row that was looked at', () => {
  const explained: Fact = {
    ...fact,
    blame: [{ policy: 'anyone public', through: "visibility = 'public'", line: 3 }],
    candidates: ['own', 'anyone public'],
    checks: [],
    witness: { row: { id: 1 }, session: { role: 'anon', claims: {}, settings: {} } },
  }
  expect(toFinding(explained, undefined).fingerprint).toBe(toFinding(fact, undefined).fingerprint)
  const { fingerprint } = toFinding({ ...fact, blame: [{ policy: 'anyone public' }] }, undefined)
  expect(fingerprint).not.toBe(toFinding(fact, undefined).fingerprint)
})

test('what a caller made up is part of the blame beside the policies', () => {
  const forged = { ...fact, blame: [{ statement: 'the caller writes a claim' }, ...fact.blame] }
  const explained: Fact = {
    ...forged,
    blame: [{ statement: 'the caller writes a claim' }, { policy: 'own' }],
    candidates: ['own', 'anyone public'],
  }
  expect(toFinding(explained, undefined).fingerprint).toBe(toFinding(forged, undefined).fingerprint)
})

import { expect, test } from 'vitest'
import type { Policy } from '../domain/catalog.ts'
import type { Observation } from '../domain/probe.ts'
import { causesOf, failureCode } from './failing.ts'
import { sampleObservation } from './sample-matter.ts'

const broken = (sqlstate: string, routine = ''): Observation => ({
  ...sampleObservation({}, [], { kind: 'broken', sqlstate, message: '' }),
  error: { sqlstate, routine, message: '' },
})

test.each([
  ['42P17', '', 'policy-recursion'],
  ['42501', 'aclcheck_error', 'policy-needs-privilege'],
  ['42704', 'find_option', 'missing-setting'],
  ['42704', 'typenameType', 'broken-policy'],
  ['22P02', 'string_to_uuid', 'failing-cast'],
  ['22012', 'int4div', 'broken-policy'],
] as const)('%s from %s is %s', (sqlstate, routine, code) => {
  expect(failureCode(broken(sqlstate, routine))).toBe(code)
})

test('a read that failed as a whole is judged by that error', () => {
  const error = { sqlstate: '22P02', message: '' }
  expect(failureCode({ ...broken('21000'), failedWhole: error })).toBe('failing-cast')
})

test('a policy without what can fail is not to blame', () => {
  const plain = policy('own', '(owner_id = $1)')
  const cast = policy('cast', '((reference)::uuid = $1)')
  expect(causesOf('failing-cast', [plain, cast])).toEqual([cast])
  expect(causesOf('failing-cast', [plain])).toEqual([plain])
})

function policy(name: string, using: string): Policy {
  return { name, command: 'select', permissive: true, roles: ['public'], using, withCheck: null }
}

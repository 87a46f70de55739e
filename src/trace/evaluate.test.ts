import { expect, test } from 'vitest'
import { samplePolicy } from '../domain/sample-relation.ts'
import type { Came } from './ask.ts'
import { admits } from './evaluate.ts'
import type { Weighed } from './evaluate.ts'

const error: Came = { error: 'division by zero' }

function weighed(came: Came, permissive = true): Weighed {
  const policy = samplePolicy('one', { permissive, using: 'a' })
  return { side: { policy, side: 'using', expression: 'a', tree: null, atoms: [] }, came, atoms: [] }
}

test('one permissive policy lets a row through, unless a restrictive one keeps it', () => {
  expect(admits([weighed(false), weighed(true)])).toBe(true)
  expect(admits([weighed(false), weighed(null)])).toBe(false)
  expect(admits([weighed(true), weighed(null, false)])).toBe(false)
  expect(admits([weighed(true), weighed(true, false)])).toBe(true)
  expect(admits([weighed(true, false)])).toBe(false)
  expect(admits([])).toBe(false)
})

test('an error counts where it decides', () => {
  expect(admits([weighed(true), weighed(error)])).toBe(true)
  expect(admits([weighed(false), weighed(error)])).toEqual(error)
  expect(admits([weighed(true), weighed(error, false)])).toEqual(error)
  expect(admits([weighed(error), weighed(false, false)])).toBe(false)
})

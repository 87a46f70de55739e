import { beforeAll, describe, test } from 'vitest'
import { COMMANDS, STANDINGS } from '../domain/vocabulary.ts'
import type { Standing } from '../domain/vocabulary.ts'
import { HarnessError } from '../errors.ts'
import {
  beyond,
  cellPart,
  failureOf,
  isolationReport,
  namesIn,
  restOf,
  routinePart,
} from '../testing/isolation.ts'
import type { IsolationScope, Part } from '../testing/isolation.ts'
import { telling } from './tell.ts'
import { requireHandout } from './worker.ts'

/** Who asks, as the titles of the generated tests call them. */
const WHO: Readonly<Record<Standing, string>> = {
  anon: 'without a session',
  foreign: 'by a stranger',
  team: 'by a team mate',
  own: 'by the owner',
}

/** Milliseconds that seeding and probing may take before the first test. */
const LONGEST_RUN = 600_000

/**
 * One test per relation, command and actor, and one per function, from the migrated schema: seeds, probes and judges
 * what `rls-harness check` does, with the same verdicts. Untested is a failure.
 *
 * @throws HarnessError at collection where the scope names nothing, or the set-up is missing
 */
export const describeIsolation: (scope?: IsolationScope) => void = telling((scope: IsolationScope = {}) => {
  const handout = requireHandout()
  const names = namesIn(handout, scope)
  if (names.relations.length + names.functions.length === 0)
    throw new HarnessError('NOTHING_JUDGED', 'describeIsolation() finds nothing to judge', {
      hint: `The schema has ${[...handout.surface.relations, ...handout.surface.functions].slice(0, 10).join(', ') || 'nothing'}.`,
    })
  describe('isolation', () => {
    let run: Awaited<ReturnType<typeof isolationReport>>
    beforeAll(async () => {
      const { signal } = new AbortController()
      const today = new Date().toISOString().slice(0, 10)
      run = await isolationReport(handout, scope, { environment: process.env, signal, today })
    }, LONGEST_RUN)
    const check = (part: Part): void => {
      const failure = failureOf(part, run.gate)
      if (failure !== null) throw new IsolationError(failure)
    }
    for (const relation of names.relations)
      describe(relation, () => {
        for (const command of COMMANDS)
          for (const standing of STANDINGS)
            test(`${command} ${WHO[standing]}`, (context) => {
              const part = cellPart(run.report, relation, command, standing)
              check(part)
              if (part.cell === 'none') context.skip('there is nothing of that kind to try')
            })
        test('everything else about it', () => check(restOf(run.report, relation)))
      })
    for (const routine of names.functions)
      test(`${routine} execute`, () => check(routinePart(run.report, routine)))
    test('everything else', () => check(beyond(run.report, names)))
  })
})

/** What a generated test fails with. Where it was thrown tells nobody anything: its stack is its message. */
class IsolationError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'IsolationError'
    this.stack = message
  }
}

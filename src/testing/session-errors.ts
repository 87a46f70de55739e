import { HarnessError } from '../errors.ts'

/** There is no transaction any more, or not the one in which the savepoint was set. */
export const OUTSIDE: ReadonlySet<string> = new Set(['25P01', '3B001'])

export function endedTransaction(statement: string): HarnessError {
  return new HarnessError('USAGE', `the statement ended the transaction of its test: ${statement}`, {
    hint: 'Leave BEGIN, COMMIT and ROLLBACK to the harness; what a client of the application sends goes through databaseUrl().',
  })
}

export function occupied(by: string): HarnessError {
  return new HarnessError('USAGE', `the connection of the test is taken: ${by}`, {
    hint: 'End the transaction of the client before asserting, seeding or running sql: all of them share one connection.',
  })
}

export function isOver(test: string): HarnessError {
  return new HarnessError('USAGE', `"${test}" has ended, and one of its people still acts`, {
    hint: 'Take people and `sql` from the fixtures of each test, keep none of them for the next one, and await what they do.',
  })
}

// The same assertions with pgsql-test's client, as its users write them: a context, a query, and the rows or the error.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { groupOf, rowsIn, wordFor } from './assertions.mjs'

/**
 * @param together whether a test holds all that an actor attempts on a table, instead of one assertion
 * @returns milliseconds from connecting to the last answer, and how many were answered otherwise than expected
 */
export async function pgsqlTest({ folder, target, assertions, together }) {
  const { PgTestClient } = createRequire(join(folder, 'package.json'))('pgsql-test')
  const started = performance.now()
  const client = new PgTestClient(target)
  let different = 0
  for (const test of testsOf(assertions, together)) {
    await client.beforeEach()
    for (const one of test) {
      if ((await attempt(client, one)) !== one.expected) different += 1
      // an error ends the transaction's use, and others count the rows that were changed
      if (test.length > 1 && isUndone(one)) await client.rollback()
    }
    await client.afterEach()
  }
  await client.close()
  return { ms: performance.now() - started, different }
}

function testsOf(assertions, together) {
  if (!together) return assertions.map((one) => [one])
  const groups = new Map()
  for (const one of assertions) groups.set(groupOf(one), [...(groups.get(groupOf(one)) ?? []), one])
  return [...groups.values()]
}

const isUndone = ({ before, isRead, expected }) =>
  before !== '' || (!isRead && rowsIn(expected) !== 0) || rowsIn(expected) === null

async function attempt(client, { role, claims, before, statement }) {
  if (before !== '') {
    client.setContext({ role: null, 'request.jwt.claims': null })
    await client.query(before)
  }
  client.setContext({ role, 'request.jwt.claims': claims })
  return client.query(statement).then(({ rowCount }) => wordFor({ rows: rowCount }), wordFor)
}

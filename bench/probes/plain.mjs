// A plain client: learns what each assertion is answered, one transaction for each of them; and the limit, which looks at
// no answer.
import pg from 'pg'
import { pipelined } from '../yardstick.mjs'
import { wordFor } from './assertions.mjs'

/** @returns the expected word of each assertion, in their order */
export async function learn({ target, assertions }) {
  const client = new pg.Client(target)
  await client.connect()
  const words = []
  for (const { session, before, statement } of assertions) {
    await client.query(['begin', ...(before === '' ? [] : [before]), session].join(';\n'))
    words.push(await client.query(statement).then(({ rowCount }) => wordFor({ rows: rowCount }), wordFor))
    await client.query('rollback')
  }
  await client.end()
  return words
}

/** The same messages as the harness, each connection's on one that goes to a copy of its own; all on one if there is but one. */
export async function limit({ targets, parts }) {
  const shares = targets.length === parts.length ? parts : [inTurn(parts)]
  const started = performance.now()
  const used = await Promise.all(shares.map((texts, index) => pipelined(targets[index], texts, true)))
  const ms = performance.now() - started
  const serverMs = used.reduce((sum, each) => sum + each, 0)
  return { ms, serverMs, messages: shares.flat().length, connections: targets.length }
}

/** What one connection has prepared another one's messages prepare again. */
const inTurn = (parts) => parts.flatMap((texts) => ['rollback;\ndeallocate all', ...texts])

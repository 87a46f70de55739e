// The harness' plain battery of probes, as it is in a run: timed, or recorded.
import pg from 'pg'
import { onProbeMessage, prepareRun } from '../pipeline.mjs'
import { external } from '../yardstick.mjs'
import { distinct, readMessages, wordFor } from './assertions.mjs'
import { watchCrew } from './crew.mjs'
import { copyDatabase } from './server.mjs'

/** @returns milliseconds from connecting to the last answer, planning and understanding among it; messages; connections */
export async function battery(options) {
  const stop = new AbortController()
  const crew = watchCrew({ over: () => stop.abort() })
  let messages = 0
  onProbeMessage((client, text) => (messages += crew.isPart(client, text) ? 1 : 0))
  await runBattery(options, crew, stop.signal)
  return { ms: crew.ms, messages, connections: crew.clients.size }
}

/**
 * Keeps what the battery sends and is answered, and as `pristine` the database as it stood before.
 *
 * @returns the texts of each connection, the assertions in them, and as key → words what each of those was answered
 */
export async function record({ pristine, ...options }) {
  const stop = new AbortController()
  const crew = watchCrew({
    first: (client) => copyDatabase(options.target, originalOf(client), pristine),
    over: () => stop.abort(),
  })
  const sent = new Map()
  onAnswer((client, text, answer) => {
    if (crew.isPart(client, text)) sent.set(client, [...(sent.get(client) ?? []), { text, answer }])
  })
  await runBattery({ ...options, keep: true }, crew, stop.signal)
  const parts = [...sent.values()]
  const read = (await Promise.all(parts.map(readAnswered))).flat()
  return {
    parts: parts.map((messages) => messages.map(({ text }) => text)),
    assertions: distinct(read.flatMap(({ assertions }) => assertions)),
    answered: answersIn(read),
  }
}

/** Ends the run when the battery is over. */
async function runBattery({ target, isolation, concurrency, keep = false, ...options }, crew, signal) {
  const { run, config, context } = await prepareRun(options)
  const settings = { isolation, concurrency: concurrency ?? config.concurrency }
  const database = { ...external(config, target), keep }
  await run({ ...config, ...settings, database }, { ...context, signal }).catch((error) => {
    if (crew.ms === undefined) throw error
  })
}

/** The database that copies are made of: nobody is connected to it before the first of the crew is. */
const originalOf = ({ database }) => database.replace(/_copy_\d+$/, '')

async function readAnswered(messages) {
  const read = readMessages(messages.map(({ text }) => text))
  const answers = await Promise.all(messages.map(({ answer }) => answer))
  return read.map((one, index) => ({ ...one, answer: answers[index] }))
}

/** An error is the answer to a statement that was sent by itself; of several it says that one of them had it. */
function answersIn(read) {
  const answered = {}
  for (const { assertions, after, answer } of read)
    for (const [index, { key }] of assertions.entries()) {
      if (answer.code && assertions.length > 1) continue
      const word = wordFor({ ...answer, rows: answer.counts?.at(index - assertions.length - after) })
      answered[key] = [...new Set([...(answered[key] ?? []), word])]
    }
  return answered
}

/** Calls back with each text that a pipelined client sends, and with its answer, which never rejects. */
function onAnswer(callback) {
  const { query } = pg.Client.prototype
  pg.Client.prototype.query = function (...parameters) {
    const result = query.apply(this, parameters)
    const [text] = parameters
    if (this.pipeline && typeof text === 'string')
      callback(
        this,
        text,
        result.then(countsOf, ({ code }) => ({ code })),
      )
    return result
  }
}

const countsOf = (result) => ({
  counts: (Array.isArray(result) ? result : [result]).map(({ rowCount }) => rowCount),
})

// What hand-written minimal code needs for the messages that the harness sends: it sends them and looks at no answer.
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { onProbeMessage, prepareRun } from './pipeline.mjs'

/** Messages under way on a connection. */
const WINDOW = 256

/** Slower ways are measured on so many messages of one connection, from its first: each relies on those before. */
const SAMPLE = 10_000

/**
 * Lets the harness run once on a server of ours, keeps the texts and the database, and sends the same texts again.
 *
 * @returns messages per second: pipelined on as many connections as the harness had, on one, and one by one; and the
 *   microseconds of processor time that the server takes for one (null where the system does not tell)
 */
export async function yardstick(options) {
  const { run, config, context } = await prepareRun(options)
  const { startServer } = await import(new URL('engine/choose.js', options.dist).href)
  const { extensionDir } = await import(new URL('platform/install.js', options.dist).href)
  const server = await startServer({
    database: config.database,
    projectDir: config.projectDir,
    environment: context.environment,
    extensionDirs: [extensionDir()],
  })
  try {
    const sent = await record(() => run({ ...config, database: external(config, server.target) }, context))
    const database = [...sent.keys()]
      .map((client) => client.database)
      .find((name) => !name.includes('_copy_'))
    const target = { ...server.target, database }
    const targets = await copiesOf(target, sent.size)
    const parts = [...sent.values()]
    const all = parts.flat()
    const some = (parts[0] ?? []).slice(0, SAMPLE)
    const same = await rate(all, () => Promise.all(parts.map((texts, i) => pipelined(targets[i], texts))))
    const single = await rate(some, () => pipelined(target, some))
    const awaited = await rate(some, () => oneByOne(target, some))
    return {
      messages: all.length,
      bytes: sum(all.map((text) => text.length)),
      connections: parts.length,
      same: same.perSecond,
      single: single.perSecond,
      awaited: awaited.perSecond,
      serverUs: same.result.includes(null) ? null : (sum(same.result) * 1000) / all.length,
    }
  } finally {
    await server[Symbol.asyncDispose]()
  }
}

/** The texts that each client sends meanwhile. */
async function record(work) {
  const sent = new Map()
  let recording = true
  onProbeMessage((client, text) => {
    if (!recording) return
    if (sent.has(client)) sent.get(client).push(text)
    else sent.set(client, [text])
  })
  await work()
  recording = false
  return sent
}

/** The configuration of a run on a server that is there; its database is kept. */
export function external(config, { host, port, user, database }) {
  const parameters = new URLSearchParams({ host, port: String(port), user, dbname: database })
  return { ...config.database, engine: 'external', url: `postgresql://?${parameters}`, keep: true }
}

/** Sessions that write would wait for each other's locks: each gets a copy, as with the harness. */
async function copiesOf(target, count) {
  const names = Array.from({ length: count - 1 }, (_, index) => `${target.database}_yardstick_${index + 1}`)
  const admin = new pg.Client({ ...target, database: 'template1' })
  await admin.connect()
  for (const name of names)
    await admin.query(`create database ${name} template ${target.database} strategy file_copy`)
  await admin.end()
  return [target, ...names.map((database) => ({ ...target, database }))]
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0)

async function rate({ length }, work) {
  const started = performance.now()
  const result = await work()
  return { perSecond: (length * 1000) / (performance.now() - started), result }
}

const asText = { getTypeParser: () => (text) => text }
const ignored = () => {}

/**
 * @param isGathered whether a window's messages go to the socket together, instead of each by itself
 * @returns milliseconds of processor time that the session's own process of the server took
 */
export async function pipelined(target, texts, isGathered = false) {
  const client = new pg.Client({ ...target, types: asText, pipeline: true })
  await client.connect()
  const { rows } = await client.query('select pg_backend_pid() as pid')
  const { stream } = client.connection
  for (let at = 0; at < texts.length; at += WINDOW) {
    if (isGathered) stream.cork()
    const answers = texts.slice(at, at + WINDOW).map((text) => client.query(text).catch(ignored))
    if (isGathered) setImmediate(() => stream.uncork())
    await Promise.all(answers)
  }
  const ms = processorMs(rows[0].pid)
  await client.end()
  return ms
}

async function oneByOne(target, texts) {
  const client = new pg.Client({ ...target, types: asText })
  await client.connect()
  for (const text of texts) await client.query(text).catch(ignored)
  await client.end()
}

/** Linux counts in hundredths of a second (proc(5), utime and stime). */
function processorMs(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return null
  }
}

// What hand-written minimal code needs for the messages that the harness sends: it sends them and looks at no answer.
import pg from 'pg'
import { onProbeMessage, prepareRun } from './pipeline.mjs'

/** Messages under way on a connection. */
const WINDOW = 256

/**
 * Lets the harness run once on a server of ours, keeps the texts and the database, and sends the same texts again.
 *
 * @returns messages per second: pipelined on as many connections as the harness had, on one, and one by one
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
    const batches = await record(() => run({ ...config, database: external(config, server.target) }, context))
    const database = [...batches.keys()].find((name) => !name.includes('_copy_'))
    const target = { ...server.target, database }
    const targets = await copiesOf(target, batches.size)
    const texts = [...batches.values()]
    const all = texts.flat()
    // the first pass fills the server's caches, as the run before has done for the harness' own sessions
    const same = await rate(all.length, () =>
      Promise.all(texts.map((part, i) => pipelined(targets[i], part))),
    )
    const single = await rate(all.length, () => pipelined(target, all))
    const awaited = await rate(all.length, () => oneByOne(target, all))
    return { messages: all.length, connections: texts.length, same, single, awaited }
  } finally {
    await server[Symbol.asyncDispose]()
  }
}

/** Texts of each connection, by the name of its database. */
async function record(work) {
  const batches = new Map()
  let recording = true
  onProbeMessage((client, text) => {
    if (!recording) return
    if (batches.has(client.database)) batches.get(client.database).push(text)
    else batches.set(client.database, [text])
  })
  await work()
  recording = false
  return batches
}

function external(config, { host, port, user, database }) {
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

async function rate(messages, work) {
  const started = performance.now()
  await work()
  return (messages * 1000) / (performance.now() - started)
}

const asText = { getTypeParser: () => (text) => text }
const ignored = () => {}

async function pipelined(target, texts) {
  const client = new pg.Client({ ...target, types: asText, pipeline: true })
  await client.connect()
  for (let at = 0; at < texts.length; at += WINDOW)
    await Promise.all(texts.slice(at, at + WINDOW).map((text) => client.query(text).catch(ignored)))
  await client.end()
}

async function oneByOne(target, texts) {
  const client = new pg.Client({ ...target, types: asText })
  await client.connect()
  for (const text of texts) await client.query(text).catch(ignored)
  await client.end()
}

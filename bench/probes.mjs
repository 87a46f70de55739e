// Measures how many assertions about row security get answered in a second: by rls-harness' plain battery of probes, by the
// limit of what any client can do with its messages, by pgTAP and by pgsql-test. The same statements of the same actors on
// copies of the same database, and the same expectations, in turns.
//   node bench/probes.mjs [--tables 20] [--rounds 3] [--json] [--dist <folder>] [--pgsql-test <folder with its node_modules>]
import * as fs from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { pgTapFile } from './probes/pgtap.mjs'
import { addPgTap, copyDatabase, dropDatabase, PGTAP, PRISTINE, startBench } from './probes/server.mjs'
import { probesMarkdown } from './probes/table.mjs'
import { inChild } from './probes/task.mjs'
import { toolsFor } from './probes/tools.mjs'
import { writeProject } from './schema.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

const { values } = parseArgs({
  options: {
    tables: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    dist: { type: 'string', default: join(root, 'dist') },
    'pgsql-test': { type: 'string', default: process.env.PGSQL_TEST_DIR ?? root },
  },
})
const tables = Number(values.tables)
const rounds = Number(values.rounds)
const dist = pathToFileURL(join(values.dist, '/')).href
const pgsqlTestFolder = values['pgsql-test']
const tell = (what) => process.stderr.write(`${what}\n`)

async function main() {
  const folder = fs.mkdtempSync(join(tmpdir(), 'rls-harness-probes-'))
  fs.chmodSync(folder, 0o755)
  try {
    const server = await startBench({ dist, cache: join(folder, 'cache'), pgsqlTestFolder })
    try {
      const answer = await compare(folder, server)
      process.stdout.write(values.json ? `${JSON.stringify(answer, null, 2)}\n` : probesMarkdown(answer))
    } finally {
      await server[Symbol.asyncDispose]()
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

async function compare(folder, server) {
  const { target } = server
  const project = join(folder, 'project')
  writeProject(project, tables)
  const harness = { dist, project, cache: join(folder, 'cache'), target }
  const plan = await planOf(harness)
  const files = { plan: join(folder, 'plan.json'), tap: join(folder, 'probes.sql') }
  fs.writeFileSync(files.plan, JSON.stringify(plan))
  fs.writeFileSync(files.tap, pgTapFile(plan.assertions))
  if (server.psql) await copyDatabase(target, PRISTINE, PGTAP)
  const pgTapVersion = server.psql ? await addPgTap({ ...target, database: PGTAP }) : null
  const tools = toolsFor({ harness, plan, files, server, pgsqlTestFolder })
  return {
    machine: machineOf(server, pgTapVersion),
    tables,
    rounds,
    assertions: plan.assertions.length,
    ...kindsOf(plan.assertions),
    messages: plan.parts.flat().length,
    different: plan.different,
    results: await measure(tools, target),
  }
}

/** What the harness sends, and of each assertion in it what a plain client was answered. */
async function planOf(harness) {
  tell('what the harness sends')
  const { parts, assertions, answered } = await inChild('record', {
    ...harness,
    isolation: 'savepoint',
    pristine: PRISTINE,
  })
  tell(`${assertions.length} assertions: what a plain client is answered`)
  const words = await inChild('learn', { target: { ...harness.target, database: PRISTINE }, assertions })
  const expected = assertions.map((one, index) => ({ ...one, expected: words[index] }))
  const isSame = (one) => String(answered[one.key]) === one.expected
  return { parts, assertions: expected, different: expected.filter((one) => !isSame(one)).length }
}

/** In turns, so that whatever else the machine does weighs on all of them. The first round warms caches up and is dropped. */
async function measure(tools, target) {
  const results = tools.map(({ name }) => ({ name, connections: 1, ms: [] }))
  for (let round = 0; round <= rounds; round++)
    for (const [index, tool] of tools.entries()) {
      const { ms, different, ...facts } = await withCopies(tool, target)
      tell(`round ${round}: ${tool.name}: ${Math.round(ms)} ms`)
      if (round > 0) results[index].ms.push(ms)
      Object.assign(results[index], facts)
      if (different !== undefined)
        results[index].different = Math.max(different, results[index].different ?? 0)
    }
  return results
}

/** Each finds the rows as they were before anybody had tried anything. */
async function withCopies({ template, databases, run }, target) {
  const names = Array.from({ length: databases }, (_, index) => `probes_copy_${index + 1}`)
  for (const name of names) await copyDatabase(target, template, name)
  const result = await run(names.map((database) => ({ ...target, database })))
  for (const name of names) await dropDatabase(target, name)
  return result
}

const kindsOf = (assertions) => ({
  reads: assertions.filter(({ isRead }) => isRead).length,
  errors: assertions.filter(({ expected }) => !expected.endsWith(' rows')).length,
  nothing: assertions.filter(({ expected }) => expected === '0 rows').length,
  prepared: assertions.filter(({ before }) => before !== '').length,
})

function machineOf(server, pgTapVersion) {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? process.arch,
    node: process.versions.node,
    postgres: server.version,
    pgTap: pgTapVersion,
    pgsqlTest: server.pgsqlTest,
    missing: [
      ...(server.psql ? [] : ['pgTAP with psql']),
      ...(server.pgProve ? [] : ['pg_prove']),
      ...(server.pgsqlTest ? [] : ['pgsql-test']),
    ],
  }
}

await main()

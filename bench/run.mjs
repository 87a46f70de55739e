// Measures the pipeline on generated schemas of several sizes, each in a process of its own, beside the yardstick.
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { measure, migrateCold } from './pipeline.mjs'
import { writeProject } from './schema.mjs'
import { markdown } from './table.mjs'
import { yardstick } from './yardstick.mjs'

const TASKS = { migrateCold, measure, yardstick }

if (process.send) await serve()
else await main()

/** In a child: one task, one answer. */
async function serve() {
  const [{ task, options }] = await new Promise((resolve) =>
    process.once('message', (...message) => resolve(message)),
  )
  process.send(await TASKS[task](options))
  process.disconnect()
}

async function main() {
  const { values } = parseArgs({
    options: {
      tables: { type: 'string', default: '10,100,1000' },
      json: { type: 'boolean', default: false },
      dist: { type: 'string', default: fileURLToPath(new URL('../dist/', import.meta.url)) },
    },
  })
  const dist = pathToFileURL(join(values.dist, '/')).href
  const sizes = []
  for (const tables of values.tables.split(',').map(Number)) sizes.push(await measureSize(tables, dist))
  const machine = {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? process.arch,
    node: process.versions.node,
    postgres: sizes[0]?.postgres,
  }
  process.stdout.write(
    values.json ? `${JSON.stringify({ machine, sizes }, null, 2)}\n` : markdown(machine, sizes),
  )
}

async function measureSize(tables, dist) {
  const folder = mkdtempSync(join(tmpdir(), 'rls-harness-bench-'))
  try {
    const options = { dist, project: join(folder, 'project'), cache: join(folder, 'cache') }
    writeProject(options.project, tables)
    const tell = (what) => process.stderr.write(`${tables} tables: ${what}\n`)
    tell('migrate, nothing cached')
    const cold = await inChild('migrateCold', options)
    tell('the whole pipeline')
    const warm = await inChild('measure', options)
    tell('the same messages by the yardstick')
    return { tables, coldMs: cold.ms, ...warm, yardstick: await inChild('yardstick', options) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function inChild(task, options) {
  const child = fork(fileURLToPath(import.meta.url), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // as the command sets it for itself
    execArgv: ['--heap-growing-percent=80'],
  })
  return new Promise((resolve, reject) => {
    let answer
    child.once('message', (message) => (answer = message))
    child.once('error', reject)
    // a process may end before its last words have arrived
    child.once('disconnect', () =>
      answer === undefined ? reject(new Error(`${task} ended without an answer`)) : resolve(answer),
    )
    child.send({ task, options })
  })
}

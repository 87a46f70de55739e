// A process of its own for one measurement: what it needs comes in a message, the plan of all of them in a file.
import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { battery, record } from './battery.mjs'
import { pgsqlTest } from './pgsql-test.mjs'
import { learn, limit } from './plain.mjs'

const TASKS = { battery, record, learn, limit, pgsqlTest }

if (process.send && process.argv[1] === fileURLToPath(import.meta.url)) {
  const { task, planFile, options } = await new Promise((resolve) => process.once('message', resolve))
  const plan = planFile ? JSON.parse(readFileSync(planFile, 'utf8')) : {}
  process.send(await TASKS[task]({ ...plan, ...options }), () => process.disconnect())
}

/** @throws Error where the process ends without an answer */
export function inChild(task, options, planFile) {
  const child = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  return new Promise((resolve, reject) => {
    let answer
    child.once('message', (message) => (answer = message))
    child.once('error', reject)
    // a long answer may come after the process has ended, but not after its channel
    child.once('disconnect', () =>
      answer === undefined ? reject(new Error(`${task} gave no answer`)) : resolve(answer),
    )
    child.send({ task, planFile, options })
  })
}

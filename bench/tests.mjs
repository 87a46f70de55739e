// Measures 200 hand-written policy tests in one file: rls-harness beside pgTAP and supabase-test (on pgsql-test), the same
// assertions on the same machine, in turns. Whole processes are measured, from the command to its exit code.
//   node bench/tests.mjs [--tests 200] [--rounds 5] [--json] [--supabase-test <folder with its node_modules>]
import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { timedCommand } from './command.mjs'
import { harnessFile, KINDS, pgTapFile, supabaseTestFile } from './tests/kinds.mjs'
import { peers } from './tests/peers.mjs'
import { testsMarkdown } from './tests/table.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const guides = join(root, 'fixtures/guides')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')

const { values } = parseArgs({
  options: {
    tests: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    'supabase-test': { type: 'string', default: process.env.SUPABASE_TEST_DIR ?? root },
  },
})
const count = Number(values.tests)
const rounds = Number(values.rounds)
const sizes = { one: 1, many: count }

async function main() {
  const folder = fs.mkdtempSync(join(tmpdir(), 'rls-harness-tests-'))
  fs.chmodSync(folder, 0o755)
  try {
    const harness = harnessProject(join(folder, 'harness'))
    const cold = await timed(harness.run('many', join(folder, 'cold')))
    const others = await peers({ folder, guides, supabaseTestFolder: values['supabase-test'] })
    try {
      const answer = await compare(folder, harness, others, cold.ms)
      process.stdout.write(values.json ? `${JSON.stringify(answer, null, 2)}\n` : testsMarkdown(answer))
    } finally {
      await others[Symbol.asyncDispose]()
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

async function compare(folder, harness, others, coldMs) {
  const results = await measure([
    { name: 'rls-harness', run: (size) => harness.run(size, join(folder, 'cache')) },
    ...(others.supabaseTest ? [supabaseTest(join(folder, 'supabase-test'), others)] : []),
    ...(others.pgTap ? pgTap(folder, others) : []),
  ])
  const machine = {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? process.arch,
    node: process.versions.node,
    versions: { ...harness.versions, ...others.versions },
    missing: others.missing,
  }
  return { machine, count, rounds, kinds: KINDS.length, coldMs, results }
}

/** In turns, so that whatever else the machine does weighs on all of them. The first round warms caches up and is dropped. */
async function measure(tools) {
  const results = tools.map(({ name }) => ({ name, one: [], many: [] }))
  for (let round = 0; round <= rounds; round++)
    for (const [index, { name, run }] of tools.entries())
      for (const size of ['one', 'many']) {
        const { ms } = await timed(run(size))
        process.stderr.write(`round ${round}: ${name}, ${size}: ${Math.round(ms)} ms\n`)
        if (round > 0) results[index][size].push(ms)
      }
  return results
}

/** @throws Error with its output where the command fails: red tests would be another measurement */
async function timed({ command, args, cwd, env }) {
  const options = { cwd, env: { ...environment(), ...env } }
  const { ms, status, output } = await timedCommand(command, args, options)
  if (status !== 0 || /^not ok/m.test(output))
    throw new Error(`${command} ${args.join(' ')} failed:\n${output}`)
  return { ms, output }
}

const environment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(RLS_|VITEST|PG[A-Z]+$)/.test(name)))

/** A project with the package as npm would install it: unpacked, not linked, for a linked one is transformed by Vite. */
function harnessProject(folder) {
  fs.mkdirSync(join(folder, 'node_modules/rls-harness'), { recursive: true })
  for (const name of ['dist', 'package.json'])
    fs.cpSync(join(root, name), join(folder, 'node_modules/rls-harness', name), { recursive: true })
  for (const name of fs.readdirSync(join(root, 'node_modules')))
    if (!name.startsWith('.') && name !== 'rls-harness')
      fs.symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), 'junction')
  fs.cpSync(join(guides, 'supabase'), join(folder, 'supabase'), { recursive: true })
  fs.writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  const config = `export default { test: { globalSetup: ['rls-harness/vitest/global-setup'] } }\n`
  fs.writeFileSync(join(folder, 'vitest.config.js'), config)
  for (const [size, number] of Object.entries(sizes))
    fs.writeFileSync(join(folder, `${size}.test.js`), harnessFile(number))
  const { version } = JSON.parse(fs.readFileSync(join(root, 'package.json'), 'utf8'))
  return {
    versions: { 'rls-harness': version, vitest: versionOf(join(root, 'node_modules/vitest')) },
    run: (size, cache) => ({ ...vitestRun(folder, size), env: { RLS_CACHE_DIR: cache } }),
  }
}

const versionOf = (folder) => JSON.parse(fs.readFileSync(join(folder, 'package.json'), 'utf8')).version

const vitestRun = (cwd, size) => ({
  command: process.execPath,
  args: [vitest, 'run', `${size}.test.js`, '--reporter=dot'],
  cwd,
})

function supabaseTest(folder, { target, supabaseTest: installed }) {
  fs.mkdirSync(join(folder, 'node_modules'), { recursive: true })
  fs.symlinkSync(installed, join(folder, 'node_modules/supabase-test'), 'junction')
  fs.symlinkSync(join(root, 'node_modules/vitest'), join(folder, 'node_modules/vitest'), 'junction')
  fs.writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  for (const [size, number] of Object.entries(sizes))
    fs.writeFileSync(join(folder, `${size}.test.js`), supabaseTestFile(number))
  const env = {
    TEMPLATE_DATABASE: target.database,
    PGHOST: target.host,
    PGPORT: String(target.port),
    PGUSER: target.user,
    PGPASSWORD: 'postgres',
  }
  return { name: 'supabase-test', run: (size) => ({ ...vitestRun(folder, size), env }) }
}

function pgTap(folder, { pgTap: { host, port, database } }) {
  const fileOf = (size) => join(folder, `${size}.sql`)
  for (const [size, number] of Object.entries(sizes)) fs.writeFileSync(fileOf(size), pgTapFile(number))
  const to = ['-h', host, '-p', String(port), '-U', 'postgres', '-d', database]
  const psql = ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1']
  return [
    {
      name: 'pgTAP, pg_prove',
      run: (size) => ({ command: 'pg_prove', args: ['--norc', ...to, fileOf(size)], cwd: folder }),
    },
    {
      name: 'pgTAP, psql',
      run: (size) => ({ command: 'psql', args: [...psql, ...to, '-f', fileOf(size)], cwd: folder }),
    },
  ].filter(({ run }) => spawnSync(run('one').command, ['--version']).status === 0)
}

await main()

// Checks the project of planted exposures, or the folders that are named, with rows and claims from the policies' text and
// without: what is found, what of the policies was seen both true and false, and how long it takes.
//   node bench/directed.mjs [--json] [--dist <folder>] [folder …]
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { directedMarkdown } from './directed/table.mjs'

const WITHOUT = '--no-directed'
const LEAKS = new Set([
  'read-leak',
  'world-readable',
  'update-leak',
  'delete-leak',
  'insert-leak',
  'giveaway-leak',
  'forged-claim',
  'unowned-access',
  'escalation',
])

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    dist: { type: 'string', default: fileURLToPath(new URL('../dist/', import.meta.url)) },
  },
})
const cli = resolve(values.dist, 'cli.js')
const planted = fileURLToPath(new URL('../fixtures/directed/', import.meta.url))

async function main() {
  const known = (await capture(['check', '--help'])).output.includes(WITHOUT)
  if (!known) process.stderr.write(`this build has no ${WITHOUT}: both columns are the same run's kind\n`)
  const projects = []
  for (const folder of [planted, ...positionals.map((one) => resolve(one))]) {
    const project = { name: basename(folder), without: await measure(folder, known ? [WITHOUT] : []) }
    projects.push({ ...project, directed: await measure(folder, []) })
  }
  process.stdout.write(values.json ? `${JSON.stringify(projects, null, 2)}\n` : directedMarkdown(projects))
}

/** The whole command, with an own database each time but a warm cache of what is the same for both. */
async function measure(folder, flags) {
  await checked(folder, flags)
  const started = performance.now()
  const report = await checked(folder, flags)
  const ms = performance.now() - started
  process.stderr.write(`${basename(folder)} ${flags.join(' ')}: ${Math.round(ms)} ms\n`)
  return {
    ms,
    probes: report.summary.probes,
    rows: report.rows,
    findings: report.findings.filter(({ severity }) => severity !== 'note').length,
    untested: report.coverage.untested.length,
    atoms: atomsOf(report),
    ...plantedOf(folder, report),
  }
}

/** @throws Error with what was printed, where the command gives no report */
async function checked(folder, flags) {
  const { status, output, errors } = await capture(['check', folder, '--json', '--quiet', ...flags])
  if (status !== 0 && status !== 1) throw new Error(`check ${folder} ended with ${status}:\n${errors}`)
  return JSON.parse(output)
}

async function capture(args) {
  const child = spawn(process.execPath, [cli, ...args], { env: environment() })
  const [output, errors] = [[], []]
  child.stdout.on('data', (chunk) => output.push(chunk))
  child.stderr.on('data', (chunk) => errors.push(chunk))
  const status = await new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', done)
  })
  return { status, output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString() }
}

/** What a person's shell says of other runs would change this one, but for where data may lie. */
const environment = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(RLS_(?!CACHE_DIR|TMPDIR)|PG[A-Z]+$)/.test(name)),
  )

/** Parts of policies, and those that rows were seen to make true and others false; null where a report has none. */
function atomsOf({ coverage }) {
  if (!coverage.policies) return null
  const atoms = coverage.policies.flatMap((policy) => policy.atoms ?? [])
  return { all: atoms.length, both: atoms.filter(({ seenTrue, seenFalse }) => seenTrue && seenFalse).length }
}

/** What of the list beside a project was found, and what is said against its sound tables. */
function plantedOf(folder, { findings }) {
  const file = join(folder, 'exposures.json')
  if (!existsSync(file)) return {}
  const { exposures, sound } = JSON.parse(readFileSync(file, 'utf8'))
  const isFound = ({ relation, command, standing }) =>
    findings.some(
      (one) =>
        one.relation === relation && one.command === command && one.actor === standing && LEAKS.has(one.code),
    )
  const closed = new Set(sound.map(({ relation }) => relation))
  const missed = exposures.filter((one) => !isFound(one))
  return {
    planted: exposures.length,
    found: exposures.length - missed.length,
    missed: missed.map(({ relation, command, standing }) => `${command} ${relation} (${standing})`),
    soundTables: closed.size,
    alarms: findings.filter(({ severity, relation }) => severity !== 'note' && closed.has(relation)).length,
  }
}

await main()

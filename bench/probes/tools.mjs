// What is measured: each by its name, with the database that it wants and what it answers.
import { timedCommand } from '../command.mjs'
import { PGTAP, PRISTINE } from './server.mjs'
import { inChild } from './task.mjs'

/**
 * Each wants so many fresh `databases` that are copies of `template`, and answers with its milliseconds, and how many were
 * answered otherwise than expected.
 */
export function toolsFor({ harness, plan, files, server, pgsqlTestFolder }) {
  const own = (name, settings) => ({
    name,
    databases: 0,
    run: () => inChild('battery', { ...harness, ...settings }),
  })
  const limit = (databases) => ({
    name: 'the limit: the same messages, no answer looked at',
    template: PRISTINE,
    databases,
    run: (targets) => inChild('limit', { targets }, files.plan),
  })
  const pgsqlTest = (name, together) => ({
    name,
    template: PRISTINE,
    databases: 1,
    run: ([target]) => inChild('pgsqlTest', { folder: pgsqlTestFolder, target, together }, files.plan),
  })
  const pgTap = (name, command, flags) => ({
    name,
    template: PGTAP,
    databases: 1,
    run: ([target]) =>
      wholeProcess(
        command,
        [...flags, ...toOptions(target), ...fileOption(command, files.tap)],
        plan.assertions.length,
      ),
  })
  return [
    own('rls-harness', { isolation: 'savepoint' }),
    own('rls-harness', { isolation: 'savepoint', concurrency: 1 }),
    own('rls-harness, `--isolation transaction`', { isolation: 'transaction' }),
    limit(plan.parts.length),
    limit(1),
    ...(server.psql ? [pgTap('pgTAP, psql', 'psql', ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1'])] : []),
    ...(server.pgProve ? [pgTap('pgTAP, pg_prove', 'pg_prove', ['--norc'])] : []),
    ...(server.pgsqlTest ? [pgsqlTest('pgsql-test, a test for each', false)] : []),
    ...(server.pgsqlTest ? [pgsqlTest('pgsql-test, a test per actor and table', true)] : []),
  ]
}

const toOptions = ({ host, port, user, database }) => [
  `--host=${host}`,
  `--port=${port}`,
  `--username=${user}`,
  `--dbname=${database}`,
]
const fileOption = (command, file) => (command === 'psql' ? [`--file=${file}`] : [file])

/** @throws Error with what was printed, where the command fails for another reason than a test */
async function wholeProcess(command, args, count) {
  const { ms, status, output } = await timedCommand(command, args)
  const different = count - passedIn(output, count)
  if (status !== 0 && (different === 0 || different === count))
    throw new Error(`${command} failed:\n${output.slice(-2000)}`)
  return { ms, different }
}

/** What pg_prove sums up, psql prints line by line; where one of them gives up, what did not run did not pass. */
function passedIn(output, count) {
  if (/^Result: PASS$/m.test(output)) return count
  const failed = /Failed (\d+)\/\d+ subtests/.exec(output)
  return failed ? count - Number(failed[1]) : (output.match(/^ok \d+/gm) ?? []).length
}

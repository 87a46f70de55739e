import { Command } from 'commander'
import type { CheckFlags } from './check.ts'
import type { DoctorFlags } from './doctor.ts'
import type { DriftFlags } from './drift.ts'
import type { DiffFlags } from './diff.ts'
import type { Host } from './host.ts'
import type { InitFlags } from './init.ts'
import type { LockCommandFlags } from './lock.ts'
import type { MergeFlags } from './merge.ts'
import type { FindingFlags } from './obtain-report.ts'
import type { TypesFlags } from './types.ts'
import type { UsageFlags } from './usage.ts'
import { EXAMPLES, FINDING_ARGUMENTS, MERGE_EXITS, NO_ID, READING, TYPES_EXITS, USAGE_EXITS } from './help.ts'
import { collect, addTarget, addScope, addData, addOutput, addLook } from './options.ts'
import { addBaseline, addDiff, addDoctor, addDrift, addInit, addLock } from './keeping-commands.ts'

/** The commands of this version. */
export const COMMAND_NAMES = [
  'check',
  'init',
  'lock',
  'baseline',
  'diff',
  'explain',
  'repro',
  'merge',
  'usage',
  'types',
  'drift',
  'doctor',
  'help',
] as const

/** The command line as commander sees it. `finish` receives the exit code of what was run. */
export function createProgram(version: string, host: Host, finish: (code: number) => void): Command {
  const program = new Command('rls-harness')
    .description(
      'Proves by execution who can read and write whose rows behind PostgreSQL row-level security.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: (text, write) =>
        write(
          text.replace(/\n\((Did you mean .*)\)/, '\nhint: $1').replace(/(argument 'id')\n/, `$1\n${NO_ID}`),
        ),
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
    })
    .addHelpText('after', EXAMPLES)
  addCheck(program).action(async (dir: string | undefined, flags: CheckFlags) => {
    // lazily: help and usage errors need neither zod nor the reporters
    const { check } = await import('./check.ts')
    finish(await check(dir, flags, host))
  })
  addInit(program).action(async (dir: string | undefined, flags: InitFlags) => {
    const { init } = await import('./init.ts')
    // what a person ended at a question is interrupted
    finish((await init(dir, flags, host, version)) ?? 130)
  })
  addLock(program).action(async (dir: string | undefined, flags: LockCommandFlags) => {
    const { lock } = await import('./lock.ts')
    finish(await lock(dir, flags, host))
  })
  addBaseline(program, host, finish)
  addDiff(program).action(async (before: string, after: string | undefined, flags: DiffFlags) => {
    const { diff } = await import('./diff.ts')
    finish(await diff(before, after, flags, host))
  })
  addExplainAndRepro(program, host, finish)
  addMerge(program).action(async (files: readonly string[], flags: MergeFlags) => {
    const { mergeFiles } = await import('./merge.ts')
    finish(await mergeFiles(files, flags, host, version))
  })
  addUsage(program).action(async (dir: string | undefined, flags: UsageFlags) => {
    const { usage } = await import('./usage.ts')
    finish(await usage(dir, flags, host))
  })
  addTypes(program).action(async (dir: string | undefined, flags: TypesFlags) => {
    const { types } = await import('./types.ts')
    finish(await types(dir, flags, host))
  })
  addDrift(program).action(async (other: string, dir: string | undefined, flags: DriftFlags) => {
    const { drift } = await import('./drift.ts')
    finish(await drift(other, dir, flags, host))
  })
  addDoctor(program).action(async (dir: string | undefined, flags: DoctorFlags) => {
    const { doctor } = await import('./doctor.ts')
    finish(await doctor(dir, flags, host))
  })
  return program
}

function addCheck(program: Command): Command {
  const command = program
    .command('check')
    .summary('migrate, seed, probe, judge and report: the default command')
    .description(
      'Applies the migrations of a project to a throw-away PostgreSQL, fills it, tries who can reach whose rows, and reports.',
    )
    .argument('[dir]', 'the project (default: this directory, or where --config lies)')
    .addHelpText('after', READING)
    .option('--watch', 'judge again what depends on a file when it is saved')
  addTarget(command)
  addScope(command)
  addOutput(command)
  return command
    .option('--baseline <file>', 'what is accepted (default: rls.baseline.json of the project)')
    .option('--no-baseline', 'show and count what the baseline accepts, too')
}

function addExplainAndRepro(program: Command, host: Host, finish: (code: number) => void): void {
  addAboutFinding(
    program,
    'explain',
    'everything about one finding: who, what, each check on the way',
    'Prints who did what, what the server checked on the way and what each came to, and how to repeat it.',
  ).action(async (id: string, dir: string | undefined, flags: FindingFlags) => {
    const { explain } = await import('./explain.ts')
    finish(await explain(id, dir, flags, host))
  })
  addAboutFinding(
    program,
    'repro',
    'a psql script that shows one finding in a database with the migrations',
    'Prints a psql script and nothing else: rows, session, statement, rollback. It needs the migrations and a superuser.',
  ).action(async (id: string, dir: string | undefined, flags: FindingFlags) => {
    const { repro } = await import('./repro.ts')
    finish(await repro(id, dir, flags, host))
  })
}

function addAboutFinding(program: Command, name: string, summary: string, description: string): Command {
  const command = program
    .command(name)
    .summary(summary)
    .description(description)
    .argument('<id>', 'the finding')
    .argument('[dir]', 'the project (default: this directory, or where --config lies)')
    .addHelpText('after', FINDING_ARGUMENTS)
  addTarget(command)
  command
    .optionsGroup('Scope and data:')
    .option('--report <file>', 'a JSON report of check, instead of a run')
  addData(command)
  addLook(command.optionsGroup('Output:'))
  return command
}

function addMerge(program: Command): Command {
  const command = program
    .command('merge')
    .summary('join the JSON reports of all shards into the report of the whole')
    .description(
      'Joins the JSON reports that check --shard wrote on several machines. Nothing is run: what comes out is what one run of the whole would have reported.',
    )
    .argument('<reports...>', 'the JSON report of every shard, each once')
    .addHelpText('after', MERGE_EXITS)
  addOutput(command)
  return command
}

function addUsage(program: Command): Command {
  const command = program
    .command('usage')
    .summary('hold the names that the application uses against the schema and the run')
    .description(
      'Reads the TypeScript and JavaScript sources of a project and reports tables, columns, functions, buckets and realtime tables that they use and the schema lacks, or that the run left untested.',
    )
    .argument('[dir]', 'the project (default: this directory, or where --config lies)')
    .addHelpText('after', USAGE_EXITS)
  addTarget(command)
  command
    .optionsGroup('Scope:')
    .option('--src <glob>', "sources like 'apps/web/**/*.ts' (repeatable; default: all but tests)", collect)
    .option('--report <file>', 'a JSON report of check, instead of a run')
    .option('--schema <name>', 'test this schema only (repeatable)', collect)
    .option('--seed <n>', 'seed of all random values (default: 42)')
    .option('--rows <n>', 'rows per relation and owner (default: 3)')
    .option('--concurrency <n>', 'probing sessions at a time')
    .optionsGroup('Output:')
    .option('--json', 'the result as JSON')
  addLook(command)
  return command
}

function addTypes(program: Command): Command {
  const command = program
    .command('types')
    .summary('write the types of the schema, for tests in TypeScript')
    .description(
      'Applies the migrations of a project to a throw-away PostgreSQL and writes a declaration file with its relations, columns, functions and roles.',
    )
    .argument('[dir]', 'the project (default: this directory, or where --config lies)')
    .addHelpText('after', TYPES_EXITS)
  addTarget(command)
  command
    .optionsGroup('Output:')
    .option('--output <file>', 'where to (default: rls.generated.d.ts of the project)')
    .option('--check', 'write nothing; exit 1 where the file is not up to date')
    .option('-q, --quiet', 'no progress on stderr')
    .option('--debug', 'stack traces of errors')
    .helpOption('-h, --help', 'print help')
  return command
}

import { Command } from 'commander'
import type { BaselineFlags } from './baseline.ts'
import type { CheckFlags } from './check.ts'
import type { DriftFlags } from './drift.ts'
import {
  BASELINE_EXITS,
  DIFF_EXITS,
  DRIFT_EXITS,
  EXAMPLES,
  FINDING_ARGUMENTS,
  INIT_EXITS,
  LOCK_EXITS,
  MERGE_EXITS,
  NO_ID,
  READING,
  TYPES_EXITS,
  USAGE_EXITS,
} from './help.ts'
import type { DiffFlags } from './diff.ts'
import type { Host } from './host.ts'
import type { InitFlags } from './init.ts'
import type { LockCommandFlags } from './lock.ts'
import type { MergeFlags } from './merge.ts'
import type { FindingFlags } from './obtain-report.ts'
import type { TypesFlags } from './types.ts'
import type { UsageFlags } from './usage.ts'

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
  'help',
] as const

const collect = (value: string, values: readonly string[] | undefined): readonly string[] => [
  ...(values ?? []),
  value,
]

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

function addInit(program: Command): Command {
  const command = program
    .command('init')
    .summary('set a project up: configuration, first tests, CI')
    .description(
      'Looks what a project is made of and writes a configuration, a first suite for Vitest and a job for its CI. Files that are there stay as they are.',
    )
    .argument('[dir]', 'the project (default: this directory)')
    .addHelpText('after', INIT_EXITS)
    .option('-y, --yes', 'ask nothing, take the defaults')
    .option('--ci <provider>', 'github, gitlab or none (default: what the repository shows, else github)')
    .option('--json', 'rls.config.json instead of TypeScript')
  command.optionsGroup('The check that is run once:')
  addServer(command)
  command
    .optionsGroup('Output:')
    .option('-q, --quiet', 'no progress on stderr')
    .option('--debug', 'stack traces of errors')
    .helpOption('-h, --help', 'print help')
  return command
}

function addLock(program: Command): Command {
  const command = program
    .command('lock')
    .summary('write the access lock, or show what is not as it says')
    .description(
      'Checks a project and writes who was seen to get at what into a small sorted text file for git. A lock that is there already is only compared, unless --update is given.',
    )
    .argument('[dir]', 'the project (default: this directory, or where --config lies)')
    .addHelpText('after', LOCK_EXITS)
  addTarget(command)
  command
    .optionsGroup('Output:')
    .option('--lock-file <file>', 'where it stands (default: rls.lock of the project)')
    .option('--update', 'accept what has changed: write the lock anew')
  addLook(command)
  return command
}

function addBaseline(program: Command, host: Host, finish: (code: number) => void): void {
  const group = program
    .command('baseline')
    .summary('accept what is there now, so that only what is new fails')
    .description(
      'Keeps the findings of an old project in a file, each with its reason, so that check fails for new ones alone.',
    )
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', BASELINE_EXITS)
  const add = (name: string, summary: string): Command =>
    group
      .command(name)
      .summary(summary)
      .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
      .argument('[dir]', 'the project (default: this directory, or where --config lies)')
  const write = add('write', 'check the project and accept every finding and everything untested')
  addTarget(write)
  addBaselineOptions(write)
    .option('--update', 'add what is new to the baseline that is there')
    .option('--reason <text>', 'why it is accepted (default: there when the project was adopted on this day)')
    .option('--expires <date>', 'the last day on which it is accepted: 2027-01-31')
  addLook(write)
  write.action(async (dir: string | undefined, flags: BaselineFlags) => {
    const { writeBaseline } = await import('./baseline.ts')
    finish(await writeBaseline(dir, flags, host))
  })
  const prune = add('prune', 'check the project and remove the entries that match nothing any more')
  addTarget(prune)
  addLook(addBaselineOptions(prune))
  prune.action(async (dir: string | undefined, flags: BaselineFlags) => {
    const { pruneBaseline } = await import('./baseline.ts')
    finish(await pruneBaseline(dir, flags, host))
  })
  const show = add('show', 'print what is accepted, and why')
  show.option('-c, --config <file>', 'configuration (default: rls.config.* of the project)')
  addLook(addBaselineOptions(show))
  show.action(async (dir: string | undefined, flags: BaselineFlags) => {
    const { showBaseline } = await import('./baseline.ts')
    finish(await showBaseline(dir, flags, host))
  })
}

const addBaselineOptions = (command: Command): Command =>
  command
    .optionsGroup('Baseline:')
    .option('--baseline <file>', 'where it stands (default: rls.baseline.json of the project)')

function addDiff(program: Command): Command {
  const command = program
    .command('diff')
    .summary('what opened and what closed between two commits or reports')
    .description(
      'Checks two states of a project, or reads two reports, and says what opened, what closed and what is different, with the migration that did it.',
    )
    .argument('<before>', 'a commit, branch or tag; main...topic for what topic changed; or a JSON report')
    .argument('[after]', 'likewise (default: the work tree)')
    .addHelpText('after', DIFF_EXITS)
  addTarget(command)
  command.option('--dir <dir>', 'the project (default: this directory)').optionsGroup('Scope and data:')
  addData(command)
  command
    .optionsGroup('Output:')
    .option('--reporter <name>', 'terminal (default), markdown, html or json')
    .option('--output-file <path>', 'write to a file')
    .option('--json', 'the same as --reporter json')
  addLook(command)
  return command
    .optionsGroup('Gate:')
    .option(
      '--fail-on <severity>',
      'exit 1 where one of this severity opened: error (default), warning or never',
    )
    .option('--strict', 'exit 1 where any access is wider than it was')
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

function addDrift(program: Command): Command {
  const command = program
    .command('drift')
    .summary('hold the migrations against a schema file or a live database')
    .description(
      'Compares what the migrations of a project make with a schema.sql or a live database, object by object, and tries in throw-away databases who gets through in either state. A live database is read in one read-only transaction: its catalogs, no rows.',
    )
    .argument('<other>', 'a file with the schema, or postgres://… of a live database')
    .argument('[dir]', 'the project (default: this directory, or where --config lies)')
    .addHelpText('after', DRIFT_EXITS)
  addTarget(command)
  command
    .optionsGroup('Scope and data:')
    .option('--no-access', 'compare the schemas alone, without trying who gets through')
  addData(command)
  command
    .optionsGroup('Output:')
    .option('--reporter <name>', 'terminal (default), markdown, html or json')
    .option('--output-file <path>', 'write the report to a file')
    .option('--json', 'the same as --reporter json')
  addLook(command)
  return command
}

function addTarget(command: Command): void {
  command
    .optionsGroup('Target:')
    .option(
      '-c, --config <file>',
      'configuration (default: rls.config.ts, .js, .mjs or .json of the project)',
    )
  addServer(command)
}

function addServer(command: Command): void {
  command
    .option('--engine <kind>', 'where the server comes from: embedded, system, container or external')
    .option('--database-url <url>', 'an own server; the run works in throw-away databases on it')
    .option('--image <name>', 'run PostgreSQL in a container of this image, such as supabase/postgres:<tag>')
    .option('--reuse', 'keep the container for the next run')
    .option('--allow-external', 'allow a server that is not on this machine')
    .option('--pg-version <major>', 'PostgreSQL 15, 16, 17 or 18 (default: supabase/config.toml, else 17)')
    .option('--keep-db', 'keep the database for a look afterwards')
    .option('--no-cache', 'apply the migrations anew, without the cached template')
}

function addScope(command: Command): void {
  command
    .optionsGroup('Scope and data:')
    .option('--changed [ref]', 'judge what can have changed since a commit (default: where the branch began)')
    .option('--shard <i/n>', 'try one of n parts, for `rls-harness merge`: 2/3')
  addData(command)
}

function addData(command: Command): void {
  command
    .option('--schema <name>', 'test this schema only (repeatable)', collect)
    .option('--relation <glob>', 'judge only relations like public.chat* (repeatable)', collect)
    .option('--seed <n>', 'seed of all random values (default: 42)')
    .option('--rows <n>', 'rows per relation and owner (default: 3)')
    .option('--no-directed', 'do not make and try the rows and sessions that the policies speak of')
    .option('--concurrency <n>', 'probing sessions at a time')
}

function addOutput(command: Command): void {
  command
    .optionsGroup('Output:')
    .option('--reporter <name>', 'terminal, json, junit, sarif, github, markdown, html (repeatable)', collect)
    .option(
      '--output-file <[reporter=]path>',
      'write a report to a file: .json, .xml, .sarif, .md, .html (repeatable)',
      collect,
    )
    .option('--json', 'the same as --reporter json')
    .option('--level <level>', 'findings to print: error, warning (default), note or all')
  addLook(command)
  command
    .optionsGroup('Gate:')
    .option('--fail-on <severity>', 'exit 1 from this severity on: error (default), warning or never')
    .option('--strict', 'exit 1 on notices as well, such as unused ignore entries')
    .option('--locked', 'exit 1 where access is not as rls.lock says')
    .option('--update', 'with --locked: write what is observed into the lock')
    .option('--lock-file <file>', 'with --locked: the lock (default: rls.lock of the project)')
}

function addLook(command: Command): void {
  command
    .option('--color', 'colours, whatever the terminal')
    .option('--no-color', 'no colours')
    .option('-q, --quiet', 'no progress on stderr')
    .option('--debug', 'stack traces of errors')
    .helpOption('-h, --help', 'print help')
}

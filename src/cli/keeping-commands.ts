import type { Command } from 'commander'
import type { BaselineFlags } from './baseline.ts'
import type { Host } from './host.ts'
import { BASELINE_EXITS, DIFF_EXITS, DOCTOR_EXITS, DRIFT_EXITS, INIT_EXITS, LOCK_EXITS } from './help.ts'
import { addTarget, addServer, addData, addLook } from './options.ts'

export function addLock(program: Command): Command {
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

export function addBaseline(program: Command, host: Host, finish: (code: number) => void): void {
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

export function addDiff(program: Command): Command {
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

export function addDrift(program: Command): Command {
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

export function addInit(program: Command): Command {
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

export function addDoctor(program: Command): Command {
  const command = program
    .command('doctor')
    .summary('what a check would do with the project, and what stands in its way')
    .description(
      'Looks for a server, the migrations, extensions, identity and rows of a project, applies and seeds it, and says what it found. Nothing is probed.',
    )
    .argument('[dir]', 'the project (default: this directory, or where --config lies)')
    .addHelpText('after', DOCTOR_EXITS)
  addTarget(command)
  command.optionsGroup('Output:').option('--json', 'the result as JSON')
  addLook(command)
  return command
}

import { Command } from 'commander'
import type { CheckFlags } from './check.ts'
import type { Host } from './host.ts'
import type { MergeFlags } from './merge.ts'
import type { TypesFlags } from './types.ts'
import type { UsageFlags } from './usage.ts'

/** The commands of this version. */
export const COMMAND_NAMES = ['check', 'merge', 'usage', 'types', 'help'] as const

const EXAMPLES = `
Examples:
  rls-harness                               check the project in this directory
  rls-harness check apps/web --pg-version 16
  rls-harness check --relation 'public.chat*' --level all
  rls-harness check --json > report.json
  rls-harness check --shard 2/3 --output-file shard-2.json
  rls-harness merge shard-*.json            join what three machines tried into one report
  rls-harness usage                         what the application uses and the schema lacks, or nobody tested
  rls-harness types                         types of the schema for tests in TypeScript

Exit codes:
  0  isolated          1  a finding at or above --fail-on, or something could not be tested
  2  could not run     130  interrupted
`

const READING = `
Reading the matrix: select, insert, update, delete (S I U D) for
  anon     no session                      team     a user of the same tenant
  foreign  a user without tie to the row   own      whose row it is
  · closed   ✓ open, and meant to be   ✗ leak   ! blocked, but should be open   ? untested   – nothing to try

Environment (weaker than flags, stronger than the configuration):
  RLS_DATABASE_URL RLS_ENGINE RLS_IMAGE RLS_PG_VERSION RLS_SCHEMA RLS_SEED RLS_ROWS RLS_CONCURRENCY
  RLS_FAIL_ON NO_COLOR FORCE_COLOR CI. DATABASE_URL is never used: it may be production.
`

const USAGE_EXITS = `
Exit codes:
  0  every name is there and tested       1  a name is missing, or used and untested
  2  could not run                        130  interrupted
`

const TYPES_EXITS = `
Exit codes:
  0  written, or up to date               1  --check: not up to date
  2  could not run                        130  interrupted
`

const MERGE_EXITS = `
Exit codes: those of check, for the whole. 2 also where a shard is missing, given twice or of another run.
--fail-on and --strict default to the configuration of the project, whatever the shards were given.
`

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
      outputError: (text, write) => write(text.replace(/\n\((Did you mean .*)\)/, '\nhint: $1')),
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
    })
    .addHelpText('after', EXAMPLES)
  addCheck(program).action(async (dir: string | undefined, flags: CheckFlags) => {
    // lazily: help and usage errors need neither zod nor the reporters
    const { check } = await import('./check.ts')
    finish(await check(dir, flags, host))
  })
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
  addTarget(command)
  addScope(command)
  addOutput(command)
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
    .option('--color', 'colours, whatever the terminal')
    .option('--no-color', 'no colours')
    .option('-q, --quiet', 'no progress on stderr')
    .option('--debug', 'stack traces of errors')
    .helpOption('-h, --help', 'print help')
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

function addTarget(command: Command): void {
  command
    .optionsGroup('Target:')
    .option(
      '-c, --config <file>',
      'configuration (default: rls.config.ts, .js, .mjs or .json of the project)',
    )
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
    .option('--schema <name>', 'test this schema only (repeatable)', collect)
    .option('--relation <glob>', 'judge only relations like public.chat* (repeatable)', collect)
    .option('--shard <i/n>', 'try one of n parts, for `rls-harness merge`: 2/3')
    .option('--seed <n>', 'seed of all random values (default: 42)')
    .option('--rows <n>', 'rows per relation and owner (default: 3)')
    .option('--no-directed', 'without the rows and sessions that the text of the policies proposes')
    .option('--concurrency <n>', 'probing sessions at a time')
}

function addOutput(command: Command): void {
  command
    .optionsGroup('Output:')
    .option('--reporter <name>', 'terminal or json (repeatable)', collect)
    .option('--output-file <[reporter=]path>', 'write a report to a file (repeatable)', collect)
    .option('--json', 'the same as --reporter json')
    .option('--level <level>', 'findings to print: error, warning (default), note or all')
    .option('--color', 'colours, whatever the terminal')
    .option('--no-color', 'no colours')
    .option('-q, --quiet', 'no progress on stderr')
    .option('--debug', 'stack traces of errors')
    .helpOption('-h, --help', 'print help')
    .optionsGroup('Gate:')
    .option('--fail-on <severity>', 'exit 1 from this severity on: error (default), warning or never')
    .option('--strict', 'exit 1 on notices as well, such as unused ignore entries')
}

import type { Command } from 'commander'

export const collect = (value: string, values: readonly string[] | undefined): readonly string[] => [
  ...(values ?? []),
  value,
]

export function addTarget(command: Command): void {
  command
    .optionsGroup('Target:')
    .option(
      '-c, --config <file>',
      'configuration (default: rls.config.ts, .js, .mjs or .json of the project)',
    )
  addServer(command)
}

export function addServer(command: Command): void {
  command
    .option('--engine <kind>', 'where the server comes from: embedded, system, container or external')
    .option('--database-url <url>', 'an own server; the run works in throw-away databases on it')
    .option('--image <name>', 'run PostgreSQL in a container of this image, such as supabase/postgres:<tag>')
    .option('--reuse', 'keep the container for the next run')
    .option('--allow-external', 'allow a server that is not on this machine')
    .option('--pg-version <major>', 'PostgreSQL 15, 16, 17 or 18 (default: supabase/config.toml, else 17)')
    .option(
      '--from-schema <file|url>',
      'start from a dump, or from the schema of a database, instead of migrations',
    )
    .option('--lenient', 'go on behind statements that fail: what they were about is untested')
    .option('--keep-db', 'keep the database for a look afterwards')
    .option('--no-cache', 'apply the migrations anew, without the cached template')
}

export function addScope(command: Command): void {
  command
    .optionsGroup('Scope and data:')
    .option('--changed [ref]', 'judge what can have changed since a commit (default: where the branch began)')
    .option('--shard <i/n>', 'try one of n parts, for `rls-harness merge`: 2/3')
  addData(command)
}

export function addData(command: Command): void {
  command
    .option('--schema <name>', 'test this schema only (repeatable)', collect)
    .option('--relation <glob>', 'judge only relations like public.chat* (repeatable)', collect)
    .option('--seed <n>', 'seed of all random values (default: 42)')
    .option('--rows <n>', 'rows per relation and owner (default: 3)')
    .option('--no-directed', 'do not make and try the rows and sessions that the policies speak of')
    .option('--concurrency <n>', 'probing sessions at a time')
    .option('--isolation <mode>', 'savepoint (default), or transaction: each attempt in one of its own')
}

export function addOutput(command: Command): void {
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
    .option('--full', 'print everything at the terminal, however long it is')
  addLook(command)
  command
    .optionsGroup('Gate:')
    .option('--fail-on <severity>', 'exit 1 from this severity on: error (default), warning or never')
    .option('--strict', 'exit 1 on notices as well, such as unused ignore entries')
    .option('--locked', 'exit 1 where access is not as rls.lock says')
    .option('--update', 'with --locked: write what is observed into the lock')
    .option('--lock-file <file>', 'with --locked: the lock (default: rls.lock of the project)')
}

export function addLook(command: Command): void {
  command
    .option('--color', 'colours, whatever the terminal')
    .option('--no-color', 'no colours')
    .option('-q, --quiet', 'no progress on stderr')
    .option('--debug', 'stack traces of errors')
    .helpOption('-h, --help', 'print help')
}

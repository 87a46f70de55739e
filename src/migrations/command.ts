import { resolve } from 'node:path'
import type { Connection } from '../database/connection.ts'
import type { CommandSource } from '../domain/config.ts'
import type { MigrationFile } from '../domain/source.ts'
import { HarnessError } from '../errors.ts'
import { commandEnvironment, connectionVariables } from './command-environment.ts'
import { openLogin } from './command-login.ts'
import { runProcess, type Ended } from './command-process.ts'
import { withVariables, wordsOf } from './command-words.ts'

/** What commands of a project need beside a connection. */
export interface CommandContext {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
  /** what goes with this run: the whole server, or only the database on somebody else's */
  readonly ours: 'server' | 'database'
}

export interface CommandRun {
  /** absolute */
  readonly projectDir: string
  /** with whose rights; null: the connection's own */
  readonly role: string | null
  readonly isRecorded: boolean
  readonly context: CommandContext
}

const TIMEOUT_S = 300
const SHOWN_LINES = 25

/** Databases that the harness has made on a server of somebody else (database/scratch.ts). */
const SCRATCH = /^rls_harness_[0-9a-f]{12}$/

/**
 * Runs a command on the connection's database, with the rights of the role.
 *
 * @param connection a superuser's, in no transaction
 * @returns what the command printed
 * @throws HarnessError MIGRATION_FAILED with the end of its output; DATABASE_REFUSED for a database that is not ours
 */
export async function runCommand(
  connection: Connection,
  { path }: Pick<MigrationFile, 'path'>,
  command: CommandSource,
  { projectDir, role, isRecorded, context }: CommandRun,
): Promise<string> {
  const name = typeof command.command === 'string' ? command.command : command.command.join(' ')
  const isOwnServer = context.ours === 'server'
  if (!isOwnServer && !SCRATCH.test(connection.target.database))
    throw new HarnessError('DATABASE_REFUSED', `${name} is only run on a database of the harness's own`)
  context.onProgress(`running ${name}`)
  await using login = await openLogin(connection, {
    role,
    isOwnServer,
    at: isRecorded ? `${path}:0` : undefined,
  })
  const before = await writesOf(connection)
  const variables = connectionVariables(login.target)
  const shell = command.shell ?? false
  const words = shell ? [String(command.command)] : wordsOf(command.command)
  const ended = await runProcess(shell ? words : words.map((word) => withVariables(word, variables)), {
    cwd: resolve(projectDir, command.cwd ?? '.'),
    environment: environmentOf(command, variables, { projectDir, context }),
    shell,
    timeoutMs: (command.timeout ?? TIMEOUT_S) * 1000,
    signal: context.signal,
  })
  context.signal.throwIfAborted()
  if (ended.kind !== 'exited' || ended.code !== 0)
    throw failed(name, command, ended, login.target.password ?? '')
  const isIdle = (command.mode ?? 'apply') === 'apply' && (await writesOf(connection)) === before
  if (isIdle) throw wentElsewhere(name, ended.all)
  return ended.out
}

/** Programs of the project's packages are found as by npm. */
function environmentOf(
  { cwd = '.', env = {} }: CommandSource,
  variables: Readonly<Record<string, string>>,
  { projectDir, context }: Pick<CommandRun, 'projectDir' | 'context'>,
): Record<string, string> {
  const added = Object.entries(env).map(([key, value]) => [key, withVariables(value, variables)] as const)
  const all = commandEnvironment(context.environment, variables, Object.fromEntries(added))
  const separator = process.platform === 'win32' ? ';' : ':'
  const bins = [...new Set([resolve(projectDir, cwd), projectDir])].map((dir) =>
    resolve(dir, 'node_modules/.bin'),
  )
  return { ...all, PATH: [...bins, all['PATH'] ?? ''].join(separator) }
}

/** Grows with every transaction that writes. */
async function writesOf(connection: Connection): Promise<string> {
  const [row] = await connection.rows<{ next: string }>(
    'select pg_snapshot_xmax(pg_current_snapshot())::text as next',
  )
  return row?.next ?? ''
}

function failed(name: string, command: CommandSource, ended: Ended, password: string): HarnessError {
  const output = 'all' in ended ? tailOf(ended.all, password) : ''
  const message = `${name} ${whatHappened(ended, command)}${output === '' ? '' : `\n${output}`}`
  return new HarnessError('MIGRATION_FAILED', message, { hint: adviceFor(ended, command) })
}

function whatHappened(ended: Ended, { timeout = TIMEOUT_S }: CommandSource): string {
  switch (ended.kind) {
    case 'exited':
      return `ended with exit code ${ended.code}`
    case 'killed':
      return `was ended by ${ended.by}`
    case 'too long':
      return `was ended: it ran for more than ${timeout} s`
    case 'not started':
      return `could not be started: ${ended.reason}`
  }
}

function adviceFor(ended: Ended, { cwd = '.', shell }: CommandSource): string {
  const where = cwd === '.' ? 'the project' : cwd
  if (ended.kind === 'too long')
    return 'Give it more time with timeout (in seconds), or find out what it waits for: it can ask nothing, there is no terminal.'
  if (ended.kind === 'not started' || (ended.kind === 'exited' && ended.code === 127))
    return `It runs in ${where}: install what the project needs there, or write the path of the program.${shell ? '' : ' No shell reads the command unless shell: true stands beside it.'}`
  const rights = 'all' in ended && /permission denied|must be (?:superuser|owner)/i.test(ended.all)
  return rights
    ? "It runs as the role that owns the project’s objects, which is no superuser. What needs more (extensions, roles) can stand in a script before it: migrations: [{ sql: ['setup.sql'] }, { command: … }]."
    : "It gets DATABASE_URL, PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE, and nothing secret of your environment. Other variables that it reads stand in env: { NAME: '$DATABASE_URL' }."
}

function wentElsewhere(name: string, output: string): HarnessError {
  const shown = tailOf(output, '')
  return new HarnessError(
    'MIGRATION_FAILED',
    `${name} ended well, but wrote nothing into the throw-away database${shown === '' ? '' : `\n${shown}`}`,
    {
      hint: "It may have migrated another database: look which. Let it connect by DATABASE_URL or the PG… variables; others that it reads stand in env: { NAME: '$DATABASE_URL' }.",
    },
  )
}

function tailOf(output: string, password: string): string {
  const text = password === '' ? output : output.replaceAll(password, '********')
  return text.trimEnd().split(/\r?\n/).slice(-SHOWN_LINES).join('\n')
}

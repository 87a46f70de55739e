import { DatabaseError, type Connection } from '../database/connection.ts'
import type { AppliedFile, AppliedSource, MigrationFile, Source } from '../domain/source.ts'
import { HarnessError } from '../errors.ts'
import { needsAutocommit, refusal, transactionStep } from './classify.ts'
import { runCommand, type CommandContext } from './command.ts'
import { statementRefused } from './failure.ts'
import { FileRun, type Recorder } from './file-run.ts'
import { MigrationSession } from './session.ts'
import { stepsOf, type Step } from './steps.ts'

export interface ApplyOptions {
  /** absolute; what `\i` names is looked up there */
  readonly projectDir: string
  /** with whose rights the files run; null: the connection's own */
  readonly role: string | null
  /** gives SQL that runs before each statement, to record where it stands */
  readonly record?: Recorder
  /** extensions whose statements do nothing, because earlier files asked for them in vain; more are added */
  readonly skippedExtensions?: Set<string>
  /** absent: no command is run */
  readonly commands?: CommandContext
}

/**
 * Three errors that depend on how a file is run: not allowed in a transaction block (25001), a new enum value used
 * in the transaction that adds it (55P04), COMMIT in a DO block (2D000).
 */
const TRANSACTION_IN_THE_WAY = new Set(['25001', '55P04', '2D000'])

/**
 * Runs the files in order, each in a transaction where that is possible. What needs more rights than `role` has
 * runs as the superuser, with a note.
 *
 * @param connection a superuser's; it is the superuser's again afterwards
 * @throws HarnessError MIGRATION_FAILED with file, line and source line; files before it stay applied, and a file
 *   that ran outside a transaction stays applied in part
 */
export async function applySources(
  connection: Connection,
  sources: readonly Source[],
  options: ApplyOptions,
): Promise<readonly AppliedSource[]> {
  const session = new MigrationSession(connection, options.role, options.skippedExtensions)
  const applied: AppliedSource[] = []
  try {
    for (const { tool, files, notes } of sources) {
      const done: AppliedFile[] = []
      for (const file of files)
        done.push(
          file.command ? await applyCommand(session, file, options) : await applyFile(session, file, options),
        )
      applied.push({ tool, files: done, notes })
    }
  } finally {
    await connection.run('rollback').catch(() => {}) // a lost connection has its own error already
    await session.reset().catch(() => {})
  }
  return applied
}

async function applyFile(
  session: MigrationSession,
  file: MigrationFile,
  options: ApplyOptions,
): Promise<AppliedFile> {
  const steps = stepsOf(file, {
    projectDir: options.projectDir,
    database: session.connection.target.database,
  })
  for (const step of steps) {
    const reason = refusal(step)
    if (reason !== undefined) throw statementRefused(step, reason)
  }
  const notes = await runSteps(session, file, steps, options.record)
  return { path: file.path, sha256: file.sha256, notes }
}

/** What a command did itself has no file to show; what it printed is run as one. */
async function applyCommand(
  session: MigrationSession,
  file: MigrationFile,
  options: ApplyOptions,
): Promise<AppliedFile> {
  const { command, path, sha256 } = file
  const { commands: context, projectDir, record } = options
  if (!command || !context) throw new HarnessError('MIGRATION_FAILED', `${path}: no command is run here`)
  await session.reset()
  const run = { projectDir, role: session.role, isRecorded: record !== undefined, context }
  const text = await runCommand(session.connection, file, command, run)
  return command.mode === 'stdout-sql'
    ? applyFile(session, { ...file, text }, options)
    : { path, sha256, notes: [] }
}

async function runSteps(
  session: MigrationSession,
  file: MigrationFile,
  steps: readonly Step[],
  record: Recorder | undefined,
): Promise<readonly string[]> {
  const alone = steps.find(needsAutocommit)
  if (alone || file.transaction === 'never' || steps.some((step) => transactionStep(step) === 'begins')) {
    const why =
      alone && `${alone.part.words.slice(0, 2).join(' ')} at line ${alone.part.line} cannot run inside one`
    return outsideTransaction(session, steps, record, why && `${file.path} ran outside a transaction: ${why}`)
  }
  const run = new FileRun(session, record)
  try {
    await session.startFile()
    await run.inTransaction(steps)
    return run.notes
  } catch (error) {
    await session.connection.run('rollback')
    const failure = causeOf(error)
    if (!failure) throw error
    if (!TRANSACTION_IN_THE_WAY.has(failure.error.sqlstate)) throw named(error, file)
    const note = `${file.path} ran outside a transaction (${failure.error.sqlstate}: ${failure.error.message})`
    return outsideTransaction(session, steps, record, `${note}; your deployment may fail there`)
  }
}

async function outsideTransaction(
  session: MigrationSession,
  steps: readonly Step[],
  record: Recorder | undefined,
  note: string | undefined,
): Promise<readonly string[]> {
  const run = new FileRun(session, record)
  await session.startFile()
  await run.inAutocommit(steps)
  return note === undefined ? run.notes : [note, ...run.notes]
}

function causeOf(error: unknown): DatabaseError | undefined {
  if (error instanceof DatabaseError) return error
  return error instanceof HarnessError && error.cause instanceof DatabaseError ? error.cause : undefined
}

/** Deferred constraints are checked at the commit, when no statement is to blame. */
function named(error: unknown, file: MigrationFile): unknown {
  if (!(error instanceof DatabaseError)) return error
  const { message, sqlstate, detail, hint } = error.error
  const lines = [`${file.path}: ${message} (${sqlstate}), when its transaction was committed`, detail ?? []]
  return new HarnessError('MIGRATION_FAILED', lines.flat().join('\n'), { hint, cause: error })
}

import { DatabaseError, type Connection } from '../database/connection.ts'
import type { AppliedFile, AppliedSource, MigrationFile, Source } from '../domain/source.ts'
import { HarnessError } from '../errors.ts'
import { loadParser } from '../sql/parse.ts'
import { needsAutocommit, refusal, transactionStep } from './classify.ts'
import { runCommand, type CommandContext } from './command.ts'
import { statementRefused } from './failure.ts'
import { FileRun, TRANSACTION_IN_THE_WAY, type Recorder } from './file-run.ts'
import { PassedInFile, type Passed } from './lenient.ts'
import { MigrationSession, type StandIn } from './session.ts'
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
  /** schemas that are there before the first file, which a dump makes all the same */
  readonly platformSchemas?: readonly string[]
  /** where it is given, what fails is added to it, and everything else runs */
  readonly passed?: Passed
  /** what stands in for an extension that the server does not have */
  readonly standIn?: StandIn
  /** absent: no command is run */
  readonly commands?: CommandContext
}

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
  if (options.passed) await loadParser()
  const session = new MigrationSession(connection, options.role, options.skippedExtensions, options.standIn)
  const superuser = new MigrationSession(connection, null, session.skippedExtensions, options.standIn)
  const applied: AppliedSource[] = []
  try {
    for (const { tool, files, notes } of sources) {
      const done: AppliedFile[] = []
      for (const file of files) {
        const by = file.role === 'before' ? superuser : session
        done.push(file.command ? await applyCommand(by, file, options) : await applyFile(by, file, options))
      }
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
  const { passed } = options
  const refused = passed && new PassedInFile(passed)
  const steps = stepsOf(file, {
    projectDir: options.projectDir,
    database: session.connection.target.database,
    ...(refused ? { onRefused: (part, path, reason) => refused.line(part, path, reason) } : {}),
  }).filter((step) => {
    const reason = refusal(step)
    if (reason === undefined) return true
    if (!refused) throw statementRefused(step, reason)
    refused.refused(step, reason)
    return false
  })
  if (passed) refused?.addTo(passed)
  const notes = await runSteps(session, file, steps, options)
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
  { record, passed, platformSchemas = [] }: ApplyOptions,
): Promise<readonly string[]> {
  const schemas = file.role === 'schema' ? platformSchemas : undefined
  const outside = (note: string | undefined): Promise<readonly string[]> =>
    run(session, { record, passed, note, schemas }, (one) => one.inAutocommit(steps))
  const alone = steps.find(needsAutocommit)
  if (alone || file.transaction === 'never' || steps.some((step) => transactionStep(step) === 'begins')) {
    const why =
      alone && `${alone.part.words.slice(0, 2).join(' ')} at line ${alone.part.line} cannot run inside one`
    return outside(why && `${file.path} ran outside a transaction: ${why}`)
  }
  try {
    return await run(session, { record, passed, note: undefined, schemas }, (one) => one.inTransaction(steps))
  } catch (error) {
    await session.connection.run('rollback')
    const failure = causeOf(error)
    if (!failure) throw error
    const { sqlstate, message } = failure.error
    // to go on behind what only the commit finds, statements must stand for themselves
    if (!TRANSACTION_IN_THE_WAY.has(sqlstate) && !passed) throw named(error, file)
    return outside(
      `${file.path} ran outside a transaction (${sqlstate}: ${message}); your deployment may fail there`,
    )
  }
}

interface RunOptions extends Pick<ApplyOptions, 'record' | 'passed'> {
  readonly note: string | undefined
  /** of a schema file: what is there before it */
  readonly schemas: readonly string[] | undefined
}

/** One pass over a file; what it passes over counts where it comes to its end. */
async function run(
  session: MigrationSession,
  { record, passed, note, schemas }: { [K in keyof RunOptions]: RunOptions[K] | undefined },
  pass: (one: FileRun) => Promise<void>,
): Promise<readonly string[]> {
  const inFile = passed && new PassedInFile(passed)
  const one = new FileRun(session, { record, passed: inFile, platformSchemas: schemas })
  await session.startFile()
  await pass(one)
  if (passed) inFile?.addTo(passed)
  return [...(note === undefined ? [] : [note]), ...one.schemaNotes(), ...one.notes]
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

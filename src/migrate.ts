import { filesIn, wantsExtensions, wantsNeon } from './chain.ts'
import { Connection } from './database/connection.ts'
import type { Config } from './domain/config.ts'
import { driftScope } from './drift-scope.ts'
import type { FailedStatement } from './domain/failed-statement.ts'
import type { ConnectionTarget } from './domain/server.ts'
import type { AppliedFile, AppliedSource, Source } from './domain/source.ts'
import { applySources } from './migrations/apply.ts'
import { installBlame, recordBlame, removeBlame } from './migrations/blame.ts'
import type { BlameRecord } from './migrations/blame.ts'
import type { Passed } from './migrations/lenient.ts'
import type { CommandContext } from './migrations/command.ts'
import { leavesTraces, startingSettings } from './migrations/pause.ts'
import { readDefinitions } from './migrations/read-definitions.ts'
import { completeApiRoles, installAssumed, installNeonBeside, stubScript } from './platform/install.ts'
import { installProfile, migrationRole } from './platform/profile.ts'
import { restore } from './restore.ts'
import { loadParser } from './sql/parse.ts'

/** What the migrations made, and from where. */
export interface Migrated {
  readonly sources: readonly AppliedSource[]
  readonly definitions: readonly BlameRecord[]
  /** what was passed over; null where an error would have ended the run */
  readonly failed: readonly FailedStatement[] | null
  /** extensions that migrations asked for and of which nothing is there */
  readonly skippedExtensions: readonly string[]
}

/** How far migrations have come, and what is to be known of those that ran. */
export interface Applied {
  readonly files: readonly AppliedFile[]
  readonly skippedExtensions: readonly string[]
  readonly definitions: readonly BlameRecord[]
  readonly failed: readonly FailedStatement[]
  /** of a lenient run: what is known again where it stands once more */
  readonly ran: readonly string[]
}

export interface MigrationInput {
  readonly config: Config
  readonly sources: readonly Source[]
  readonly apiPrivileges: 'legacy' | 'explicit'
  /** SQL that the superuser runs behind the platform */
  readonly prelude?: string
  /** the roles of the server are this run's own */
  readonly ownsRoles?: boolean
  /** absent: a command among the sources is refused */
  readonly commands?: CommandContext
  /** what already ran in this database */
  readonly from?: Applied | undefined
  /** after that many files the database is worth keeping */
  readonly stop?: number | undefined
  /** no connection is open meanwhile */
  readonly onStop?: (applied: Applied) => Promise<void>
}

/**
 * Applies the files that did not run yet. Where a session held something that its successor would miss, there is no
 * stop, and `goesOn` says that no file may ever be added to the result.
 *
 * @throws HarnessError MIGRATION_FAILED
 */
export async function migrate(
  target: ConnectionTarget,
  input: MigrationInput,
): Promise<{ readonly applied: Applied; readonly goesOn: boolean }> {
  const { config, sources, from, stop, onStop } = input
  let pass = await Pass.open(target, input, from ?? (await begin(target, input)))
  try {
    if (stop !== undefined && stop >= pass.done) {
      await pass.applyUntil(stop)
      if (onStop && !(await pass.leavesTraces())) {
        const applied = await pass.end()
        await onStop(applied)
        pass = await Pass.open(target, input, applied)
      }
    }
    await pass.applyUntil(filesIn(sources).length)
    const goesOn = !(await pass.leavesTraces())
    const applied = await pass.end()
    if (config.platform === 'none') await completed(target)
    return { applied, goesOn }
  } finally {
    await pass.close()
  }
}

async function completed(target: ConnectionTarget): Promise<void> {
  await using connection = await Connection.open(target)
  await completeApiRoles(connection)
}

/** What a report says of the files, and where everything was defined. */
export async function asMigrated(
  { files, definitions, failed: failures, skippedExtensions }: Applied,
  { config, sources }: Pick<MigrationInput, 'config' | 'sources'>,
  database: string,
): Promise<Migrated> {
  const left = [...files]
  const applied = sources.map(({ tool, files: own, notes }) => ({
    tool,
    files: left.splice(0, own.length),
    notes,
  }))
  const isLive = filesIn(sources).some(({ file }) => file.live)
  const failed = config.lenient || isLive ? failures : null
  const assumed = wantsExtensions(config, sources)
  const [first] = applied
  if (first && assumed.length > 0)
    applied[0] = {
      ...first,
      notes: [
        ...first.notes,
        `used and made by no migration, so taken for switched on by hand: ${assumed.join(', ')}`,
      ],
    }
  if (definitions.length > 0) return { sources: applied, definitions, failed, skippedExtensions }
  // nobody may record there, or event triggers are switched off: the text of the migrations says nearly as much
  await loadParser()
  return {
    sources: applied,
    failed,
    skippedExtensions,
    definitions: readDefinitions(sources, { projectDir: config.projectDir, database }),
  }
}

/** The platform, and what a live database has on it. */
async function begin(target: ConnectionTarget, input: MigrationInput): Promise<Applied> {
  await installFor(target, input)
  const [first] = filesIn(input.sources)
  if (!first?.file.live) return NOTHING
  const { path, sha256, live } = first.file
  const failed = await restore(target, { name: path, wanted: live, ...input })
  return { ...NOTHING, files: [{ path, sha256, notes: [] }], failed }
}

const NOTHING: Applied = { files: [], skippedExtensions: [], definitions: [], failed: [], ran: [] }

async function installFor(
  target: ConnectionTarget,
  { config, sources, apiPrivileges, prelude = '' }: MigrationInput,
): Promise<void> {
  await using platform = await Connection.open(target)
  await installProfile(platform, config.platform, { apiPrivileges })
  if (wantsNeon(config, sources)) await installNeonBeside(platform)
  const schema = config.platform === 'supabase' ? 'extensions' : 'public'
  for (const name of wantsExtensions(config, sources)) await installAssumed(platform, name, schema)
  if (prelude !== '') await platform.run(prelude)
}

/** Files that run in one session, which begins after the platform has set what holds for sessions. */
class Pass {
  readonly #connection: Connection
  readonly #input: MigrationInput
  readonly #from: Applied
  readonly #files: AppliedFile[]
  readonly #skippedExtensions: Set<string>
  readonly #passed: Passed
  readonly #settings: string
  readonly #isRecorded: boolean

  private constructor(
    connection: Connection,
    input: MigrationInput,
    from: Applied,
    { settings, isRecorded }: { readonly settings: string; readonly isRecorded: boolean },
  ) {
    this.#connection = connection
    this.#input = input
    this.#from = from
    this.#files = [...from.files]
    this.#skippedExtensions = new Set(from.skippedExtensions)
    this.#passed = { failed: [...from.failed], ran: new Set(from.ran) }
    this.#settings = settings
    this.#isRecorded = isRecorded
  }

  static async open(target: ConnectionTarget, input: MigrationInput, from: Applied): Promise<Pass> {
    const connection = await Connection.open(target)
    try {
      // asked only where a stop can follow: elsewhere one may not be allowed to
      const settings = input.onStop ? await startingSettings(connection) : ''
      return new Pass(connection, input, from, { settings, isRecorded: await installBlame(connection) })
    } catch (error) {
      await connection.close()
      throw error
    }
  }

  /** how many files ran */
  get done(): number {
    return this.#files.length
  }

  async applyUntil(count: number): Promise<void> {
    const { config, sources } = this.#input
    const applied = await applySources(this.#connection, between(sources, this.done, count), {
      projectDir: config.projectDir,
      platformSchemas: driftScope(config).platformSchemas,
      role: migrationRole(config.platform),
      skippedExtensions: this.#skippedExtensions,
      ...(config.lenient ? { passed: this.#passed } : {}),
      standIn: stubScript,
      ...(this.#isRecorded ? { record: recordBlame } : {}),
      ...(this.#input.commands ? { commands: this.#input.commands } : {}),
    })
    this.#files.push(...applied.flatMap(({ files }) => files))
  }

  async leavesTraces(): Promise<boolean> {
    return !this.#input.onStop || (await leavesTraces(this.#connection, this.#settings))
  }

  async end(): Promise<Applied> {
    const recorded = this.#isRecorded ? await removeBlame(this.#connection) : []
    await this.close()
    return {
      files: this.#files,
      skippedExtensions: [...this.#skippedExtensions],
      definitions: [...this.#from.definitions, ...recorded],
      failed: this.#passed.failed,
      ran: [...this.#passed.ran],
    }
  }

  close(): Promise<void> {
    return this.#connection.close()
  }
}

/** The sources with the files from the one to the other, counted over all of them. */
function between(sources: readonly Source[], first: number, end: number): readonly Source[] {
  const wanted = new Set(
    filesIn(sources)
      .slice(first, end)
      .map(({ file }) => file),
  )
  return sources.map((source) => ({ ...source, files: source.files.filter((file) => wanted.has(file)) }))
}

import { DatabaseError } from '../database/connection.ts'
import { quoteName } from '../sql/quote.ts'
import { tokensOf } from '../sql/split-tokens.ts'
import type { MigrationSession } from './session.ts'
import type { Step } from './steps.ts'

/** A CREATE EXTENSION that is made to fit what this server has. */
interface ExtensionRequest {
  readonly name: string
  /** where it wants to be */
  readonly schema: string | undefined
  /**
   * The statement without VERSION; then also without its SCHEMA, or in one of its own where it names none: a dump
   * has an empty search_path and relies on the control file for the schema, which a stub's may not name.
   */
  readonly attempts: readonly string[]
}

/** Unsupported or missing file, no such version, needs shared_preload_libraries: not available here. */
const UNAVAILABLE = new Set(['0A000', '58P01', '22023', '55000'])
const ALREADY_THERE = '42710'
const NO_SUCH_SCHEMA = '3F000'

export function isCreateExtension({ part: { words } }: Step): boolean {
  return words[0] === 'create' && words[1] === 'extension'
}

/** No such version, cannot move to another schema, no file for it: of what is installed here another version is as good. */
const NOT_AS_IT_SHOULD_BE = new Set(['22023', '0A000', '58P01'])

export function isAlterExtension({ part: { words } }: Step): boolean {
  return words[0] === 'alter' && words[1] === 'extension'
}

/**
 * `alter extension x update`, `… set schema y`, with the superuser's rights.
 * @returns what a person should know, where what is there cannot be made to fit
 */
export async function alterExtension(
  session: MigrationSession,
  step: Step,
  inTransaction: boolean,
): Promise<string | undefined> {
  try {
    await session.undoable(inTransaction, () =>
      session.elevated(inTransaction, () => session.connection.run(step.text)),
    )
    return undefined
  } catch (error) {
    if (!(error instanceof DatabaseError) || !NOT_AS_IT_SHOULD_BE.has(error.error.sqlstate)) throw error
    return `skipped: ${error.error.message}`
  }
}

/** `comment on extension x`, `alter extension x …` and `drop extension x` where x was skipped. */
export function concernsSkipped({ part: { words }, text }: Step, skipped: ReadonlySet<string>): boolean {
  const named = words[0] === 'comment' ? words[2] : words[1]
  if (named !== 'extension' || words[0] === 'create') return false
  return [...skipped].some((name) => words.includes(name) || text.includes(`"${name}"`))
}

/**
 * Creates the extension as the superuser, as hosted platforms let projects do.
 * @returns what a person should know, without the place
 * @throws DatabaseError for a failure that is not about what the server has
 */
export async function createExtension(
  session: MigrationSession,
  step: Step,
  inTransaction: boolean,
): Promise<string | undefined> {
  const { name, schema, attempts } = requestOf(step.text)
  const skip = (): string => {
    session.skippedExtensions.add(name)
    return `extension "${name}" is not available here: skipped; what depends on it is untested`
  }
  const available = await session.connection.rows('select from pg_available_extensions where name = $1', [
    name,
  ])
  if (available.length === 0)
    return (await standIn(session, inTransaction, name, schema)) ? undefined : skip()
  let failure: DatabaseError | undefined
  for (const [index, text] of attempts.entries()) {
    try {
      await session.undoable(inTransaction, () =>
        session.elevated(inTransaction, () => session.connection.run(text)),
      )
      return index === 0
        ? undefined
        : `extension "${name}" was created in another schema than it would be in your database`
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      failure = error
      const { sqlstate } = error.error
      if (sqlstate === ALREADY_THERE) return `extension "${name}" was there already`
      if (!UNAVAILABLE.has(sqlstate) && sqlstate !== NO_SUCH_SCHEMA) throw error
    }
  }
  if (failure && !UNAVAILABLE.has(failure.error.sqlstate)) throw failure
  return skip()
}

/** Runs what makes a stub; one that is there already stays as it is. @returns whether it is there */
async function standIn(
  session: MigrationSession,
  inTransaction: boolean,
  name: string,
  schema: string | undefined,
): Promise<boolean> {
  const { connection } = session
  const there = await connection.rows('select from pg_extension where extname = $1', [name])
  if (there.length > 0) return true
  const [target] = await connection.rows<{ schema: string | null }>('select current_schema() as schema')
  const script = await session.standIn(name, schema ?? target?.schema ?? 'public')
  if (script === undefined) return false
  const whole = inTransaction ? script : `begin; ${script}; commit`
  await session.asSuperuser(() => connection.run(whole))
  return true
}

function requestOf(text: string): ExtensionRequest {
  const tokens = [...tokensOf(text)].filter(({ kind }) => kind !== 'space' && kind !== 'comment')
  const words = tokens.map(({ start, end }) => text.slice(start, end))
  const keywords = words.map((word) => word.toLowerCase())
  const nameAt = keywords[2] === 'if' ? 5 : 2
  const without = (...clauses: readonly string[]): string =>
    words
      .filter(
        (_, index) =>
          index <= nameAt || !clauses.some((c) => keywords[index] === c || keywords[index - 1] === c),
      )
      .join(' ')
  const plain = without('version')
  const anywhere = without('version', 'schema')
  const name = unquoted(words[nameAt] ?? '')
  // names with pg_ are the system's own: real ones that make a schema leave the _ out
  const own = quoteName(name.replace(/^pg_/, 'pg'))
  const inItsOwn = `create schema if not exists ${own}; ${plain.replace(/\s*;$/, '')} schema ${own}`
  const at = keywords.indexOf('schema', nameAt + 1)
  const schema = at === -1 ? undefined : unquoted(words[at + 1] ?? '')
  return { name, schema, attempts: [plain, plain === anywhere ? inItsOwn : anywhere] }
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()
}

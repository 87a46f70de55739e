import type { ServerError } from '../domain/server-error.ts'
import { HarnessError } from '../errors.ts'
import { tokensOf } from '../sql/split-tokens.ts'
import type { Step } from './steps.ts'

/** What usually is the reason, and what to do; by SQLSTATE, else by its class. */
const ADVICE: Readonly<Record<string, string>> = {
  '42P01':
    'The table is made by no earlier migration. Check that all sources are listed in rls.config.ts and in the right order; if the history is incomplete, put a schema dump first: migrations: [{ sql: ["schema.sql"] }].',
  '3F000':
    "No earlier statement makes this schema. auth, storage, realtime and extensions come with platform: 'supabase'; others need a migration that creates them.",
  '42704':
    "A type, role, extension or another object is missing. anon, authenticated and service_role come with platform: 'supabase'; roles of your own need a script that creates them, listed first.",
  '42883':
    'The function is made by no earlier migration, or its extension is missing or in a schema that is not on the search_path.',
  '42P07':
    'Something of that name is there already: two sources make it, or a dump and the migrations behind it are both listed.',
  '42710':
    'Something of that name is there already: two sources make it, or a dump and the migrations behind it are both listed.',
  '42723': 'A function of that signature is there already: two sources make it.',
  '42P06': 'The schema is there already: two sources make it.',
  '42703':
    'The column is made by no earlier migration. Check that all sources are listed in the right order.',
  '42701': 'The column is there already: two sources add it.',
  '42601':
    'The server cannot parse it. Check that the file is complete and is meant for PostgreSQL of the version under test (database.version).',
  '42501':
    'Not even the superuser may do this, or a policy or trigger refused a row that the migration writes.',
  '42P17': 'Policies that read each other recurse: the migration itself ran into it.',
  '55P04': 'A new enum value cannot be used in the transaction that adds it: use it in a later migration.',
  '25001': 'The statement cannot run in a transaction block: take it out of begin … commit.',
  '0A000': 'The server of this version does not support it. Choose another with database.version.',
  '58P01': 'A file of the server is missing, mostly the library of an extension that is not installed.',
  '22P02':
    'A value does not fit its type; in a policy or function often an empty setting that is cast to uuid.',
}
const ADVICE_FOR_CLASS: Readonly<Record<string, string>> = {
  '23': 'The rows that the migration writes break a constraint: it probably expects rows that exist only in your real database. Add them with a script before it, or list a schema dump in its stead.',
  '42': 'Check that all sources are listed in rls.config.ts, complete and in the right order.',
  P0: 'The migration itself raised this error: it probably expects data or settings that exist only in your real database.',
}

/** A history that cannot be replayed is nothing that a person can repair at once. */
const WAYS_OUT =
  'If the history itself is broken: --lenient goes on behind what fails, --from-schema starts from a dump or a database instead.'

/** The error for a statement that the server refused; `error.position` counts from the statement's start. */
export function statementFailed(step: Step, error: ServerError, cause: unknown): HarnessError {
  const spot = spotOf(step, error.position ?? mentionedAt(step, error.message))
  const lines = [
    `${step.file}:${spot.line}: ${error.message} (${error.sqlstate})`,
    excerpt(step, spot),
    ...(error.detail === undefined ? [] : [`detail: ${error.detail}`]),
    ...(error.where === undefined ? [] : [`where: ${error.where.split('\n', 1)[0] ?? ''}`]),
  ]
  const advice = ADVICE[error.sqlstate] ?? ADVICE_FOR_CLASS[error.sqlstate.slice(0, 2)]
  const hint = [error.hint, advice, WAYS_OUT].filter((line) => line !== undefined).join('\n')
  return new HarnessError('MIGRATION_FAILED', lines.join('\n'), { hint: hint || undefined, cause })
}

/** The error for a statement that the harness refuses to run. */
export function statementRefused(step: Step, reason: string): HarnessError {
  const spot = spotOf(step, undefined)
  return new HarnessError(
    'MIGRATION_FAILED',
    `${step.file}:${spot.line}: ${reason}\n${excerpt(step, spot)}`,
    {
      hint: 'Take it out of the script, or list a script without it in rls.config.ts: migrations: [{ sql: [...] }].',
    },
  )
}

/**
 * CREATE POLICY and ALTER POLICY report no position (CreatePolicy parses without the source text): take the first place
 * where the name that the message quotes stands. It only chooses the line that is shown.
 */
function mentionedAt({ part, text }: Step, message: string): number | undefined {
  const name = /"([^"]+)"/.exec(message)?.[1]?.split('.').at(-1)
  if (name === undefined || part.words[1] !== 'policy') return undefined
  for (const { kind, start, end } of tokensOf(text)) {
    const token = text.slice(start, end)
    const mentions = (kind === 'word' && token.toLowerCase() === name) || token === `"${name}"`
    if (mentions) return Array.from(text.slice(0, start)).length + 1
  }
  return undefined
}

interface Spot {
  /** 1-based, in the file */
  readonly line: number
  /** 0-based; absent where the server gave no position or variables moved the text */
  readonly column?: number
}

function spotOf(step: Step, position: number | undefined): Spot {
  if (position === undefined) return { line: step.part.line }
  // the server counts characters, a string's index counts UTF-16 units
  const before = Array.from(step.text)
    .slice(0, position - 1)
    .join('')
  const breaks = before.split('\n').length - 1
  if (step.text !== step.part.text) return { line: step.part.line + breaks }
  const offset = step.part.offset + before.length
  return { line: step.part.line + breaks, column: offset - (step.script.lastIndexOf('\n', offset - 1) + 1) }
}

function excerpt(step: Step, { line, column }: Spot): string {
  const source = (step.script.split('\n')[line - 1] ?? '').replaceAll('\t', ' ').trimEnd()
  const number = String(line).padStart(4)
  const shown = `${number} | ${source}`
  return column === undefined ? shown : `${shown}\n${' '.repeat(number.length)} | ${' '.repeat(column)}^`
}

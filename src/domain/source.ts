import type { CommandSource } from './config.ts'
import type { Snapshot } from './drift.ts'

/** One SQL file of a source, in the order in which the tool would run it; or a command in its place. */
export interface MigrationFile {
  /** relative to the project, with forward slashes: what people see; of a command see `byCommand` */
  readonly path: string
  readonly text: string
  readonly sha256: string
  /** how its tool runs it; `auto` lets the runner decide from the text */
  readonly transaction: 'auto' | 'never'
  /**
   * `roles` and `seed` files of Supabase run before and after the migrations, those of the hooks `before` and `after` all
   * others, `schema` is what the history begins with
   */
  readonly role: 'migration' | 'roles' | 'seed' | 'before' | 'after' | 'schema'
  /** no text: what was read of a live database */
  readonly live?: Snapshot
  /** what makes the rest of it: there is no text yet */
  readonly command?: CommandSource
}

export interface Source {
  readonly tool: string
  readonly files: readonly MigrationFile[]
  /** files that lie there and are not run, and other remarks */
  readonly notes: readonly string[]
}

/** What was done with a file: the notes say what a person should know (ran outside a transaction, …). */
export interface AppliedFile {
  readonly path: string
  readonly sha256: string
  readonly notes: readonly string[]
}

export interface AppliedSource {
  readonly tool: string
  readonly files: readonly AppliedFile[]
  readonly notes: readonly string[]
}

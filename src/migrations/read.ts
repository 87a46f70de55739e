import { createHash } from 'node:crypto'
import type { MigrationFile, Source } from '../domain/source.ts'
import { tokensOf } from '../sql/split-tokens.ts'
import { splitScript } from '../sql/split.ts'
import { includedPath } from './psql-include.ts'
import { displayPath, isFile, isInside, readText } from './text-file.ts'

/** Marks with which tools say that a file must not run in a transaction; they count in comments only. */
const NO_TRANSACTION =
  /^--\s*(\+goose\s+no\s+transaction|migrate:up\s.*transaction:\s*false|atlas:txmode\s+none|(no|disable)[-_ ]transaction\b)/i

/** A source under construction: files in order, and what there is to say about them. */
export class SourceBuilder {
  readonly projectDir: string
  readonly #tool: string
  readonly #files: MigrationFile[] = []
  readonly #notes: string[] = []

  constructor(projectDir: string, tool: string) {
    this.projectDir = projectDir
    this.#tool = tool
  }

  /** Adds the file at `path` (relative to the project, or absolute). `trim` may shorten its text. */
  add(
    path: string,
    role: MigrationFile['role'],
    { trim, transaction }: { trim?: (text: string) => string; transaction?: 'never' } = {},
  ): void {
    const file = readMigration(this.projectDir, path, role)
    const text = trim ? trim(file.text) : file.text
    if (text.trim() === '') this.note(`${file.path} is empty`)
    if (text.length < file.text.length) this.note(`${file.path}: only its up part is run`)
    this.#files.push({ ...file, text, ...(transaction === undefined ? {} : { transaction }) })
  }

  note(text: string): void {
    this.#notes.push(text)
  }

  build(): Source {
    return { tool: this.#tool, files: this.#files, notes: this.#notes }
  }
}

/** @throws HarnessError SOURCES_NOT_FOUND when the file can't be read or is not UTF-8 */
function readMigration(projectDir: string, path: string, role: MigrationFile['role']): MigrationFile {
  const text = readText(projectDir, path)
  return {
    path: displayPath(projectDir, path),
    text,
    sha256: digest(projectDir, path, text),
    transaction: marksNoTransaction(text) ? 'never' : 'auto',
    role,
  }
}

/** What is included counts as part of the file: a cache keyed by the digest must not outlive a change there. */
function digest(projectDir: string, path: string, text: string): string {
  const hash = createHash('sha256')
  const seen = new Set<string>()
  const visit = (path: string, text: string): void => {
    hash.update(text).update('\0')
    for (const included of includesOf(projectDir, path, text)) {
      if (seen.has(included)) continue
      seen.add(included)
      visit(included, readText(projectDir, included))
    }
  }
  visit(displayPath(projectDir, path), text)
  return hash.digest('hex')
}

/** Those that can be read; what is wrong with the others is said when the file is run. */
function includesOf(projectDir: string, path: string, text: string): readonly string[] {
  if (!text.includes('\\i')) return []
  return splitScript(text)
    .flatMap((part) => (part.kind === 'meta' ? (includedPath(part, path) ?? []) : []))
    .filter((included) => isInside(projectDir, included) && isFile(projectDir, included))
}

function marksNoTransaction(text: string): boolean {
  if (!/transaction|txmode/i.test(text)) return false
  for (const { kind, start, end } of tokensOf(text)) {
    if (kind === 'comment' && NO_TRANSACTION.test(text.slice(start, end))) return true
  }
  return false
}

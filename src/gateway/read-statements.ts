import { locateStatements } from '../sql/parse.ts'
import { commandOf, PLAIN, type Command } from './command.ts'

/** A statement of a simple query. */
export interface Statement {
  readonly command: Command
  /** blanks up to where it stands, then the statement: positions in the server's errors stay right */
  readonly sql: string
}

/** Commands that are left to the server, and set nothing, where set_config() is not called. */
const PLAIN_START =
  /^\s*(?:select|insert|update|delete|with|values|table|merge|show|explain|fetch|move|close)\b/i
/** A semicolon in the middle, a call that sets, or a name whose letters are escaped. */
const NEEDS_PARSER = /;\s*\S|set_config|[uU]&"/i

const KEPT = 500

/** Reads the statements of a message, and remembers the texts of late: applications send the same ones again and again. */
export class StatementReader {
  readonly #read = new Map<string, readonly Statement[] | null>()

  /** @returns null where PostgreSQL's grammar refuses the text */
  read(text: string): readonly Statement[] | null {
    if (PLAIN_START.test(text) && !NEEDS_PARSER.test(text)) return [{ command: PLAIN, sql: text }]
    const known = this.#read.get(text)
    if (known !== undefined) return known
    const statements = readStatements(text)
    if (this.#read.size >= KEPT) this.#read.clear()
    this.#read.set(text, statements)
    return statements
  }
}

export function readStatements(text: string): readonly Statement[] | null {
  const bytes = Buffer.from(text)
  return (
    locateStatements(text)?.map(({ node, start, end }) => ({
      command: commandOf(node),
      sql: ' '.repeat(bytes.toString('utf8', 0, start).length) + bytes.toString('utf8', start, end),
    })) ?? null
  )
}

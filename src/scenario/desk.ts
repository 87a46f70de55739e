import type { Connection, QueryRunner, StatementResult } from '../database/connection.ts'

/** Questions whose answers are kept: those of one relation repeat each other, those of others do not. */
const MOST_KEPT = 2_000

/**
 * A connection on which nothing lasts: every text is asked in a transaction of its own, of the database as it stands, and
 * the same text once. Many may ask at the same time.
 */
export class Desk implements QueryRunner {
  readonly #connection: Connection
  readonly #kept = new Map<string, Promise<readonly StatementResult[]>>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  results(text: string): Promise<readonly StatementResult[]> {
    // whoever undoes what failed finds it undone
    if (text.startsWith('rollback to savepoint')) return Promise.resolve([])
    const known = this.#kept.get(text)
    if (known) return known
    const asked = this.#connection.results(`${FRESH};\n${text}`).then((all) => all.slice(FRESH_RESULTS))
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear()
    this.#kept.set(text, asked)
    return asked
  }

  async run(text: string): Promise<void> {
    await this.results(text)
  }

  async rows<Row = Record<string, unknown>>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    if (values.length === 0) return ((await this.results(text)).at(-1)?.rows ?? []) as readonly Row[]
    const ended = this.#connection.run('rollback')
    const [, rows] = await Promise.all([ended, this.#connection.rows<Row>(text, values)])
    return rows
  }
}

const FRESH = 'rollback;\nbegin'
const FRESH_RESULTS = 2

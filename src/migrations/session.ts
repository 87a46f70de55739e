import { readFileSync } from 'node:fs'
import type { Connection } from '../database/connection.ts'
import { quoteLiteral, quoteName } from '../sql/quote.ts'

const HAND_OVER = readFileSync(new URL('handover.sql', import.meta.url), 'utf8')
const AS_SUPERUSER = 'reset session authorization; reset role'
const KEEP_NOTHING = 'drop event trigger rls_harness_handover; drop function pg_temp.hand_over()'
const SAVEPOINT = 'rls_harness'
const GUARD = 'rls_harness_guard'

/** The script that makes a stub of an extension; undefined where there is none. To be run in a transaction. */
export type StandIn = (name: string, schema: string) => Promise<string | undefined>

/** The superuser's connection, on which files run with the rights of `role`. */
export class MigrationSession {
  readonly connection: Connection
  /** null: the superuser itself */
  readonly role: string | null
  readonly skippedExtensions: Set<string>
  readonly standIn: StandIn

  constructor(
    connection: Connection,
    role: string | null,
    skippedExtensions = new Set<string>(),
    standIn: StandIn = () => Promise.resolve(undefined),
  ) {
    this.skippedExtensions = skippedExtensions
    this.standIn = standIn
    this.connection = connection
    this.role = role
  }

  /** Undoes what the file before has set, and takes the role on. */
  async startFile(): Promise<void> {
    await this.reset()
    if (this.role !== null) await this.connection.run(this.#assumeRole())
  }

  async reset(): Promise<void> {
    await this.connection.run(`${AS_SUPERUSER}; reset all`)
  }

  /** Runs `work` with the superuser's rights. In a transaction, a failure leaves the session to its rollback. */
  async elevated(inTransaction: boolean, work: () => Promise<void>): Promise<void> {
    if (this.role === null) return work()
    const [before] = await this.connection.rows<{ role: string }>("select current_setting('role') as role")
    const restore = before && before.role !== 'none' ? `; set role ${quoteName(before.role)}` : ''
    const release = `${AS_SUPERUSER}; ${KEEP_NOTHING}; ${this.#assumeRole()}${restore}`
    await this.connection.run(AS_SUPERUSER)
    await this.connection.run(
      `select set_config('rls.owner', ${quoteLiteral(this.role)}, false); ${HAND_OVER}`,
    )
    try {
      await work()
    } catch (error) {
      if (!inTransaction) await this.connection.run(release)
      throw error
    }
    await this.connection.run(release)
  }

  /** Runs `work` as the superuser, who keeps what it makes. */
  async asSuperuser(work: () => Promise<void>): Promise<void> {
    if (this.role === null) return work()
    const [before] = await this.connection.rows<{ role: string }>("select current_setting('role') as role")
    await this.connection.run(AS_SUPERUSER)
    await work()
    const restore = before && before.role !== 'none' ? `; set role ${quoteName(before.role)}` : ''
    await this.connection.run(`${this.#assumeRole()}${restore}`)
  }

  /** Runs `work` so that a failure undoes nothing but `work`. */
  async undoable(inTransaction: boolean, work: () => Promise<void>): Promise<void> {
    if (!inTransaction) return work()
    await this.connection.run(`savepoint ${SAVEPOINT}`)
    try {
      await work()
    } catch (error) {
      await this.undo()
      throw error
    }
    await this.connection.run(`release savepoint ${SAVEPOINT}`)
  }

  /** Goes back to the savepoint that undoable() or SAVED.before has set. */
  async undo(): Promise<void> {
    await this.connection.run(`rollback to savepoint ${SAVEPOINT}; release savepoint ${SAVEPOINT}`)
  }

  /**
   * Runs `work` so that after a failure the session goes on as it was before it. A savepoint that `work` itself sets stays.
   */
  async guarded(inTransaction: boolean, keepsIt: boolean, work: () => Promise<void>): Promise<void> {
    if (!inTransaction) return work()
    await this.connection.run(`savepoint ${GUARD}`)
    try {
      await work()
    } catch (error) {
      await this.connection.run(`rollback to savepoint ${GUARD}; release savepoint ${GUARD}`)
      throw error
    }
    if (!keepsIt) await this.connection.run(`release savepoint ${GUARD}`)
  }

  #assumeRole(): string {
    return this.role === null ? '' : `set session authorization ${quoteName(this.role)}`
  }
}

/** What goes around a statement in the same message, so that a savepoint costs no round trip. */
export const SAVED = {
  before: `savepoint ${SAVEPOINT}; `,
  after: `\n; release savepoint ${SAVEPOINT}`,
} as const

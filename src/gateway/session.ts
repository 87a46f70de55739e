import type { Command } from './command.ts'
import type { Identity } from './identity.ts'
import { parameterStatus } from './messages.ts'
import { Names } from './names.ts'
import { StatementReader } from './read-statements.ts'
import type { Settings, SettingsSnapshot } from './settings.ts'

/** A client's transaction, or a savepoint in it: a savepoint on the line, under a name of ours. */
export interface Savepoint {
  /** the client's name; null for the transaction itself */
  readonly name: string | null
  readonly server: string
  readonly settings: SettingsSnapshot
  /** whether the transaction only read when it was made */
  readonly readOnly: boolean
}

/** GUC_REPORT (src/backend/utils/misc/guc_tables.c): what a client is told of without asking. */
export const REPORTED = [
  'application_name',
  'client_encoding',
  'DateStyle',
  'default_transaction_read_only',
  'in_hot_standby',
  'integer_datetimes',
  'IntervalStyle',
  'search_path',
  'server_encoding',
  'server_version',
  'standard_conforming_strings',
  'TimeZone',
] as const

/** The name by which a prepared statement or portal is known, and what it does. */
export type Commands = Map<string, Command>

/** What one client believes its session with a server of its own to be. */
export class ClientSession {
  readonly identity: Identity
  readonly number: number
  readonly names: Names
  readonly settings: Settings
  readonly reader = new StatementReader()
  /** by the client's names */
  readonly statements: Commands = new Map()
  readonly portals: Commands = new Map()
  /** made by DECLARE and PREPARE, under names that the server knows as well */
  readonly cursors = new Set<string>()
  readonly prepared = new Set<string>()
  readonly #reported: Map<string, string>
  /** what ReadyForQuery says to the client */
  status: 'I' | 'T' | 'E' = 'I'
  /** the transaction first */
  savepoints: Savepoint[] = []
  /** the transaction only reads */
  readOnly = false
  /** the savepoint below the statements under way */
  step: string | null = null
  /** after an error, until the client's Sync */
  skipping = false
  #made = 0

  constructor(identity: Identity, number: number, settings: Settings, reported: ReadonlyMap<string, string>) {
    this.identity = identity
    this.number = number
    this.names = new Names(number)
    this.settings = settings
    this.#reported = new Map(reported)
  }

  newSavepoint(): string {
    this.#made += 1
    return `rls_gateway_${this.number}_${this.#made}`
  }

  /** Others have to wait: what they do would be undone with this client's transaction. */
  get busy(): boolean {
    return this.status !== 'I' || this.step !== null
  }

  /** `before`: whether it would only read without having been told so. */
  begin(server: string, before: boolean, readOnly: boolean): void {
    this.savepoints = []
    this.readOnly = before
    this.save(null, server)
    this.readOnly = readOnly
    this.status = 'T'
  }

  save(name: string | null, server: string): void {
    this.savepoints.push({ name, server, settings: this.settings.snapshot(), readOnly: this.readOnly })
  }

  /** An error in the transaction: what was set since its last savepoint is undone at once. */
  fail(): void {
    this.status = 'E'
    const last = this.savepoints.at(-1)
    if (last?.name == null) this.settings.rollback()
    else this.settings.restore(last.settings)
  }

  /** The transaction is over, one way or the other. */
  end(how: 'committed' | 'rolled back'): void {
    if (how === 'committed') this.settings.commit()
    else this.settings.rollback()
    this.savepoints = []
    this.readOnly = false
    this.cursors.clear()
    this.portals.clear()
    this.names.forget('portal')
    this.status = 'I'
  }

  /**
   * What the client is told when the server is ready for it: settings that are not what it was told last. `said`: what the
   * server said, which counts for settings that nobody looks after.
   */
  changes(said: ReadonlyMap<string, string>): readonly Buffer[] {
    const messages: Buffer[] = []
    for (const name of REPORTED) {
      const value = this.settings.valueOf(name.toLowerCase()) ?? said.get(name)
      if (value === undefined || this.#reported.get(name) === value) continue
      this.#reported.set(name, value)
      messages.push(parameterStatus(name, value))
    }
    return messages
  }
}

import { pipeline as streamInto } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { Client } from 'pg'
import type { CustomTypesConfig, QueryResult } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { ConnectionTarget } from '../domain/server.ts'
import { HarnessError } from '../errors.ts'
import { requestCancel } from './cancel.ts'
import { CONNECT_TIMEOUT_S, connectError, statementError } from './failure.ts'
import { Line } from './line.ts'
import { GuardedSocket } from './socket.ts'
import { Loan, type Wire } from './wire.ts'

export { DatabaseError } from './failure.ts'

/** One statement's result; `rows` are plain objects, values as text unless the driver knows their type. */
export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** rows returned or affected; null where the command has no count */
  readonly count: number | null
}

export interface ConnectOptions {
  /** queries go out without waiting for the answers of those before them */
  readonly pipelined?: boolean
  /** the session can write nothing, whatever is sent; a pooler may take no settings at the start of a session */
  readonly readOnly?: boolean
  readonly onNotice?: (message: string) => void
}

/** What questions need of a connection. */
export type QueryRunner = Pick<Connection, 'results' | 'run' | 'rows'>

/** One session with the server. */
export class Connection implements AsyncDisposable {
  readonly #client: Client
  readonly #line: Line
  /** where queries go out together; null where each is waited for */
  readonly #socket: GuardedSocket | null
  readonly target: ConnectionTarget

  private constructor(client: Client, target: ConnectionTarget, socket: GuardedSocket | null) {
    this.#client = client
    this.#line = new Line(socket !== null)
    this.#socket = socket
    this.target = target
  }

  /** @throws HarnessError DATABASE_UNREACHABLE with host and port, never with the password */
  static async open(target: ConnectionTarget, options: ConnectOptions = {}): Promise<Connection> {
    const socket = new GuardedSocket()
    const client = new Client({
      ...target,
      types: plainTypes,
      application_name: 'rls-harness',
      connectionTimeoutMillis: CONNECT_TIMEOUT_S * 1000,
      stream: () => socket,
      // never empty: else the driver takes PGOPTIONS, and the person's settings would change the verdict
      options: options.readOnly ? '-c default_transaction_read_only=on' : ' ',
      ...(options.pipelined ? { pipeline: true } : {}),
    })
    client.on('error', () => {}) // a lost connection rejects the queries that were under way
    if (options.onNotice) client.on('notice', (notice) => options.onNotice?.(notice.message ?? ''))
    try {
      await client.connect()
    } catch (error) {
      await client.end().catch(() => {})
      throw connectError(target, error)
    }
    return new Connection(client, target, options.pipelined ? socket : null)
  }

  /** Sends the text as one simple query: any number of statements, no parameters. */
  async run(text: string): Promise<void> {
    await this.results(text)
  }

  /** Like run(), and gives each statement's result. */
  async results(text: string): Promise<readonly StatementResult[]> {
    const answer: unknown = await this.#send(text)
    return (Array.isArray(answer) ? answer : [answer]).map(toResult)
  }

  /** Runs one statement and gives its rows. Values are sent as parameters. */
  async rows<Row = Record<string, unknown>>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    const answer = await this.#send(text, values)
    return answer.rows as Row[]
  }

  /** Runs one statement with parameters, or any number without, and gives each one's result. */
  async execute(text: string, values: readonly unknown[]): Promise<readonly StatementResult[]> {
    return values.length === 0 ? this.results(text) : [toResult(await this.#send(text, values))]
  }

  /** Feeds `data` (COPY's text format) to a COPY … FROM STDIN statement. */
  async copyIn(statement: string, data: string): Promise<void> {
    try {
      await this.#line.share(() => streamInto(Readable.from([data]), this.#client.query(copyFrom(statement))))
    } catch (error) {
      throw statementError(this.target, error)
    }
  }

  /**
   * Lends the line to the server, when the queries before are answered; those after wait until `work` is done. It must
   * leave a server that is ready for the next query: where it throws, the connection is closed.
   */
  async lend<Result>(work: (wire: Wire) => Promise<Result>): Promise<Result> {
    const loan = new Loan(work, () => this.#client.getTransactionStatus() ?? 'I')
    try {
      return await this.#line.alone(async () => {
        // a pipelining driver takes queries of its own kind alone; nothing is under way now
        const client: { pipeline?: boolean } = this.#client
        const { pipeline = false } = client
        client.pipeline = false
        this.#client.query(loan)
        return loan.result.finally(() => (client.pipeline = pipeline))
      })
    } catch (error) {
      throw error instanceof HarnessError ? error : statementError(this.target, error)
    }
  }

  /**
   * Asks the server to give up what it is doing, and resolves when it has been told (CancelRequest). Whoever asks
   * makes sure that it is still what it was.
   */
  async cancel(): Promise<void> {
    await requestCancel(this.target, this.#client)
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {})
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #send(text: string, values?: readonly unknown[]): Promise<QueryResult> {
    try {
      this.#socket?.gather()
      return await this.#line.share(() =>
        values && values.length > 0 ? this.#client.query(text, [...values]) : this.#client.query(text),
      )
    } catch (error) {
      throw statementError(this.target, error)
    }
  }
}

/** OIDs of pg_type (src/include/catalog/pg_type.dat), which never change. */
const parsed: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [16, (text) => text === 't'], // bool
  [20, toNumber], // int8
  [21, Number], // int2
  [23, Number], // int4
  [26, Number], // oid
  [114, (text): unknown => JSON.parse(text)], // json
  [3802, (text): unknown => JSON.parse(text)], // jsonb
])

function toNumber(text: string): number | string {
  return Number.isSafeInteger(Number(text)) ? Number(text) : text
}

/** Everything else (timestamps, numerics, arrays, …) stays the text that the server sent. */
const plainTypes: CustomTypesConfig = {
  getTypeParser: (oid: number) => parsed.get(oid) ?? ((text: string) => text),
}

function toResult(answer: QueryResult): StatementResult {
  return { rows: answer.rows as Record<string, unknown>[], count: answer.rowCount }
}

import { pipeline as streamInto } from 'node:stream/promises'
import { Readable } from 'node:stream'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { ConnectionTarget } from '../domain/server.ts'
import type { ServerError } from '../domain/server-error.ts'
import { HarnessError } from '../errors.ts'

/** One statement's result; `rows` are plain objects, values as text unless the driver knows their type. */
export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[]
  /** rows returned or affected; null where the command has no count */
  readonly count: number | null
}

/** An error that the server sent. `error` holds its fields. */
export class DatabaseError extends Error {
  readonly error: ServerError

  constructor(error: ServerError, cause: unknown) {
    super(error.message, { cause })
    this.name = 'DatabaseError'
    this.error = error
  }
}

export interface ConnectOptions {
  /** queries go out without waiting for the answers of those before them */
  readonly pipelined?: boolean
  readonly onNotice?: (message: string) => void
}

/** One session with the server. */
export class Connection implements AsyncDisposable {
  readonly #client: pg.Client
  readonly target: ConnectionTarget

  private constructor(client: pg.Client, target: ConnectionTarget) {
    this.#client = client
    this.target = target
  }

  /** @throws HarnessError DATABASE_UNREACHABLE with host and port, never with the password */
  static async open(target: ConnectionTarget, options: ConnectOptions = {}): Promise<Connection> {
    const client = new pg.Client({
      ...target,
      types: plainTypes,
      application_name: 'rls-harness',
      connectionTimeoutMillis: 10_000,
      ...(options.pipelined ? { pipeline: true } : {}),
    })
    client.on('error', () => {}) // a lost connection rejects the queries that were under way
    if (options.onNotice) client.on('notice', (notice) => options.onNotice?.(notice.message ?? ''))
    try {
      await client.connect()
    } catch (error) {
      await client.end().catch(() => {})
      throw unreachable(target, error)
    }
    return new Connection(client, target)
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

  /** Feeds `data` (COPY's text format) to a COPY … FROM STDIN statement. */
  async copyIn(statement: string, data: string): Promise<void> {
    try {
      await streamInto(Readable.from([data]), this.#client.query(copyFrom(statement)))
    } catch (error) {
      throw translate(error)
    }
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {})
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #send(text: string, values?: readonly unknown[]): Promise<pg.QueryResult> {
    try {
      return values && values.length > 0
        ? await this.#client.query(text, [...values])
        : await this.#client.query(text)
    } catch (error) {
      throw translate(error)
    }
  }
}

/** Timestamps, numbers beyond 2^53, dates and arrays of them stay the text that the server sent. */
const plainTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    switch (oid) {
      case pg.types.builtins.BOOL:
      case pg.types.builtins.INT2:
      case pg.types.builtins.INT4:
      case pg.types.builtins.JSON:
      case pg.types.builtins.JSONB:
      case 1009: // text[]
        return pg.types.getTypeParser(oid, format as 'text')
      case pg.types.builtins.INT8:
      case pg.types.builtins.OID:
        return (text: string) => (Number.isSafeInteger(Number(text)) ? Number(text) : text)
      default:
        return (text: string) => text
    }
  }) as pg.CustomTypesConfig['getTypeParser'],
}

function toResult(answer: pg.QueryResult): StatementResult {
  return { rows: answer.rows as Record<string, unknown>[], count: answer.rowCount }
}

function translate(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error
  const fields: ServerError = {
    sqlstate: error.code ?? 'XX000',
    message: error.message,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.position === undefined ? {} : { position: Number(error.position) }),
    ...(error.internalQuery === undefined ? {} : { internalQuery: error.internalQuery }),
    ...(error.where === undefined ? {} : { where: error.where }),
    ...(error.schema === undefined ? {} : { schema: error.schema }),
    ...(error.table === undefined ? {} : { table: error.table }),
    ...(error.column === undefined ? {} : { column: error.column }),
    ...(error.dataType === undefined ? {} : { dataType: error.dataType }),
    ...(error.constraint === undefined ? {} : { constraint: error.constraint }),
    ...(error.routine === undefined ? {} : { routine: error.routine }),
  }
  return new DatabaseError(fields, error)
}

function unreachable(target: ConnectionTarget, error: unknown): HarnessError {
  const reason =
    error instanceof Error
      ? error.message || ((error as NodeJS.ErrnoException).code ?? error.name)
      : String(error)
  return new HarnessError(
    'DATABASE_UNREACHABLE',
    `cannot connect to database "${target.database}" on ${target.host}:${target.port} as "${target.user}": ${reason}`,
    { hint: 'Check that the server runs and that host, port, user and database are right.', cause: error },
  )
}

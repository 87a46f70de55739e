import { connect, type Socket } from 'node:net'
import { Frames } from '../../src/database/frames.ts'
import type { ConnectionTarget } from '../../src/domain/server.ts'
import { codeOf, message, noticeFields, rowValues, SYNC, textAt } from '../../src/gateway/messages.ts'

/** A client that says what it is told to and writes down what it hears: no driver in between. */
export class RawClient implements AsyncDisposable {
  readonly #socket: Socket
  readonly #frames = new Frames()
  #heard: string[] = []
  #wake: () => void = () => {}
  #closed = false
  #greeting: readonly string[] = []

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => {
      for (const frame of this.#frames.push(chunk)) this.#heard.push(lineOf(frame))
      this.#wake()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#closed = true
      this.#wake()
    })
  }

  static async open(
    { host, port, user, database }: ConnectionTarget,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<RawClient> {
    const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
    const client = new RawClient(socket)
    const start = Object.entries({ user, database, ...parameters }).flat()
    // the start has no code
    socket.write(message(' ', Buffer.from([0, 3, 0, 0]), ...start, Buffer.alloc(1)).subarray(1))
    client.#greeting = await client.until((line) => line.startsWith('Z') || line.startsWith('E'))
    return client
  }

  /** what it heard up to its first turn */
  get greeting(): readonly string[] {
    return this.#greeting
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  send(...messages: readonly Buffer[]): void {
    this.#socket.write(Buffer.concat([...messages]))
  }

  /** Says it, and hears until the server is ready again. */
  async say(...messages: readonly Buffer[]): Promise<readonly string[]> {
    this.send(...messages)
    return this.until((line) => line.startsWith('Z'))
  }

  /** Takes what was heard up to the first such line, or to the end of the connection. */
  async until(is: (line: string) => boolean): Promise<readonly string[]> {
    let looked = 0
    for (;;) {
      const at = this.#heard.slice(looked).findIndex(is)
      if (at >= 0) return this.#heard.splice(0, looked + at + 1)
      if (this.#closed) return [...this.#heard.splice(0), 'closed']
      looked = this.#heard.length
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  destroy(): void {
    this.#socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    const closed = new Promise<void>((resolve) => this.#socket.once('close', () => resolve()))
    this.#socket.end(message('X'))
    await closed
  }
}

/** A message as a line: its code, and what of it a client acts on. */
function lineOf(frame: Buffer): string {
  const code = codeOf(frame)
  switch (code) {
    case 'C':
      return `C ${textAt(frame, 5).text}`
    case 'D':
      return `D ${rowValues(frame).join(',')}`
    case 'E':
    case 'N': {
      const fields = noticeFields(frame)
      const where = fields.get('P') === undefined ? '' : ` at ${fields.get('P')}`
      return `${code} ${fields.get('S')} ${fields.get('C')} ${fields.get('M')}${where}`
    }
    case 'S': {
      const name = textAt(frame, 5)
      return `S ${name.text}=${textAt(frame, name.end).text}`
    }
    case 'Z':
      return `Z ${frame.toString('latin1', 5)}`
    case 'd':
      return `d ${frame.toString('utf8', 5).trimEnd()}`
    default:
      return code
  }
}

export const q = (sql: string): Buffer => message('Q', sql)
export const parse = (sql: string, name = ''): Buffer => message('P', name, sql, Buffer.alloc(2))
export const describeStatement = (name = ''): Buffer => message('D', Buffer.from('S'), name)
export const describePortal = (name = ''): Buffer => message('D', Buffer.from('P'), name)
export const closeOf = (kind: 'S' | 'P', name: string): Buffer => message('C', Buffer.from(kind), name)
export const flush = message('H')
export const sync = SYNC
export const copyData = (text: string): Buffer => message('d', Buffer.from(text))
export const copyDone = message('c')
export const copyFailed = message('f', 'changed my mind')

export function bind(statement = '', portal = '', values: readonly string[] = []): Buffer {
  const count = Buffer.alloc(4)
  count.writeUInt16BE(values.length, 2)
  const parts = values.flatMap((value) => {
    const length = Buffer.alloc(4)
    length.writeInt32BE(Buffer.byteLength(value), 0)
    return [length, Buffer.from(value)]
  })
  return message('B', portal, statement, count, ...parts, Buffer.alloc(2))
}

export function execute(portal = '', rows = 0): Buffer {
  const limit = Buffer.alloc(4)
  limit.writeInt32BE(rows, 0)
  return message('E', portal, limit)
}

/** Parse, Bind, Describe and Execute without names. */
export const run = (sql: string, values: readonly string[] = []): readonly Buffer[] => [
  parse(sql),
  bind('', '', values),
  describePortal(),
  execute(),
]

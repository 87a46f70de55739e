/*
 * Messages of PostgreSQL's protocol, version 3 (the manual's chapter "Message Formats"): what a client may send and a
 * server may answer, as far as it is made or read here. Everything else passes as it is.
 */

/** The code of a message: its first byte. */
export function codeOf(message: Buffer): string {
  return String.fromCharCode(message[0] ?? 0)
}

export function message(code: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = parts.map((part) => (typeof part === 'string' ? cstring(part) : part))
  const length = body.reduce((sum, part) => sum + part.length, 4)
  const header = Buffer.alloc(5)
  header.write(code, 'latin1')
  header.writeUInt32BE(length, 1)
  return Buffer.concat([header, ...body], length + 1)
}

function cstring(text: string): Buffer {
  return Buffer.from(`${text}\0`)
}

/** A text that ends with a zero byte, and where the next field begins. */
export function textAt(bytes: Buffer, start: number): { readonly text: string; readonly end: number } {
  const zero = bytes.indexOf(0, start)
  const stop = zero < 0 ? bytes.length : zero
  return { text: bytes.toString('utf8', start, stop), end: stop + 1 }
}

export const query = (sql: string): Buffer => message('Q', sql)
export const SYNC = message('S')
export const closeStatement = (name: string): Buffer => message('C', Buffer.from('S'), name)
export const closePortal = (name: string): Buffer => message('C', Buffer.from('P'), name)
export const copyFail = (reason: string): Buffer => message('f', reason)

export const commandComplete = (tag: string): Buffer => message('C', tag)
export const readyForQuery = (status: string): Buffer => message('Z', Buffer.from(status))
export const parameterStatus = (name: string, value: string): Buffer => message('S', name, value)
export const AUTHENTICATION_OK = message('R', Buffer.alloc(4))

export function backendKeyData(process: number, secret: number): Buffer {
  const body = Buffer.alloc(8)
  body.writeUInt32BE(process, 0)
  body.writeUInt32BE(secret, 4)
  return message('K', body)
}

/** Nothing but the protocol's version 3.0 is spoken here, and none of its options. */
export function negotiateVersion(refused: readonly string[]): Buffer {
  const body = Buffer.alloc(8)
  body.writeUInt32BE(0, 0)
  body.writeUInt32BE(refused.length, 4)
  return message('v', body, ...refused)
}

/** What an error or a notice says. */
export interface Notice {
  readonly severity: 'FATAL' | 'ERROR' | 'WARNING'
  readonly sqlstate: string
  readonly message: string
  readonly hint?: string | undefined
}

export function notice({ severity, sqlstate, message: text, hint }: Notice): Buffer {
  const fields = [`S${severity}`, `V${severity}`, `C${sqlstate}`, `M${text}`, ...(hint ? [`H${hint}`] : [])]
  return message(severity === 'WARNING' ? 'N' : 'E', ...fields, Buffer.alloc(1))
}

/** The fields of ErrorResponse and NoticeResponse by their codes: `C` is the SQLSTATE, `M` the message. */
export function noticeFields(bytes: Buffer): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  let at = 5
  while (at < bytes.length && bytes[at] !== 0) {
    const { text, end } = textAt(bytes, at + 1)
    fields.set(String.fromCharCode(bytes[at] ?? 0), text)
    at = end
  }
  return fields
}

/** The same message with each text changed. */
export function mapNotice(bytes: Buffer, change: (text: string) => string): Buffer {
  const fields = [...noticeFields(bytes)].map(([code, text]) => code + change(text))
  return message(codeOf(bytes), ...fields, Buffer.alloc(1))
}

/** The parameters of a Bind, read as text, from behind its names; null for NULL. */
export function bindValues(bytes: Buffer, start: number): readonly (string | null)[] {
  const formats = bytes.readUInt16BE(start)
  const values: (string | null)[] = []
  let at = start + 2 + 2 * formats
  const count = bytes.readUInt16BE(at)
  at += 2
  for (let index = 0; index < count; index += 1) {
    const length = bytes.readInt32BE(at)
    at += 4
    // the binary format of text is the text; other types are no names of settings
    values.push(length < 0 ? null : bytes.toString('utf8', at, at + length))
    at += Math.max(0, length)
  }
  return values
}

/** The values of a DataRow in text format. */
export function rowValues(bytes: Buffer): readonly (string | null)[] {
  const values: (string | null)[] = []
  let at = 7
  for (let left = bytes.readUInt16BE(5); left > 0; left -= 1) {
    const length = bytes.readInt32BE(at)
    at += 4
    values.push(length < 0 ? null : bytes.toString('utf8', at, at + length))
    at += Math.max(0, length)
  }
  return values
}

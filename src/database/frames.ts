/** Messages of PostgreSQL's protocol after the start: one byte that says what, four for the length, the rest. */
const HEADER = 5

/** The server's own limit (PQ_LARGE_MESSAGE_LIMIT, src/include/libpq/libpq.h). */
const LONGEST = 0x3fffffff

/** What came is not PostgreSQL's protocol. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

/** Cuts a stream of bytes into whole messages, each with its header. A message is copied once at most. */
export class Frames {
  #parts: Buffer[] = []
  #held = 0
  #needed = HEADER

  /** @throws ProtocolError for a length that no message has */
  push(chunk: Buffer): readonly Buffer[] {
    this.#parts.push(chunk)
    this.#held += chunk.length
    const messages: Buffer[] = []
    if (this.#held < this.#needed) return messages
    let bytes = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts, this.#held)
    this.#needed = HEADER
    while (bytes.length >= HEADER) {
      const length = lengthOf(bytes)
      if (bytes.length < length) {
        this.#needed = length
        break
      }
      messages.push(bytes.subarray(0, length))
      bytes = bytes.subarray(length)
    }
    this.#parts = bytes.length > 0 ? [bytes] : []
    this.#held = bytes.length
    return messages
  }
}

function lengthOf(bytes: Buffer): number {
  const length = bytes.readUInt32BE(1)
  if (length < 4 || length > LONGEST)
    throw new ProtocolError(`a message of ${length} bytes is none of PostgreSQL`)
  return length + 1
}

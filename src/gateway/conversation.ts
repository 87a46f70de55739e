import type { Wire } from '../database/wire.ts'
import { codeOf, noticeFields, query, rowValues } from './messages.ts'

/** What the server said to a statement of the gateway's own. */
export interface Answer {
  readonly rows: readonly (readonly (string | null)[])[]
  /** ErrorResponse, as it came */
  readonly error: Buffer | undefined
}

/** Takes the messages of one answer; nothing of it is the client's business. */
export class Answering implements Answer {
  readonly rows: (readonly (string | null)[])[] = []
  error: Buffer | undefined

  readonly take = (message: Buffer): void => {
    const code = codeOf(message)
    if (code === 'D') this.rows.push(rowValues(message))
    if (code === 'E') this.error ??= message
  }
}

export async function ask(wire: Wire, sql: string): Promise<Answer> {
  const answer = new Answering()
  wire.send(query(sql))
  await wire.untilReady(answer.take)
  return answer
}

/** Sends messages of the extended protocol, SYNC at their end, whose answers mean nothing. */
export async function tell(wire: Wire, messages: readonly Buffer[]): Promise<void> {
  wire.send(Buffer.concat([...messages]))
  await wire.untilReady(() => {})
}

export function errorText(error: Buffer): string {
  return noticeFields(error).get('M') ?? ''
}

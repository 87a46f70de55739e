import { setTimeout as wait } from 'node:timers/promises'
import type { Connection } from '../database/connection.ts'
import type { Actor } from '../domain/population.ts'
import { openGateway } from '../gateway/gateway.ts'
import type { Gateway } from '../gateway/gateway.ts'

/** Milliseconds that a client's farewell may take to arrive. */
const FAREWELL_MS = 300

/** The gateways of one test, one for each actor. */
export class Doors {
  readonly #connection: Connection
  readonly #gateways = new Map<Actor, Promise<Gateway>>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async open(actor: Actor): Promise<string> {
    const known = this.#gateways.get(actor) ?? openGateway(this.#connection, actor)
    this.#gateways.set(actor, known)
    return (await known).url
  }

  /** Ends clients that are still there. @returns who had left them open, in sentences */
  async close(): Promise<readonly string[]> {
    const left: string[] = []
    for (const [actor, opening] of this.#gateways) {
      const gateway = await opening
      const until = performance.now() + FAREWELL_MS
      while (gateway.open > 0 && performance.now() < until) await wait(5)
      if (gateway.open > 0)
        left.push(
          `it left ${gateway.open} connection${gateway.open === 1 ? '' : 's'} of ${actor.name} open (databaseUrl)`,
        )
      await gateway[Symbol.asyncDispose]()
    }
    return left
  }
}

/**
 * The order in which a connection's driver is given its queries. It has a queue of its own, warns whoever relies on it, and
 * where it pipelines sends everything at once, also past somebody who has the line to himself.
 */
export class Line {
  readonly #pipelined: boolean
  /** the last query that the next one has to wait for; of a pipelined line the last loan */
  #last: Promise<unknown> | null = null
  readonly #underWay = new Set<Promise<unknown>>()

  constructor(pipelined: boolean) {
    this.#pipelined = pipelined
  }

  /** Sends a query when it may go: after the one before, or at once where the line is pipelined and nobody has it alone. */
  share<Result>(query: () => Promise<Result>): Promise<Result> {
    if (!this.#pipelined) return this.#queue(query)
    return this.#track(this.#last === null ? query() : this.#last.then(query))
  }

  /** Runs work that has the line to itself. */
  alone<Result>(work: () => Promise<Result>): Promise<Result> {
    if (!this.#pipelined) return this.#queue(work)
    return this.#queue(work, Promise.all(this.#underWay))
  }

  #queue<Result>(work: () => Promise<Result>, before: Promise<unknown> = Promise.resolve()): Promise<Result> {
    const result = Promise.all([this.#last, before]).then(work)
    const settled: Promise<unknown> = result.then(
      () => this.#leave(settled),
      () => this.#leave(settled),
    )
    this.#last = settled
    return result
  }

  #leave(settled: Promise<unknown>): void {
    if (this.#last === settled) this.#last = null
  }

  #track<Result>(result: Promise<Result>): Promise<Result> {
    const settled: Promise<unknown> = result.then(
      () => this.#underWay.delete(settled),
      () => this.#underWay.delete(settled),
    )
    this.#underWay.add(settled)
    return result
  }
}

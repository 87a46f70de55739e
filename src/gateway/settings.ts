/** What a client's session says at one moment. */
export interface SettingsSnapshot {
  readonly current: ReadonlyMap<string, string>
  readonly kept: ReadonlySet<string>
}

/**
 * The settings of one client's session. The line to the server is shared, so they are put there before each exchange
 * and taken away after it; and what is set until the end of a transaction must end with the client's transaction, though
 * the test's goes on.
 */
export class Settings {
  /** what stood on the shared line when this exchange began: the test may set something in between */
  readonly #base: Map<string, string>
  /** what the client has where it has set nothing: what stood on the line at first */
  readonly #defaults: Map<string, string>
  /** what the session began with: RESET goes back to it */
  readonly #initial: ReadonlyMap<string, string>
  /** what holds outside of transactions */
  #session: ReadonlyMap<string, string>
  #current: Map<string, string>
  /** set for the session by the transaction under way */
  #kept = new Set<string>()

  constructor(initial: ReadonlyMap<string, string>, base: ReadonlyMap<string, string>) {
    this.#initial = initial
    this.#session = new Map(initial)
    this.#current = new Map(initial)
    this.#base = new Map(base)
    this.#defaults = new Map(base)
  }

  get current(): ReadonlyMap<string, string> {
    return this.#current
  }

  get base(): ReadonlyMap<string, string> {
    return this.#base
  }

  /** Every setting that is looked after, as the client has it. */
  get all(): ReadonlyMap<string, string> {
    return new Map([...this.#defaults, ...this.#current])
  }

  /** What the client sees as its setting; undefined for one that nobody looks after. */
  valueOf(name: string): string | undefined {
    return this.#current.get(name) ?? this.#defaults.get(name)
  }

  /** What stands on the line now. A new name is a setting that the client is about to change. */
  learn(name: string, value: string): void {
    this.#base.set(name, value)
    if (!this.#defaults.has(name)) this.#defaults.set(name, value)
  }

  keep(name: string): void {
    this.#kept.add(name)
  }

  /** What the server says at the end of an exchange. */
  observe(values: ReadonlyMap<string, string>): void {
    for (const [name, value] of values)
      if (this.#current.has(name) || this.#defaults.get(name) !== value) this.#current.set(name, value)
  }

  reset(name: string): void {
    const value = this.#initial.get(name) ?? this.#defaults.get(name)
    if (value !== undefined) this.#current.set(name, value)
    this.#kept.add(name)
  }

  resetAll(except: ReadonlySet<string>): void {
    for (const name of this.#current.keys()) if (!except.has(name)) this.reset(name)
  }

  snapshot(): SettingsSnapshot {
    return { current: new Map(this.#current), kept: new Set(this.#kept) }
  }

  restore(snapshot: SettingsSnapshot): void {
    this.#current = new Map(snapshot.current)
    this.#kept = new Set(snapshot.kept)
  }

  /** The transaction ended well: what was set for the session stays, the rest is as it was before. */
  commit(): void {
    const session = new Map(this.#session)
    for (const name of this.#kept) {
      const value = this.#current.get(name)
      if (value !== undefined) session.set(name, value)
    }
    this.#session = session
    this.rollback()
  }

  rollback(): void {
    this.#current = new Map(this.#session)
    this.#kept = new Set()
  }
}

/** Who may speak on a shared line: one at a time, in the order of asking, for as long as a transaction lasts. */
export class Turn {
  #holder: object | undefined
  #description = ''
  readonly #waiting: { readonly who: object; readonly description: string; readonly go: () => void }[] = []

  /** Who has it, for people. */
  get description(): string {
    return this.#description
  }

  holds(who: object): boolean {
    return this.#holder === who
  }

  /** @returns false where it did not become free within `patienceMs` */
  async take(who: object, description: string, patienceMs: number): Promise<boolean> {
    if (this.#holder === who) return true
    if (this.#holder === undefined) {
      this.#give(who, description)
      return true
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const at = this.#waiting.findIndex((waiting) => waiting.who === who)
        if (at >= 0) this.#waiting.splice(at, 1)
        resolve(false)
      }, patienceMs)
      const go = (): void => {
        clearTimeout(timer)
        resolve(true)
      }
      this.#waiting.push({ who, description, go })
    })
  }

  release(who: object): void {
    if (this.#holder !== who) return
    this.#holder = undefined
    const next = this.#waiting.shift()
    if (!next) return
    this.#give(next.who, next.description)
    next.go()
  }

  #give(who: object, description: string): void {
    this.#holder = who
    this.#description = description
  }
}

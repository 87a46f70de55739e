/** What must be undone, last first. Node 20 has no AsyncDisposableStack. */
export class Cleanup implements AsyncDisposable {
  readonly #undo: (() => void | PromiseLike<void>)[] = []

  use<Resource extends AsyncDisposable>(resource: Resource): Resource {
    this.#undo.push(() => resource[Symbol.asyncDispose]())
    return resource
  }

  defer(undo: () => void): void {
    this.#undo.push(undo)
  }

  /** Runs everything, whatever fails; the first failure is thrown in the end. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = []
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) {
      try {
        await undo()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }
}

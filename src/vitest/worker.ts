import { inject } from 'vitest'
import { HarnessError } from '../errors.ts'
import { openDatabase } from '../testing/database.ts'
import type { TestDatabase } from '../testing/database.ts'
import type { Handout } from '../testing/handout.ts'
import { TestStage } from '../testing/stage.ts'

/** What the set-up of the test run left for this worker. @throws HarnessError where there was no set-up */
export function requireHandout(): Handout {
  const handout = inject('rls-harness') as Handout | undefined
  if (handout) return handout
  throw new HarnessError('USAGE', 'the tests were started without the set-up of rls-harness', {
    hint: "Add it to the Vitest configuration: test: { globalSetup: ['rls-harness/vitest/global-setup'] }.",
  })
}

/** The database of this worker. One test at a time uses it, concurrent ones wait for each other. */
export class Worker implements AsyncDisposable {
  #database: Promise<TestDatabase> | undefined
  #turn: Promise<unknown> = Promise.resolve()

  /** Copies the database before the first test, whose timeout is not meant for that. Where it fails, the tests say so. */
  async warm(): Promise<void> {
    await this.#open().catch(() => {})
  }

  /** Runs one test in a transaction of its own. @throws Error that names the test where it left something behind */
  async stage(test: string, use: (stage: TestStage) => Promise<void>): Promise<void> {
    const before = this.#turn
    let release = (): void => {}
    this.#turn = new Promise<void>((resolve) => (release = resolve))
    await before
    try {
      await this.#run(test, use)
    } finally {
      release()
    }
  }

  async #run(test: string, use: (stage: TestStage) => Promise<void>): Promise<void> {
    const database = await this.#open()
    const stage = new TestStage(database, test)
    let problems: readonly string[]
    try {
      await stage.session.begin()
      await use(stage)
      problems = await stage.end()
    } catch (error) {
      // a connection that was lost is nothing to begin the next test with
      await this.#drop()
      throw error
    }
    if (problems.length === 0) return
    // whatever was committed is not to be found by the next test
    await this.#drop()
    throw new HarnessError('USAGE', `"${test}" left something behind: ${problems.join('; ')}`, {
      hint: 'Await every assertion, close every client, and leave BEGIN, COMMIT and ROLLBACK to the harness.',
    })
  }

  #open(): Promise<TestDatabase> {
    this.#database ??= (async () => openDatabase(requireHandout(), process.env))()
    return this.#database
  }

  async #drop(): Promise<void> {
    const database = await this.#database
    this.#database = undefined
    await database?.[Symbol.asyncDispose]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#drop()
  }
}

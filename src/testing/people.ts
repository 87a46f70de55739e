import type { Actor, Tenant } from '../domain/population.ts'
import { HarnessError } from '../errors.ts'
import type { Attempt, Row } from './attempt.ts'
import type { TestSession } from './session.ts'

/** A tenant of the test: its key is what rows of it hold. */
export class TestTenant {
  readonly name: string
  /** its key in each kind of tenant that the schema has */
  readonly keys: readonly string[]

  constructor({ name, keys }: Tenant) {
    this.name = name
    this.keys = keys
  }

  /** its key; of several kinds of tenants that of the first */
  get id(): string {
    const [key] = this.keys
    if (key !== undefined) return key
    throw new HarnessError('USAGE', `tenant ${this.name} has no key`)
  }
}

/** Statements with values in their places: sql`select * from chats where id = ${id}`. */
export interface Sql {
  (text: TemplateStringsArray, ...values: readonly unknown[]): Promise<readonly Row[]>
  (text: string, values?: readonly unknown[]): Promise<readonly Row[]>
}

/** A template's texts with $1, $2, … between them. */
export function sqlText(
  text: TemplateStringsArray | string,
  values: readonly unknown[],
): { readonly statement: string; readonly values: readonly unknown[] } {
  if (typeof text === 'string') {
    const [list] = values
    return { statement: text, values: Array.isArray(list) ? (list as readonly unknown[]) : [] }
  }
  return {
    statement: text.reduce((sum, part, index) => (index === 0 ? part : `${sum}$${index}${part}`), ''),
    values,
  }
}

/** Somebody who asks, in the transaction of one test. Matchers take it: `await expect(alice).toSee('public.chats')`. */
export class TestActor {
  /** what the database is shown: role, claims, settings */
  readonly session: Actor
  readonly email: string | null
  /** the tenant of which the actor is an active member; of several the first; null where there is none */
  readonly tenant: TestTenant | null
  readonly #test: TestSession

  constructor(
    session: Actor,
    test: TestSession,
    known: { readonly email?: string | null; readonly tenant?: TestTenant | null } = {},
  ) {
    this.session = session
    this.#test = test
    this.email = known.email ?? null
    this.tenant = known.tenant ?? null
  }

  get name(): string {
    return this.session.name
  }

  get role(): string {
    return this.session.role
  }

  get claims(): Readonly<Record<string, unknown>> {
    return this.session.claims
  }

  /** the user's key. @throws HarnessError where nobody is signed in */
  get id(): string {
    if (this.session.user !== null) return this.session.user
    throw new HarnessError('USAGE', `${this.name} has no user id: nobody is signed in`, {
      hint: 'anon, service and plain roles have none. Ask a user of the cast, such as alice.',
    })
  }

  /** the transaction that the actor acts in; for matchers */
  get test(): TestSession {
    return this.#test
  }

  /** Tries a statement and takes it back. A refusal is an answer: nothing is thrown for it. */
  attempt(statement: string, values: readonly unknown[] = []): Promise<Attempt> {
    return this.#test.attempt(this.session, statement, values)
  }

  /**
   * Runs a statement whose effects stay until the end of the test.
   *
   * @throws DatabaseError where the server refuses it; the test's transaction goes on
   */
  readonly sql: Sql = async (text: TemplateStringsArray | string, ...given: readonly unknown[]) => {
    const { statement, values } = sqlText(text, given)
    return (await this.#test.keep(this.session, statement, values)).rows
  }

  /** The same somebody with another session. */
  with(session: Actor): TestActor {
    return new TestActor(session, this.#test, { email: this.email, tenant: this.tenant })
  }
}

import { nearest } from '../config/nearest.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Actor, Values } from '../domain/population.ts'
import { targetOf } from '../probe/target.ts'
import { HarnessError } from '../errors.ts'
import { insertSql } from '../seed/insert.ts'
import { accessTokenClaims } from '../tokens/access-token-claims.ts'
import { actorFromToken } from '../tokens/actor.ts'
import { tokenKeys } from '../tokens/keys.ts'
import type { TokenKeys } from '../tokens/keys.ts'
import { mintToken } from '../tokens/mint.ts'
import type { MintOptions } from '../tokens/mint.ts'
import { verifyToken } from '../tokens/verify.ts'
import type { VerifyOptions } from '../tokens/verify.ts'
import { customActor, roleActor, withClaims } from './identity.ts'
import type { ClaimChanges, CustomIdentity } from './identity.ts'
import { sqlText, TestActor, TestTenant } from './people.ts'
import type { Sql } from './people.ts'
import { foundTenant, signUp } from './newcomers.ts'
import type { UserOptions } from './newcomers.ts'
import { Doors } from './doors.ts'
import { RowMaker } from './row-maker.ts'
import { columnValues, wantedRow } from './seeding.ts'
import type { Completed, RowWishes } from './seeding.ts'
import { TestSession } from './session.ts'
import type { TestDatabase } from './database.ts'

/** Gives an actor another session; with work to do, its `sql` acts as that actor. */
export interface As {
  (who: TestActor, changes?: ClaimChanges): TestActor
  (who: string | CustomIdentity, changes?: ClaimChanges): TestActor
  <Result>(who: TestActor, work: (sql: Sql, actor: TestActor) => Promise<Result>): Promise<Result>
}

/** The people, rows and transaction of one test. */
export class TestStage {
  readonly database: TestDatabase
  readonly session: TestSession
  readonly maker: RowMaker
  readonly #tenants = new Map<string, TestTenant>()
  readonly #actors = new Map<string, TestActor>()
  #keys: Promise<TokenKeys> | undefined
  #doors: Doors | undefined

  constructor(database: TestDatabase, id: string) {
    const { connection, supplies, handout, shelf, catalog, model } = database
    this.database = database
    const definitions = handout.prepared.definitions.flatMap(({ identity, ...rest }) =>
      identity === null ? [] : [{ ...rest, identity }],
    )
    const { actors } = handout.cast
    this.session = new TestSession(connection, id, { catalog, model, definitions, actors })
    this.maker = new RowMaker(connection, supplies, handout.cast, shelf)
    this.maker.onInserted = (relation, row) =>
      this.session.note(insertSql(relation, [row]).replace(/ returning .*$/s, ''))
    this.session.onChange = () => this.maker.forget()
    this.session.complete = (actor, relation, wishes) => this.#complete(actor, relation, wishes)
    for (const tenant of handout.cast.tenants) this.#tenants.set(tenant.name, new TestTenant(tenant))
    for (const actor of handout.cast.actors) this.#actors.set(actor.name, this.#known(actor))
  }

  #known(actor: Actor): TestActor {
    const person = this.maker.people.find(({ key }) => key === actor.user)
    const tenant = actor.tenants[0] === undefined ? null : (this.#tenants.get(actor.tenants[0]) ?? null)
    return new TestActor(actor, this.session, { email: person?.email ?? null, tenant })
  }

  /** Somebody of the cast by name. @throws HarnessError that lists who there is */
  actor(name: string): TestActor {
    const found = this.#actors.get(name)
    if (found) return found
    const names = [...this.#actors.keys()]
    const guess = nearest(name, names)
    throw new HarnessError('USAGE', `nobody of the cast is called "${name}"`, {
      hint: `There are ${names.join(', ')}.${guess === undefined ? '' : ` Did you mean "${guess}"?`}`,
    })
  }

  /** Who asks without a session. */
  nobody(): TestActor {
    return this.actor(this.#actors.has('nobody') ? 'nobody' : 'anon')
  }

  /** A tenant of the cast by name. @throws HarnessError where the schema has no tenants */
  tenant(name: string): TestTenant {
    const found = this.#tenants.get(name)
    if (found) return found
    const names = [...this.#tenants.keys()]
    throw new HarnessError('USAGE', `there is no tenant "${name}"`, {
      hint:
        names.length === 0
          ? 'No relation was recognised as one of tenants. Name it in the configuration: tenants: [{ relation: … }].'
          : `There are ${names.join(', ')}.`,
    })
  }

  readonly as: As = ((
    who: TestActor | string | CustomIdentity,
    what?: ClaimChanges | ((sql: Sql, actor: TestActor) => Promise<unknown>),
  ) => {
    const actor = this.#whoever(who)
    if (typeof what === 'function') return what(actor.sql, actor)
    return what === undefined ? actor : actor.with(withClaims(actor.session, what))
  }) as As

  #whoever(who: TestActor | string | CustomIdentity): TestActor {
    if (who instanceof TestActor) return who
    if (typeof who !== 'string') return new TestActor(customActor(who), this.session)
    const cast = this.#actors.get(who)
    if (cast) return cast
    this.#requireRole(who)
    return new TestActor(roleActor(who), this.session)
  }

  #requireRole(name: string): void {
    const roles = this.database.catalog.roles.map((role) => role.name)
    if (roles.includes(name)) return
    const names = [...this.#actors.keys(), ...roles]
    const guess = nearest(name, names)
    throw new HarnessError('USAGE', `"${name}" is neither of the cast nor a role of the database`, {
      hint: guess === undefined ? `There are ${names.join(', ')}.` : `Did you mean "${guess}"?`,
    })
  }

  /** Statements as the superuser, whom no policy binds. What they do stays until the end of the test. */
  readonly sql: Sql = async (text: TemplateStringsArray | string, ...given: readonly unknown[]) => {
    const { statement, values } = sqlText(text, given)
    return (await this.session.keep(null, statement, values)).rows
  }

  /** Inserts a row, complete and valid, with the given values. @returns all of its values */
  async seed(relation: string, wishes: RowWishes = {}): Promise<Values> {
    const wanted = wantedRow(this.session.knowledge, this.maker, relation, wishes)
    // nobody tells what clients have written
    if (this.session.hasClients) this.maker.forget()
    return this.session.alone(() =>
      this.maker.add(wanted.relation, wanted.slot, wanted.values, wanted.isOwned),
    )
  }

  /** A row as somebody would insert it: in the own name, unless the values say otherwise. */
  async #complete(actor: Actor, relation: Relation, wishes: RowWishes): Promise<Completed> {
    const { base } = targetOf(this.database.catalog, this.database.model, relation)
    // what a view needs is not known from its columns
    if (base !== relation)
      return { given: {}, name: {}, values: columnValues(relation, this.database.model, wishes) }
    const isSomebody = this.maker.people.some(({ key }) => key === actor.user)
    // whoever has no account can only write in the name of somebody who has
    const owner = isSomebody ? this.#known(actor) : this.actor('alice')
    const { slot, values } = wantedRow(this.session.knowledge, this.maker, relation.qualified, {
      owner,
      ...wishes,
    })
    const inName = 'owner' in wishes || !isSomebody
    const completed = await this.maker.complete(relation, slot, values, inName)
    const identity = await this.maker.identityOf(relation)
    const name = Object.entries(inName ? completed : values).filter(([column]) => identity.has(column))
    return { given: values, name: Object.fromEntries(name), values: completed }
  }

  /** Keys that are made for this test. */
  tokenKeys(): Promise<TokenKeys> {
    this.#keys ??= tokenKeys()
    return this.#keys
  }

  async token({ session }: TestActor, options?: MintOptions): Promise<string> {
    return mintToken(await this.tokenKeys(), accessTokenClaims(session.claims), options)
  }

  async fromToken(token: string, options?: VerifyOptions): Promise<TestActor> {
    const session = actorFromToken(await verifyToken(await this.tokenKeys(), token, options))
    return this.#known(session)
  }

  /** A URL at which any client speaks as that actor, inside of the test's transaction, until the test ends. */
  async databaseUrl(who: TestActor): Promise<string> {
    this.session.hasClients = true
    this.#doors ??= new Doors(this.database.connection)
    return this.#doors.open(who.session)
  }

  /** Takes back everything. @returns what the test left behind, in sentences */
  async end(): Promise<readonly string[]> {
    const left = (await this.#doors?.close()) ?? []
    return [...left, ...(await this.session.end())]
  }

  /** Somebody new, signed up and, where a tenant is given, a member of it. */
  async user(name: string, options: UserOptions = {}): Promise<TestActor> {
    if (this.#actors.has(name))
      throw new HarnessError('USAGE', `somebody is called "${name}" already`, {
        hint: 'Choose another name.',
      })
    const { session, person } = await signUp(this.database, this.session, this.maker, name, options)
    const known = { email: person.email, tenant: options.tenant ?? null }
    const actor = new TestActor(session, this.session, known)
    this.#actors.set(name, actor)
    return actor
  }

  /** A new tenant; of `owner`, where its rows name one. */
  async newTenant(name: string, wishes: RowWishes = {}): Promise<TestTenant> {
    if (this.database.model.tenants.length === 0 || this.#tenants.has(name)) return this.tenant(name)
    const tenant = new TestTenant(await foundTenant(this.database, this.session, this.maker, name, wishes))
    this.#tenants.set(name, tenant)
    return tenant
  }
}

import { beforeAll, test as base } from 'vitest'
import type { Catalog } from '../domain/catalog.ts'
import type { InsertOf, KnownRelation, RowOf } from '../domain/generated-schema.ts'
import type { TestActor, TestTenant, Sql } from '../testing/people.ts'
import type { UserOptions } from '../testing/newcomers.ts'
import type { As, TestStage } from '../testing/stage.ts'
import type { RowWishes } from '../testing/seeding.ts'
import type { MintOptions } from '../tokens/mint.ts'
import type { TokenKeys } from '../tokens/keys.ts'
import type { VerifyOptions } from '../tokens/verify.ts'
import { telling } from './tell.ts'
import { Worker } from './worker.ts'

/** Inserts a row as superuser: complete, valid, of `owner` or `tenant`, with the given columns. @returns all of it */
export type Seed = <Relation extends KnownRelation>(
  relation: Relation,
  wishes?: SeedWishes<Relation>,
) => Promise<RowOf<Relation>>

/** Columns of the row, and whose it is to be. A user or tenant may stand where its key would. */
export type SeedWishes<Relation extends KnownRelation> = {
  readonly [Column in keyof InsertOf<Relation>]?: InsertOf<Relation>[Column] | TestActor | TestTenant
} & { readonly owner?: unknown; readonly tenant?: unknown }

/** What a test of rls-harness can ask for. */
export interface Fixtures {
  /** of tenant acme, which she administers where memberships have roles; with rows of her own as far as `seed` makes them */
  readonly alice: TestActor
  /** of tenant acme, with the least role */
  readonly bob: TestActor
  /** of tenant globex: to alice and bob a stranger */
  readonly carol: TestActor
  /** whose membership in acme is out of force, where memberships can be; else of no tenant */
  readonly dave: TestActor
  /** nobody signed in: the role anon, or the identity's own without a user */
  readonly anon: TestActor
  /** the service role, whom no policy binds */
  readonly service: TestActor
  readonly acme: TestTenant
  readonly globex: TestTenant
  /** somebody of the cast by name, for roles beyond alice and bob: `actor('acme-editor')` */
  readonly actor: (name: string) => TestActor
  /** signs somebody new up: `await user('erin', { tenant: acme, membership: 'editor' })` */
  readonly user: (name: string, options?: UserOptions) => Promise<TestActor>
  /** founds a tenant: `await tenant('initech', { owner: erin })` */
  readonly tenant: (name: string, wishes?: { readonly owner?: TestActor } & RowWishes) => Promise<TestTenant>
  /** another session: `as(alice, { aal: 'aal1' })`, `as('reporting')`, `as({ role, claims })`, `as(alice, async (sql) => …)` */
  readonly as: As
  readonly seed: Seed
  /** statements as the superuser, kept until the end of the test: sql`update chats set …` */
  readonly sql: Sql
  /** relations, policies, functions and roles, as the migrations left them */
  readonly catalog: Catalog
  /** a signed token of that actor, for a PostgREST that knows `tokenKeys` */
  readonly token: (who: TestActor, options?: MintOptions) => Promise<string>
  /** whom the gateway would act for with that token. @throws HarnessError TOKEN_REFUSED as it would refuse it */
  readonly fromToken: (token: string, options?: VerifyOptions) => Promise<TestActor>
  /** what `token` signs with */
  readonly tokenKeys: TokenKeys
  /** a URL at which any client acts as that actor, inside of the test's transaction */
  readonly databaseUrl: (who: TestActor) => Promise<string>
  /** everything above in one */
  readonly stage: TestStage
}

interface WorkerFixtures {
  readonly rlsWorker: Worker
}

type Use<Value> = (value: Value) => Promise<void>
type WithStage = { readonly stage: TestStage }

const of =
  <Value>(give: (stage: TestStage) => Value | Promise<Value>) =>
  async ({ stage }: WithStage, use: Use<Value>): Promise<void> => {
    const value = await telling(give)(stage)
    return use(
      typeof value === 'function' ? (telling(value as (...given: unknown[]) => unknown) as Value) : value,
    )
  }

const worker = new Worker()
/** Milliseconds. */
const LONGEST_COPY = 120_000
// this module is imported where tests are collected
beforeAll(() => worker.warm(), LONGEST_COPY)

/** Vitest's `test` with people, rows and a transaction that is rolled back. */
export const test = base.extend<Fixtures & { $worker?: never } & WorkerFixtures>({
  rlsWorker: [
    // oxlint-disable-next-line no-empty-pattern -- Vitest reads the names of fixtures from the pattern
    async ({}, use: Use<Worker>) => {
      await use(worker)
      await worker[Symbol.asyncDispose]()
    },
    { scope: 'worker' },
  ],
  stage: async (
    { rlsWorker, task }: { readonly rlsWorker: Worker; readonly task: { readonly name: string } },
    use: Use<TestStage>,
  ) => telling(() => rlsWorker.stage(task.name, use))(),
  alice: of((stage) => stage.actor('alice')),
  bob: of((stage) => stage.actor('bob')),
  carol: of((stage) => stage.actor('carol')),
  dave: of((stage) => stage.actor('dave')),
  anon: of((stage) => stage.nobody()),
  service: of((stage) => stage.actor('service')),
  acme: of((stage) => stage.tenant('acme')),
  globex: of((stage) => stage.tenant('globex')),
  actor: of((stage) => (name: string) => stage.actor(name)),
  user: of((stage) => (name: string, options?: UserOptions) => stage.user(name, options)),
  tenant: of((stage) => (name: string, wishes?: RowWishes) => stage.newTenant(name, wishes)),
  as: of(({ as }) => as),
  seed: of((stage) => ((relation: string, wishes?: RowWishes) => stage.seed(relation, wishes)) as Seed),
  sql: of(({ sql }) => sql),
  catalog: of(({ database }) => database.catalog),
  tokenKeys: of((stage) => stage.tokenKeys()),
  token: of((stage) => (who: TestActor, options?: MintOptions) => stage.token(who, options)),
  fromToken: of((stage) => (token: string, options?: VerifyOptions) => stage.fromToken(token, options)),
  databaseUrl: of((stage) => (who: TestActor) => stage.databaseUrl(who)),
})

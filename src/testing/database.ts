import { randomBytes } from 'node:crypto'
import { Connection } from '../database/connection.ts'
import { copyDatabase, dropDatabase } from '../database/scratch.ts'
import type { Catalog } from '../domain/catalog.ts'
import type { Config } from '../domain/config.ts'
import type { Model } from '../domain/ownership.ts'
import type { ConnectionTarget } from '../domain/server.ts'
import { PLATFORM_SCHEMAS } from '../platform/install.ts'
import { loadParser } from '../sql/parse.ts'
import { seedableRelations } from '../seed/populate.ts'
import { fakerFor } from '../seed/value.ts'
import type { Handout } from './handout.ts'
import { RowMaker } from './row-maker.ts'
import type { Shelf, Supplies } from './row-maker.ts'
import { handedConfig } from './template.ts'

/** Seconds that one statement of a test may take. */
const STATEMENT_TIMEOUT_S = 10

/** Messages are in a known language: they are read for one thing alone, the name of a refused relation. */
const PREPARE_SQL = `set statement_timeout = '${STATEMENT_TIMEOUT_S}s'; set lock_timeout = '5s'; set lc_messages = 'C'`

/** The database of one worker, a copy of the staged one, and what its tests know of it. */
export interface TestDatabase extends AsyncDisposable {
  readonly handout: Handout
  readonly config: Config
  readonly target: ConnectionTarget
  readonly connection: Connection
  readonly catalog: Catalog
  readonly model: Model
  readonly supplies: Supplies
  /** how the rows stand when a test begins */
  readonly shelf: Shelf
}

/** @throws HarnessError where the server of the set-up is not there any more */
export async function openDatabase(
  handout: Handout,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<TestDatabase> {
  const [config, target] = await Promise.all([
    handedConfig(handout, environment),
    copyDatabase(handout.staged, `worker_${randomBytes(6).toString('hex')}`),
    loadParser(),
  ])
  const connection = await Connection.open(target, { pipelined: true })
  const { catalog, model } = handout
  const { seed, values } = config.seed
  const supplies: Supplies = {
    catalog,
    model,
    relations: seedableRelations(catalog, PLATFORM_SCHEMAS),
    workshop: { model, faker: fakerFor(seed), seed, values, identity: config.identity },
    benches: new Map(),
  }
  await connection.run(`${PREPARE_SQL}; begin`)
  const shelf = await new RowMaker(connection, supplies, handout.cast, new Map()).shelf()
  await connection.run('rollback')
  return {
    handout,
    config,
    target,
    connection,
    catalog,
    model,
    supplies,
    shelf,
    [Symbol.asyncDispose]: async () => {
      await connection.close()
      await dropDatabase(target)
    },
  }
}

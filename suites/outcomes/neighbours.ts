import type { Connection } from '../../src/database/connection.ts'
import type { Catalog } from '../../src/domain/catalog.ts'
import { provoke } from './situation.ts'
import type { Answer, Situation } from './situation.ts'

/** A probe's connection, and somebody else's who is in its way. */
interface Scene {
  readonly connection: Connection
  readonly catalog: Catalog
  readonly neighbour: Connection
}

const update: Situation = {
  title: 'an UPDATE of a row that a neighbour has locked',
  on: 'oth.t',
  statement: 'update oth.t set n = 2',
  means: 'broken',
}

/** Errors that say something about the moment: section 5 of the table. */
export const NEIGHBOURS: readonly (readonly [
  title: string,
  says: string,
  disturb: (scene: Scene) => Promise<Answer>,
])[] = [
  ['a lock that is not given in time', '55P03 ProcessInterrupts', keepLocked],
  ['a row that changed since the snapshot', '40001 ExecUpdate', changeMeanwhile],
  ['a deadlock', '40P01 DeadLockReport', embrace],
  ['a query that is cancelled', '57014 ProcessInterrupts', cancel],
]

async function keepLocked({ connection, catalog, neighbour }: Scene): Promise<Answer> {
  await neighbour.run('begin; update oth.t set n = n')
  return provoke(connection, catalog, { ...update, settings: { lock_timeout: '20ms' } })
}

async function changeMeanwhile({ connection, catalog, neighbour }: Scene): Promise<Answer> {
  await neighbour.run('begin; update oth.t set n = n')
  const answer = provoke(connection, catalog, {
    ...update,
    before: 'set transaction isolation level repeatable read; select from oth.t',
  })
  await somebodyWaits(neighbour)
  await neighbour.run('commit')
  return answer
}

async function embrace({ connection, catalog, neighbour }: Scene): Promise<Answer> {
  await neighbour.run('begin; update oth.t set n = n')
  // whose patience ends first is the one that is told
  const before = `set local deadlock_timeout = '500ms'; lock table oth.recursive; select pg_sleep(0.1)`
  const answer = provoke(connection, catalog, { ...update, before })
  const held = neighbour.run(
    `set local deadlock_timeout = '10s'; select pg_sleep(0.05); lock table oth.recursive`,
  )
  const said = await answer
  await connection.run('rollback')
  await held
  return said
}

async function cancel({ connection, catalog, neighbour }: Scene): Promise<Answer> {
  await neighbour.run('begin; update oth.t set n = n')
  const answer = provoke(connection, catalog, update)
  await somebodyWaits(neighbour)
  await neighbour.run(`select pg_cancel_backend(pid) from (${WAITING}) waiting`)
  return answer
}

const WAITING = `select pid from pg_stat_activity where wait_event_type = 'Lock'`

async function somebodyWaits(neighbour: Connection): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    await neighbour.run('select pg_stat_clear_snapshot(), pg_sleep(0.005)')
    if ((await neighbour.rows(WAITING)).length > 0) return
  }
  throw new Error('nobody waits for a lock')
}

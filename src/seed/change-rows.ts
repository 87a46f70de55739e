import { DatabaseError } from '../database/connection.ts'
import type { Values } from '../domain/population.ts'
import { quoteName, quoteQualified } from '../sql/quote.ts'
import type { Bench } from './bench.ts'
import { sourceOf } from './trial.ts'
import { holding, inState, statesOf } from './states.ts'
import type { Stage } from './states.ts'

/** Who has the only row of theirs put into a state: nobody who attacks or is attacked. */
const EXTRAS = ['dave', 'frank', 'bob']

/** Relations in which everybody has one row at most, such as profiles: the rows of some are put into the states. */
export async function changeRows(stage: Stage): Promise<void> {
  const { bench, placed } = stage
  const names = bench.role.tenantKind >= 0 ? ['carol'] : EXTRAS
  const rows = placed.get(bench.relation.oid) ?? []
  const free = names.flatMap((name) => rows.find(({ slot }) => slot.person?.name === name) ?? [])
  for (const state of statesOf(stage, 'standing')) {
    const holds = await holding(
      stage,
      state,
      rows.map(({ values }) => values),
    )
    const [target] = free
    if (!target || holds === null || holds.includes(true)) continue
    const values = await inState(stage, state, target.values, stage.nextRow())
    if (!values || !(await update(stage, target.values, values))) continue
    free.shift()
    rows[rows.indexOf(target)] = { slot: target.slot, values, staged: true }
  }
}

async function update(
  { connection, bench: { relation } }: Stage,
  before: Values,
  after: Values,
): Promise<boolean> {
  const changed = Object.keys(after).filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  )
  const key = relation.keys.find(({ primary }) => primary)?.columns ?? []
  if (changed.length === 0 || key.length === 0) return false
  const names = changed.map((name) => quoteName(name)).join(', ')
  const table = quoteQualified(relation.schema, relation.name)
  const same = key.map((name) => `t.${quoteName(name)} = made.${quoteName(name)}`).join(' and ')
  const values = changed.map((name) => `made.${quoteName(name)}`).join(', ')
  try {
    await connection.run(
      `savepoint states; set local session_replication_role = replica; update ${table} t set (${names}) = row(${values}) from ${sourceOf(relation, [after], 'made')} where ${same}; set local session_replication_role = origin; release savepoint states`,
    )
    return true
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    await connection.run('rollback to savepoint states; set local session_replication_role = origin')
    return false
  }
}

/** Whether nobody can have more than one row of the relation. */
export const isSingle = ({ role, relation, identity }: Bench): boolean =>
  role.isUserRoot ||
  role.tenantKind >= 0 ||
  relation.keys.some(({ partial, columns }) => !partial && columns.every((name) => identity.has(name)))

import type { Connection } from '../database/connection.ts'
import type { Share } from '../domain/ownership.ts'
import type { Values } from '../domain/population.ts'
import type { Bench, Placed, Workshop } from './bench.ts'
import { insertRows } from './insert.ts'
import { makeRow } from './row.ts'

/** Far from the numbers of other rows, so that no value is shared with one. */
const ROW = 400

/**
 * A share of alice's row with carol that is out of force: expired, revoked, switched off. Who forgets to ask for that
 * lets carol in. Shares in force are not made, for whom they let in is let in rightly.
 */
export async function addDeadShare(
  connection: Connection,
  shop: Workshop,
  bench: Bench,
  placed: Map<number, Placed[]>,
): Promise<void> {
  const share = shop.model.shares.find(({ relation }) => relation === bench.relation.oid)
  const carol = shop.people.find(({ name }) => name === 'carol')
  const victim =
    share && (placed.get(share.key.target) ?? []).find(({ slot }) => slot.person?.name === 'alice')
  const own = (placed.get(bench.relation.oid) ?? []).some(({ slot }) => slot.person === carol)
  if (!share || !carol || !victim || !own) return
  const slot = { person: carol, tenant: carol.tenant }
  const values = {
    ...makeRow(shop, bench, { slot, variant: 0, row: ROW }),
    ...reference(share, victim.values),
    [share.inactive.column]: share.inactive.value,
  }
  const [result] = await insertRows(connection, bench.relation, null, [values])
  if (result?.kind === 'inserted') placed.get(bench.relation.oid)?.push({ slot, values: result.values })
}

const reference = ({ key }: Share, values: Values): Values =>
  Object.fromEntries(key.columns.map((name, index) => [name, values[key.targetColumns[index] ?? '']]))

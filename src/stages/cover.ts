import { Connection } from '../database/connection.ts'
import { PREPARE_CONNECTION } from '../database/impersonate.ts'
import { areaUnit } from '../domain/area.ts'
import { relationByOid } from '../domain/catalog.ts'
import type { PolicyCoverage } from '../domain/report.ts'
import type { ConnectionTarget } from '../domain/server.ts'
import { unitKey } from '../domain/shard.ts'
import { coverRelation } from '../trace/coverage.ts'
import type { Observed } from './probe.ts'
import type { Seeded } from './seed.ts'
import type { Understood } from './understand.ts'

/** What was seen of policies, by the key of the unit that they belong to. */
export type Covered = ReadonlyMap<string, readonly PolicyCoverage[]>

/** Population → which atoms of which policies hold and do not hold for some row and somebody of the cast, of the own units. */
export async function coverAll(
  targets: readonly ConnectionTarget[],
  { catalog, relations }: Understood,
  { population, areas }: Seeded,
  { own, directed }: Pick<Observed, 'own' | 'directed'>,
  signal: AbortSignal,
): Promise<Covered> {
  const units = [
    ...relations.map((relation) => ({
      key: unitKey({ kind: 'relation', name: relation.qualified }),
      relation,
      rows: population.rows.get(relation.oid) ?? [],
      spares: population.spares.get(relation.oid) ?? [],
      scenarios: directed.find((one) => one.relation === relation)?.scenarios ?? [],
    })),
    // what a topic is, policies read from a setting that has no row
    ...areas
      .filter(({ kind }) => kind !== 'topics')
      .map((area) => ({
        key: unitKey(areaUnit(area)),
        // of an area only those policies are known that admit something there; others hold for none of its rows
        relation: relationByOid(catalog, area.relation.oid) ?? area.relation,
        rows: area.rows,
        spares: [],
        scenarios: [],
      })),
  ]
  const covered = new Map<string, readonly PolicyCoverage[]>()
  const queue = units.filter(({ key }) => own.has(key))
  const work = async (target: ConnectionTarget): Promise<void> => {
    await using connection = await Connection.open(target)
    await connection.run(PREPARE_CONNECTION)
    for (let unit = queue.shift(); unit; unit = queue.shift()) {
      signal.throwIfAborted()
      const { key, relation, rows, spares, scenarios } = unit
      const input = { catalog, population, rows: rows.map(valuesOf), spares: spares.map(valuesOf), scenarios }
      covered.set(key, await coverRelation(connection, relation, input))
    }
  }
  const order = queue.map(({ key }) => key)
  await Promise.all(targets.map(work))
  return new Map(order.flatMap((key) => (covered.has(key) ? [[key, covered.get(key) ?? []] as const] : [])))
}

const valuesOf = <Row>({ values }: { readonly values: Row }): Row => values

import type { Area } from './domain/area.ts'
import type { Catalog } from './domain/catalog.ts'
import type { Population } from './domain/population.ts'
import type { Observation } from './domain/probe.ts'
import type { ReportedRelation } from './domain/report.ts'
import type { Reading } from './ownership/policy-facts.ts'
import { isExposed } from './judge/static.ts'
import { reachIn } from './judge/reach.ts'
import { accessOf, seenCells } from './judge/summary.ts'
import { guardsOf } from './reported-relations.ts'
import type { Places } from './reported-relations.ts'

/** Buckets and topics stand in the matrix like relations. */
export function reportArea(
  { relation, scope, rows, expectations, kind }: Area,
  { catalog, reading }: { readonly catalog: Catalog; readonly reading: Reading },
  population: Population,
  observations: readonly Observation[],
  places: Places,
): ReportedRelation {
  const seen = {
    relation,
    base: relation,
    population: { ...population, rows: new Map([[relation.oid, rows]]) },
    observations,
  }
  const cells = seenCells(seen)
  return {
    name: relation.qualified,
    ...(scope === null ? {} : { scope }),
    kind: kind === 'topics' ? 'topic' : 'bucket',
    exposed: isExposed(catalog, relation),
    rowSecurity: relation.rowSecurity,
    ...guardsOf(relation, catalog.apiRoles, reading, places),
    ownership: { kind: kindOf(rows), path: [], evidence: expectations.slice(-1).map(({ why }) => why) },
    access: accessOf(cells),
    cells,
    reach: reachIn(seen, cells),
  }
}

function kindOf(rows: Area['rows']): 'user' | 'tenant' | 'shared' {
  if (rows.some(({ tenants }) => tenants.length > 0)) return 'tenant'
  return rows.some(({ owners }) => owners.length > 0) ? 'user' : 'shared'
}

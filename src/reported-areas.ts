import type { Area } from './domain/area.ts'
import type { Catalog } from './domain/catalog.ts'
import type { Population } from './domain/population.ts'
import type { Observation } from './domain/probe.ts'
import type { ReportedRelation } from './domain/report.ts'
import type { Judged } from './judge/judge.ts'
import { isExposed } from './judge/static.ts'
import { accessOf, cellsOf } from './judge/summary.ts'

interface AreaReport {
  readonly areas: readonly Area[]
  readonly catalog: Catalog
  readonly observations: readonly Observation[]
  readonly population: Population
  readonly judged: Judged
}

/** Buckets and topics stand in the matrix like relations. */
export function reportAreas({
  areas,
  catalog,
  observations,
  population,
  judged,
}: AreaReport): readonly ReportedRelation[] {
  return areas.map(({ relation, scope, rows, expectations, kind }) => {
    const isHere = (one: { readonly scope?: string }): boolean => (one.scope ?? null) === scope
    const cells = cellsOf({
      relation,
      base: relation,
      population: { ...population, rows: new Map([[relation.oid, rows]]) },
      findings: judged.findings.filter((one) => one.relation === relation.qualified && isHere(one)),
      untested: judged.untested.filter((one) => one.relation === relation.qualified && isHere(one)),
      observations: observations.filter(({ probe }) => probe.relation === relation.oid && isHere(probe)),
    })
    return {
      name: relation.qualified,
      ...(scope === null ? {} : { scope }),
      kind: kind === 'topics' ? 'topic' : 'bucket',
      exposed: isExposed(catalog, relation),
      rowSecurity: relation.rowSecurity,
      ownership: { kind: kindOf(rows), path: [], evidence: expectations.slice(-1).map(({ why }) => why) },
      access: accessOf(cells),
      cells,
    }
  })
}

function kindOf(rows: Area['rows']): 'user' | 'tenant' | 'shared' {
  if (rows.some(({ tenants }) => tenants.length > 0)) return 'tenant'
  return rows.some(({ owners }) => owners.length > 0) ? 'user' : 'shared'
}

import { relationByOid } from '../domain/catalog.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import type { Attempt } from '../domain/probe.ts'
import type { Trial } from './trial.ts'

/** Attempts that reach no row where the policies are sound, and get no error either. */
const QUIET: ReadonlySet<Attempt> = new Set(['read', 'update others', 'delete others', 'take over'])

/**
 * Whether the number of rows that the server counts tells all, should it be none: neither a rule nor a trigger of the
 * statement does anything beside.
 */
export function isQuiet({ probe, before, target }: Trial, catalog: Catalog): boolean {
  if (before !== null || !QUIET.has(probe.attempt)) return false
  return probe.command === 'select' || chainOf(target.relation, target.base, catalog).every(isPlain)
}

const isPlain = ({ hasRules, triggers, view }: Relation): boolean =>
  !hasRules && triggers.every(({ forEachRow }) => forEachRow && view === null)

/** The relation, the views below it, and the table. */
function chainOf(relation: Relation, base: Relation, catalog: Catalog): readonly Relation[] {
  if (relation === base) return [base]
  const next = relation.view?.base && relationByOid(catalog, relation.view.base.relation)
  return next ? [relation, ...chainOf(next, base, catalog)] : [relation, base]
}

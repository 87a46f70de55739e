import type { DiagnosisLine } from '../domain/diagnosis.ts'
import type { Population } from '../domain/population.ts'
import { PLATFORM_SCHEMAS } from '../platform/install.ts'
import { isSeedable } from '../seed/setting.ts'
import type { Understood } from '../stages/understand.ts'
import { fine, note, someOf } from './lines.ts'

/** Which tables hold rows while they are probed, and why others do not. */
export function seedingLines({ catalog }: Understood, population: Population): readonly DiagnosisLine[] {
  const tables = catalog.relations.filter((relation) => isSeedable(relation, PLATFORM_SCHEMAS))
  const filled = tables.filter(({ oid }) => (population.rows.get(oid)?.length ?? 0) > 0)
  const users = new Set(population.actors.flatMap(({ user }) => user ?? [])).size
  const empty = tables.filter((one) => !filled.includes(one))
  return [
    fine(
      `${filled.length} of ${tables.length} tables hold rows; ${users} users, ${population.tenants.length} tenants`,
    ),
    ...empty.map(({ qualified }) =>
      note(
        `${qualified} stays empty: ${population.unseeded.find(({ relation }) => relation === qualified)?.reason ?? 'no row was made'}`,
        'Give it values in `seed.values`, or a row in a migration: what is tried on it proves nothing as it is.',
      ),
    ),
    ...(population.withoutTriggers.length > 0
      ? [note(`filled with triggers off: ${someOf(population.withoutTriggers, 10)}`)]
      : []),
    ...population.notices.map((text) => note(text)),
  ]
}

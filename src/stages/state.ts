import { castOf, modelTraits } from '../affected/model-traits.ts'
import type { State } from '../affected/affected.ts'
import { traitsOf } from '../catalog/traits.ts'
import type { Connection } from '../database/connection.ts'
import { grantsOf, madeAt } from '../migrations/grants.ts'
import { comparedColumns } from '../ownership/compared.ts'
import type { Prepared } from '../prepare.ts'
import type { Understood } from './understand.ts'

/** What a migrated database is like, and what is inferred of it: what a later one is held against. */
export async function stateOf(
  connection: Connection,
  known: Understood,
  { definitions }: Pick<Prepared, 'definitions'>,
): Promise<State> {
  const input = {
    ...known,
    comparedColumns: comparedColumns(known.catalog, known.reading),
    grants: grantsOf(definitions),
    madeAt: madeAt(definitions),
  }
  return { traits: [...(await traitsOf(connection)), ...modelTraits(input)], cast: castOf(input) }
}

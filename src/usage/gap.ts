import type { MissingKind, Place, RelationRef } from '../domain/usage.ts'
import { suggest } from './names.ts'

/** One use of a name that is not there. */
export interface Gap {
  readonly kind: MissingKind
  readonly name: string
  readonly message: string
  readonly nearest?: string
  readonly place: Place
}

/** A schema that the API does not serve. */
export function unserved(
  { schema }: Pick<RelationRef, 'schema'>,
  place: Place,
  served: readonly string[],
): Gap {
  const near = suggest(schema, served)
  return {
    kind: 'schema',
    name: schema,
    message: `the API serves ${served.join(', ')} (supabase/config.toml)`,
    ...(near ? { nearest: near.name } : {}),
    place,
  }
}

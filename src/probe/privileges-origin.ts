import type { Catalog, Relation, Sequence } from '../domain/catalog.ts'
import { grantOf } from '../domain/grants.ts'
import type { Grantable, GrantStatement } from '../domain/grants.ts'

/** What is known of where privileges come from. */
export interface Origins {
  readonly statements: readonly GrantStatement[]
  /** roles to which the platform opens everything new in `public` by itself */
  readonly platformRoles: readonly string[]
  /** number of the statement that made an object, by `schema.name` */
  readonly madeAt: ReadonlyMap<string, number>
}

export type Origin =
  { readonly kind: 'project'; readonly grant: GrantStatement | undefined } | { readonly kind: 'platform' }

/**
 * Who gave a role a privilege that it has. In the catalog a grant that repeats the platform's own leaves no trace, so
 * the statements of the migrations decide; what neither explains is the project's, for the platform gives nothing else.
 */
export function originOf(
  origins: Origins,
  catalog: Catalog,
  object: Relation | Sequence,
  privilege: string,
  role: string,
): Origin {
  const on: Grantable['on'] = 'lowest' in object ? 'sequences' : 'tables'
  const { schema, name, qualified } = object
  const madeAt = origins.madeAt.get(qualified) ?? 0
  const roles = [role, 'public', ...(catalog.roles.find((one) => one.name === role)?.inherits ?? [])]
  const grant = grantOf(origins.statements, { schema, name, on, madeAt }, privilege, roles)
  const isDefault = schema === 'public' && origins.platformRoles.includes(role)
  return grant || !isDefault ? { kind: 'project', grant } : { kind: 'platform' }
}

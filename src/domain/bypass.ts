import type { Catalog, Relation } from './catalog.ts'

/** Why no policy binds a role: what it is, or that it owns the table and nothing forces row security on owners. */
export type Bypass = 'superuser' | 'bypassrls' | 'owner'

/**
 * Whether row security of a table passes a role by (manual, "Row Security Policies"). Attributes are a role's own; what
 * its owner may, whoever has the owner's privileges may, too (src/backend/utils/misc/rls.c, check_enable_rls).
 */
export function bypassOf(
  catalog: Pick<Catalog, 'roles'>,
  { owner, rowSecurity }: Pick<Relation, 'owner' | 'rowSecurity'>,
  name: string,
): Bypass | null {
  const role = catalog.roles.find((one) => one.name === name)
  if (!role || !rowSecurity.enabled) return null
  if (role.superuser) return 'superuser'
  if (role.bypassRowSecurity) return 'bypassrls'
  return !rowSecurity.forced && (owner === name || role.inherits.includes(owner)) ? 'owner' : null
}

/** For people: "role postgres has BYPASSRLS". */
export function bypassText(bypass: Bypass, role: string): string {
  switch (bypass) {
    case 'superuser':
      return `role ${role} is a superuser: no policy binds its sessions`
    case 'bypassrls':
      return `role ${role} has BYPASSRLS: no policy binds its sessions`
    case 'owner':
      return `role ${role} has the rights of the table’s owner, and row security is not forced on owners`
  }
}

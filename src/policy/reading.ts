import type { Catalog, Relation, Role, Routine } from '../domain/catalog.ts'
import type { Predicate } from './predicate.ts'
import type { Tree } from './tree.ts'

/** What the names in policies and functions mean. One of them serves all policies of a catalog. */
export interface PolicyReading {
  readonly catalog: Catalog
  readonly relations: ReadonlyMap<string, Relation>
  readonly routines: ReadonlyMap<string, readonly Routine[]>
  readonly roles: ReadonlyMap<string, Role>
  /** schemas whose functions are left as they are: the session is asked by them */
  readonly platformSchemas: ReadonlySet<string>
  /** where names without a schema are looked for, unless a function says where */
  readonly path: readonly string[]
  /** what was expanded already, by relation, command, side and role */
  readonly known: Map<string, Predicate>
  /** conditions that were written out already, by relation, role and texts */
  readonly trees: Map<string, readonly Tree[]>
}

/** @param platformSchemas those of the platform, whose functions are not looked into: `auth`, `storage` */
export function policyReading(catalog: Catalog, platformSchemas: readonly string[]): PolicyReading {
  const routines = new Map<string, Routine[]>()
  for (const routine of catalog.routines) {
    const name = `${routine.schema}.${routine.name}`
    routines.set(name, [...(routines.get(name) ?? []), routine])
  }
  return {
    catalog,
    relations: new Map(catalog.relations.map((relation) => [relation.qualified, relation])),
    routines,
    roles: new Map(catalog.roles.map((role) => [role.name, role])),
    platformSchemas: new Set(platformSchemas),
    path: [...new Set(['public', ...catalog.tested])],
    known: new Map(),
    trees: new Map(),
  }
}

/** The relation of a name, or of one in the first schema of the path that has it. */
export function findRelation(
  { relations }: PolicyReading,
  schema: string | null,
  name: string,
  path: readonly string[],
): Relation | undefined {
  if (schema !== null) return relations.get(`${schema}.${name}`)
  return path.map((one) => relations.get(`${one}.${name}`)).find((found) => found !== undefined)
}

/** Functions of a name, whatever their arguments are. */
export function findRoutines(
  { routines }: PolicyReading,
  parts: readonly string[],
  path: readonly string[],
): readonly Routine[] {
  if (parts.length > 1) return routines.get(parts.slice(-2).join('.')) ?? []
  return (
    path.map((one) => routines.get(`${one}.${parts[0] ?? ''}`)).find((found) => found !== undefined) ?? []
  )
}

/** `search_path` as a function's setting prints it. */
export const schemasIn = (searchPath: string): readonly string[] =>
  searchPath
    .split(',')
    .map((part) =>
      part
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .replaceAll('""', '"'),
    )
    .filter((part) => part !== '' && part !== '$user')

/** The role and those whose privileges it has. */
export const standsFor = ({ roles }: PolicyReading, role: string): ReadonlySet<string> =>
  new Set([role, ...(roles.get(role)?.inherits ?? [])])

/** Whether policies of the relation are asked where this role reads or writes it (manual, "Row Security Policies"). */
export function isBound(reading: PolicyReading, relation: Relation, role: string): boolean {
  if (!relation.rowSecurity.enabled) return false
  const known = reading.roles.get(role)
  if (known?.superuser || known?.bypassRowSecurity) return false
  return relation.rowSecurity.forced || !standsFor(reading, role).has(relation.owner)
}

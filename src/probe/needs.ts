import type { Catalog, Relation } from '../domain/catalog.ts'
import { relationByOid } from '../domain/catalog.ts'
import type { Command } from '../domain/vocabulary.ts'

/** The privileges that one statement asks for (manual, each command's "Description"). */
export interface Needs {
  readonly relation: Relation
  readonly command: Command
  /** columns written */
  readonly writes: readonly string[]
  /** columns read; `all` where a system column or the whole row is */
  readonly reads: readonly string[] | 'all'
}

/** Whether the catalog confirms that the role lacks something that the statement needs: only then a refusal is one of privilege. */
export function lacksPrivilege(catalog: Catalog, role: string, needs: Needs): boolean {
  const { relation, command, writes, reads } = needs
  const usable =
    catalog.schemas.find(({ name }) => name === relation.schema)?.usableBy.includes(role) ?? false
  const granted = relation.privileges.find((one) => one.role === role)
  if (!usable || !granted) return true
  const readable =
    reads === 'all'
      ? granted.relation.includes('select')
      : reads.every((column) => granted.columns.select.includes(column))
  const writable =
    command === 'select'
      ? true
      : command === 'delete'
        ? granted.relation.includes('delete')
        : writes.length === 0
          ? granted.relation.includes(command)
          : writes.every((column) => granted.columns[command].includes(column))
  if (!readable || !writable) return true
  return needsOfBase(catalog, needs).some((base) => lacksPrivilege(catalog, role, base))
}

/** A view with security_invoker asks its reader for the privileges on what it reads, too. */
function needsOfBase(catalog: Catalog, needs: Needs): readonly Needs[] {
  const { relation, command, writes, reads } = needs
  if (!relation.view?.securityInvoker) return []
  const mapped = relation.view.base
  return relation.view.reads.flatMap((oid) => {
    const base = relationByOid(catalog, oid)
    if (!base) return []
    const columns = (names: readonly string[]): readonly string[] =>
      mapped?.relation === oid ? names.flatMap((name) => mapped.columns[name] ?? []) : []
    const isTarget = mapped?.relation === oid
    return [
      {
        relation: base,
        command: isTarget ? command : 'select',
        writes: isTarget ? columns(writes) : [],
        reads: reads === 'all' ? Object.values(mapped?.columns ?? {}) : columns(reads),
      },
    ]
  })
}

import type { Catalog, Relation, RolePrivileges } from '../domain/catalog.ts'
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
  return lacksUsage(catalog, role, needs.relation) || lacksOnRelation(catalog, role, needs)
}

/** USAGE is asked for where a name is looked up: of the relation that the statement names, never of a view's base. */
export function lacksUsage(catalog: Catalog, role: string, relation: Relation): boolean {
  const isKnown = relation.privileges.some((one) => one.role === role)
  const schema = catalog.schemas.find(({ name }) => name === relation.schema)
  return isKnown && schema !== undefined && !schema.usableBy.includes(role)
}

function lacksOnRelation(catalog: Catalog, role: string, needs: Needs): boolean {
  const granted = needs.relation.privileges.find((one) => one.role === role)
  // nothing is known of a role that was not introspected: that proves no lack
  if (!granted) return false
  if (!mayRead(granted, needs) || !mayWrite(granted, needs)) return true
  return needsOfBase(catalog, needs).some((base) => lacksOnRelation(catalog, role, base))
}

/** A statement that names no column needs the privilege on any of them (src/backend/executor/execMain.c, ExecCheckOneRelPerms). */
function mayRead({ relation, columns }: RolePrivileges, { command, reads }: Needs): boolean {
  if (relation.includes('select')) return true
  if (reads === 'all') return false
  if (reads.length === 0) return command !== 'select' || columns.select.length > 0
  return reads.every((column) => columns.select.includes(column))
}

function mayWrite({ relation, columns }: RolePrivileges, { command, writes }: Needs): boolean {
  if (command === 'select' || relation.includes(command)) return true
  if (command === 'delete') return false
  if (writes.length === 0) return columns[command].length > 0
  return writes.every((column) => columns[command].includes(column))
}

/** A view with security_invoker asks its reader for the privileges on what it reads, too. */
function needsOfBase(catalog: Catalog, { relation, command, writes, reads }: Needs): readonly Needs[] {
  const { view } = relation
  // what a rule makes of a write, and what that needs, is not known
  if (!view?.securityInvoker || (command !== 'select' && relation.hasRules)) return []
  const mapped = view.base
  // whoever reads anything of a view needs all columns that its query names (rewriteHandler.c, rewriteTargetView)
  const shown = Object.values(mapped?.columns ?? {})
  const target = isWrittenThrough(relation, command) ? mapped?.relation : undefined
  return view.reads.flatMap((oid): readonly Needs[] => {
    const base = relationByOid(catalog, oid)
    if (!base) return []
    if (oid === target) {
      const written = writes.flatMap((name) => mapped?.columns[name] ?? [])
      return [{ relation: base, command, writes: written, reads: reads.length === 0 ? [] : shown }]
    }
    // an INSERT does not run the view's query
    if (command === 'insert') return []
    return [{ relation: base, command: 'select', writes: [], reads: oid === mapped?.relation ? shown : [] }]
  })
}

/** Whether the server turns a write to the view into one to its base; an INSTEAD OF trigger, even a disabled one, prevents that. */
function isWrittenThrough({ triggers }: Relation, command: Command): boolean {
  return (
    command !== 'select' &&
    !triggers.some(({ timing, events }) => timing === 'instead of' && events.includes(command))
  )
}

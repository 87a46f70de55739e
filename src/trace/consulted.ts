import type { Policy } from '../domain/catalog.ts'
import type { Command } from '../domain/vocabulary.ts'
import { child, children, nameParts, parseStatements, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { isFor, sideFor } from './sides.ts'
import type { Side } from './sides.ts'

/** Policies that are asked for a command about one row, all of them together. */
export interface Consulted {
  /** whose policies */
  readonly command: Command
  readonly side: 'using' | 'check'
  /** the row as it stands, or as the statement leaves it */
  readonly row: 'old' | 'new'
}

const asked = (command: Command, side: Consulted['side'], row: Consulted['row']): Consulted => ({
  command,
  side,
  row,
})

/**
 * What the server asks the policies for a statement, in its order (manual, CREATE POLICY, "Policies Applied by Command
 * Type"). An UPDATE or DELETE that reads columns asks those for SELECT about the old row, and about the new one, too.
 */
export function consultedBy(command: Command, statement: string): readonly Consulted[] {
  const reads = readsColumns(statement)
  switch (command) {
    case 'select':
      return [asked('select', 'using', 'old')]
    case 'insert':
      return [
        asked('insert', 'check', 'new'),
        ...(reads ? [asked('select', 'check', 'new')] : []),
        ...(updatesOnConflict(statement)
          ? [
              asked('update', 'using', 'old'),
              asked('select', 'using', 'old'),
              asked('update', 'check', 'new'),
            ]
          : []),
      ]
    case 'update':
      return [
        ...(reads ? [asked('select', 'using', 'old')] : []),
        asked('update', 'using', 'old'),
        asked('update', 'check', 'new'),
        ...(reads ? [asked('select', 'check', 'new')] : []),
      ]
    case 'delete':
      return [...(reads ? [asked('select', 'using', 'old')] : []), asked('delete', 'using', 'old')]
  }
}

/** Sides that are asked, those of restrictive policies first, each kind by name (rowsecurity.c, sort_policies_by_name). */
export function sidesAsked(
  policies: readonly Policy[],
  roles: readonly string[],
  { command, side }: Consulted,
): readonly Side[] {
  return policies
    .filter((one) => (one.command === command || one.command === 'all') && isFor(one, roles))
    .sort((a, b) => Number(a.permissive) - Number(b.permissive) || (a.name < b.name ? -1 : 1))
    .flatMap((policy) => sideFor(policy, side) ?? [])
}

const writeOf = (statement: string): Node | undefined =>
  (parseStatements(statement) ?? []).findLast(({ kind }) =>
    ['InsertStmt', 'UpdateStmt', 'DeleteStmt'].includes(kind),
  )

/** Whether a statement needs the privilege to SELECT: it has WHERE or RETURNING, or sets something to what was there. */
function readsColumns(statement: string): boolean {
  const node = writeOf(statement)
  if (!node) return false
  if (child(node, 'whereClause') || node.fields['returningClause']) return true
  if (node.kind !== 'UpdateStmt') return false
  const alias = aliasOf(node)
  return children(node, 'targetList').some((target) =>
    [...walk(target)].some(
      (one) => one.kind === 'ColumnRef' && [1, alias].includes(firstOf(nameParts(one, 'fields'))),
    ),
  )
}

/** The relation that a column is named with; 1 where it stands alone. */
const firstOf = (parts: readonly string[]): string | number => (parts.length === 1 ? 1 : (parts[0] ?? ''))

function aliasOf(node: Node): string | undefined {
  const relation = node.fields['relation'] as { alias?: { aliasname?: string }; relname?: string } | undefined
  return relation?.alias?.aliasname ?? relation?.relname
}

const updatesOnConflict = (statement: string): boolean => {
  const conflict = writeOf(statement)?.fields['onConflictClause']
  return /ONCONFLICT_UPDATE/.test(JSON.stringify(conflict ?? null))
}

import type { Relation, Routine } from '../domain/catalog.ts'
import { bare, child, children } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { argumentsIn, isArithmetic } from './argument-uses.ts'
import type { Reading } from './policy-facts.ts'
import { bind } from './routine-draft.ts'
import type { Draft } from './routine-draft.ts'

export function readInsert(node: Node, routine: Routine, reading: Reading, draft: Draft): void {
  const relation = relationOf(rangeVar(node), reading)
  const select = child(node, 'selectStmt')
  if (!relation || !select) return
  draft.relations.add(relation.oid)
  const named = children(node, 'cols').map(({ fields }) => String(fields['name']))
  const names = named.length > 0 ? named : relation.columns.map(({ name }) => name)
  const rows = children(select, 'valuesLists').map((row) => children(row, 'items'))
  const targets = children(select, 'targetList').flatMap((target) => child(target, 'val') ?? [])
  for (const row of [...rows, targets])
    for (const [at, value] of row.entries()) noteWrite(value, relation, names[at], routine, draft)
}

export function readUpdate(node: Node, routine: Routine, reading: Reading, draft: Draft): void {
  const relation = relationOf(rangeVar(node), reading)
  if (!relation) return
  draft.relations.add(relation.oid)
  for (const target of children(node, 'targetList')) {
    const value = child(target, 'val')
    if (value) noteWrite(value, relation, String(target.fields['name']), routine, draft)
  }
}

/** The target of INSERT, UPDATE and DELETE stands there without the name of its node type. */
export function rangeVar(node: Node): Node | undefined {
  if (node.kind === 'RangeVar') return node
  if (!/^(Insert|Update|Delete)Stmt$/.test(node.kind)) return undefined
  const fields = node.fields['relation']
  return typeof fields === 'object' && fields !== null
    ? { kind: 'RangeVar', fields: fields as Record<string, unknown> }
    : undefined
}

function noteWrite(
  value: Node,
  relation: Relation,
  column: string | undefined,
  routine: Routine,
  draft: Draft,
): void {
  if (column === undefined || (isArithmetic(bare(value)) && isNumber(relation, column))) return
  for (const { position, key } of argumentsIn(value, routine))
    bind(draft, position, { relation: relation.oid, column, written: true }, key)
}

export function relationOf(node: Node | undefined, reading: Reading): Relation | undefined {
  if (node?.kind !== 'RangeVar') return undefined
  const { relname, schemaname } = node.fields
  return reading.find(typeof schemaname === 'string' ? schemaname : null, String(relname))
}

const isNumber = ({ columns }: Relation, name: string): boolean =>
  columns.some((column) => column.name === name && /^(int|numeric|float)/.test(column.baseType))

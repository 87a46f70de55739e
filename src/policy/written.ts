import type { Relation } from '../domain/catalog.ts'
import { child, children, toNode, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { verdictOn } from './always.ts'
import type { ColumnOf, Verdict } from './always.ts'
import { columnNode, partsOf, rebuilt } from './nodes.ts'
import { treeOf } from './read.ts'
import { findRelation } from './reading.ts'
import type { PolicyReading } from './reading.ts'
import type { Tree } from './tree.ts'

/** A part that cannot come out both ways, in its own words. */
export interface Written extends Verdict {
  readonly text: string
}

/** Where a text stands: a policy of a relation, or a function. */
export interface TextPlace {
  readonly reading: PolicyReading
  readonly relation: Relation | null
  readonly path: readonly string[]
  /** names that are a variable's as well */
  readonly ambiguous: ReadonlySet<string>
}

/** Rows that FROM gives names to. */
interface Level {
  readonly rows: readonly Row[]
  /** something of unknown columns is among them: a function, a subquery, WITH */
  readonly open: boolean
}

interface Row {
  readonly name: string
  readonly alias: string
  readonly relation: Relation
  /** beside an outer join, where every column may be NULL */
  readonly optional: boolean
}

interface Scope {
  readonly place: TextPlace
  /** innermost first */
  readonly levels: readonly Level[]
  readonly rows: Map<string, Row>
  /** names that WITH gives */
  readonly made: ReadonlySet<string>
}

/** The parts of an expression or statement that cannot come out both ways. Bare constants are meant, and none of them. */
export function fixedParts(node: Node, place: TextPlace): readonly Written[] {
  const { relation } = place
  const row: Row | null = relation && { name: relation.name, alias: 'r0', relation, optional: false }
  const scope: Scope = {
    place,
    levels: row ? [{ rows: [row], open: false }] : [],
    rows: new Map(row ? [['r0', row]] : []),
    made: new Set(),
  }
  return node.kind === 'SelectStmt' || /Stmt$/.test(node.kind)
    ? statement(node, scope)
    : condition(node, scope)
}

function condition(node: Node, scope: Scope): readonly Written[] {
  return [...ofTree(treeOf(node), scope), ...below(node, scope)]
}

/** Subqueries inside of an expression. */
const below = (node: Node, scope: Scope): readonly Written[] =>
  [...walk(node, ({ kind }) => kind !== 'SelectStmt')].flatMap((part) =>
    part.kind === 'SelectStmt' ? statement(part, scope) : [],
  )

function ofTree(tree: Tree, scope: Scope): readonly Written[] {
  switch (tree.kind) {
    case 'not':
    case 'is true':
      return ofTree(tree.part, scope)
    case 'and':
    case 'or':
      return [...opposites(tree.kind, tree.parts), ...tree.parts.flatMap((part) => ofTree(part, scope))]
    case 'atom': {
      const { text, node, form } = tree.atom
      if (text === null || form === 'constant') return []
      const verdict = verdictOn(named(node, scope), columnIn(scope))
      return verdict ? [{ ...verdict, text }] : []
    }
  }
}

/** `a and not a`, `a or not a` */
function opposites(kind: 'and' | 'or', parts: readonly Tree[]): readonly Written[] {
  const texts = new Set(parts.flatMap((part) => textOf(part) ?? []))
  return parts.flatMap((part): readonly Written[] => {
    const text = part.kind === 'not' ? textOf(part.part) : null
    if (text === null || !texts.has(text) || /\brandom\s*\(/i.test(text)) return []
    return kind === 'and'
      ? [{ kind: 'contradiction', text: `${text} AND NOT ${text}`, why: 'both are asked for at once' }]
      : [{ kind: 'tautology', text: `${text} OR NOT ${text}`, why: 'one of both always holds' }]
  })
}

const textOf = (tree: Tree): string | null =>
  tree.kind === 'atom' && tree.atom.form !== 'constant' ? tree.atom.text : null

function statement(node: Node, around: Scope): readonly Written[] {
  const outer: Scope = { ...around, made: new Set([...around.made, ...madeBy(node)]) }
  const arms = ['larg', 'rarg'].flatMap((side) => {
    const fields = node.fields[side]
    return typeof fields === 'object' && fields !== null
      ? statement({ kind: 'SelectStmt', fields: fields as Node['fields'] }, outer)
      : []
  })
  const items = [...children(node, 'fromClause'), ...children(node, 'usingClause'), ...targetRelation(node)]
  const level = levelOf(items, outer)
  const scope: Scope = { ...outer, levels: [level, ...outer.levels] }
  const conditions = [...qualsOf(items), ...fieldsOf(node, ['whereClause', 'havingClause'])]
  return [
    ...arms,
    ...conditions.flatMap((part) => condition(part, scope)),
    ...children(node, 'targetList').flatMap((target) =>
      fieldsOf(target, ['val']).flatMap((value) => condition(value, scope)),
    ),
    ...items.flatMap((item) => subqueriesIn(item, scope)),
    ...fieldsOf(node, ['withClause']).flatMap((part) => below(part, outer)),
  ]
}

const fieldsOf = (node: Node, names: readonly string[]): readonly Node[] =>
  names.flatMap((name) => {
    const value = node.fields[name]
    const inner = toNode(value)
    if (inner) return [inner]
    // WITH stands there without the name of its node type
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? [{ kind: 'Clause', fields: value as Node['fields'] }]
      : []
  })

/** UPDATE and DELETE name their table without the name of its node type. */
function targetRelation(node: Node): readonly Node[] {
  const { relation } = node.fields
  return typeof relation === 'object' && relation !== null && !('RangeVar' in relation)
    ? [{ kind: 'RangeVar', fields: relation as Node['fields'] }]
    : []
}

const itemsIn = (item: Node): readonly Node[] => [...walk(item, ({ kind }) => kind === 'JoinExpr')]

const qualsOf = (items: readonly Node[]): readonly Node[] =>
  items.flatMap(itemsIn).flatMap((part) => (part.kind === 'JoinExpr' ? (child(part, 'quals') ?? []) : []))

const subqueriesIn = (item: Node, scope: Scope): readonly Written[] =>
  itemsIn(item).flatMap((part) =>
    part.kind === 'RangeSubselect' || part.kind === 'RangeFunction' ? below(part, scope) : [],
  )

/** Names of WITH. */
const madeBy = (node: Node): readonly string[] =>
  fieldsOf(node, ['withClause']).flatMap((clause) =>
    children(clause, 'ctes').map(({ fields }) => String(fields['ctename'])),
  )

function levelOf(items: readonly Node[], { place, rows, made }: Scope): Level {
  const parts = items.flatMap(itemsIn)
  const optional = parts.some(
    ({ kind, fields }) => kind === 'JoinExpr' && (fields['jointype'] ?? 'JOIN_INNER') !== 'JOIN_INNER',
  )
  let open = parts.some(({ kind }) => kind === 'RangeSubselect' || kind === 'RangeFunction')
  const found = parts.flatMap((part): readonly Row[] => {
    if (part.kind !== 'RangeVar') return []
    const { schemaname, relname } = part.fields
    const schema = typeof schemaname === 'string' ? schemaname : null
    const isMade = schema === null && made.has(String(relname))
    const relation = isMade ? undefined : findRelation(place.reading, schema, String(relname), place.path)
    if (!relation) {
      open = true
      return []
    }
    const alias = (part.fields['alias'] as { aliasname?: unknown } | undefined)?.aliasname
    const name = typeof alias === 'string' ? alias : relation.name
    const row = { name, alias: `s${rows.size + 1}`, relation, optional }
    rows.set(row.alias, row)
    return [row]
  })
  return { rows: found, open }
}

/** The expression with its columns under the names of their rows; subqueries stay as they are. */
function named(node: Node, scope: Scope): Node {
  if (node.kind === 'SubLink') return node
  if (node.kind === 'ColumnRef') return columnNamed(node, scope) ?? node
  return rebuilt(node, (part) => named(part, scope))
}

function columnNamed(node: Node, { place, levels }: Scope): Node | null {
  const parts = partsOf(node)
  const [column, qualifier] = [parts.at(-1) ?? '', parts.at(-2)]
  if (qualifier === undefined && place.ambiguous.has(column)) return null
  for (const { rows, open } of levels) {
    const row = rows.find(
      ({ name, relation }) =>
        (qualifier === undefined || qualifier === name) &&
        relation.columns.some((one) => one.name === column),
    )
    if (row) return columnNode(row.alias, column)
    if (open) return null
  }
  return null
}

const columnIn =
  ({ rows }: Scope): ColumnOf =>
  (node) => {
    const [alias, name] = node.kind === 'ColumnRef' ? partsOf(node) : []
    const row = rows.get(alias ?? '')
    const column = row?.relation.columns.find((one) => one.name === name)
    // what is called `alias.column` but was not found stays as it was written
    return row && column ? { relation: row.relation, column, optional: row.optional } : null
  }

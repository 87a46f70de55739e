import { children, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import type { Env } from './context.ts'
import { Unreadable } from './context.ts'
import { partsOf, rebuilt } from './nodes.ts'
import { findRelation } from './reading.ts'
import { findValue } from './scope.ts'

/** A subquery as it stands, but for columns of its surroundings, which get the names of their rows. */
export function withOuterNames(node: Node, env: Env, inner: readonly Names[] = []): Node {
  if (node.kind === 'ColumnRef') return outerColumn(node, env, inner)
  const here = node.kind === 'SelectStmt' ? [namesOf(node, env), ...inner] : inner
  const arms: Record<string, unknown> = {}
  for (const side of ['larg', 'rarg']) {
    const arm = node.kind === 'SelectStmt' ? node.fields[side] : undefined
    if (typeof arm === 'object' && arm !== null)
      arms[side] = withOuterNames({ kind: 'SelectStmt', fields: arm as Node['fields'] }, env, here).fields
  }
  const fields = Object.fromEntries(Object.entries(node.fields).filter(([name]) => !(name in arms)))
  const changed = rebuilt({ kind: node.kind, fields }, (part) => withOuterNames(part, env, here))
  return { kind: node.kind, fields: { ...changed.fields, ...arms } }
}

/** What FROM and WITH of a SELECT give names to. */
interface Names {
  readonly rows: ReadonlySet<string>
  readonly columns: ReadonlySet<string>
  /** columns of unknown names: of a function, a subquery or WITH */
  readonly open: boolean
}

function namesOf(select: Node, env: Env): Names {
  const rows = new Set<string>()
  const columns = new Set<string>()
  let open = false
  for (const item of children(select, 'fromClause'))
    for (const part of walk(item, ({ kind }) => kind !== 'RangeSubselect' && kind !== 'RangeFunction')) {
      const alias = (part.fields['alias'] as { aliasname?: unknown } | undefined)?.aliasname
      if (typeof alias === 'string') rows.add(alias)
      if (part.kind === 'RangeSubselect' || part.kind === 'RangeFunction') open = true
      if (part.kind !== 'RangeVar') continue
      const { schemaname, relname } = part.fields
      if (typeof alias !== 'string') rows.add(String(relname))
      const schema = typeof schemaname === 'string' ? schemaname : null
      const relation = findRelation(env.context.reading, schema, String(relname), env.path)
      if (!relation) open = true
      for (const column of relation?.columns ?? []) columns.add(column.name)
    }
  return { rows, columns, open }
}

function outerColumn(node: Node, env: Env, inner: readonly Names[]): Node {
  const parts = partsOf(node)
  const [last, qualifier] = [parts.at(-1) ?? '', parts.at(-2)]
  if (last === '*' && qualifier === undefined) return node
  const isInner = inner.some(({ rows, columns, open }) =>
    qualifier === undefined ? columns.has(last) || rows.has(last) || open : rows.has(qualifier),
  )
  if (isInner) return node
  const value = findValue(env.scopes, parts)
  const found = value?.kind === 'expression' ? value.node : value?.row.whole
  // ORDER BY names what is returned
  if (!found && qualifier === undefined) return node
  if (!found) throw new Unreadable(`${parts.join('.')} is not known here`)
  return found
}

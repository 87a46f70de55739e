import type { Catalog, Column, Relation } from '../domain/catalog.ts'
import { relationByOid } from '../domain/catalog.ts'
import { columnKey } from '../domain/ownership.ts'
import type { Model, Ownership } from '../domain/ownership.ts'
import type { SeededRow } from '../domain/population.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import type { QuotedName } from '../sql/quote.ts'

/** A relation as a target of writes: its columns, and which columns of the table behind it they are. */
export interface Target {
  readonly relation: Relation
  /** the table that the rows really stand in; the relation itself where it is one */
  readonly base: Relation
  readonly ownership: Ownership | undefined
  readonly table: QuotedName
  /** columns of the base that name a user by the e-mail address */
  readonly emailColumns: ReadonlySet<string>
  /** column of the base → column of the target */
  readonly columns: ReadonlyMap<string, Column>
}

export function targetOf(catalog: Catalog, model: Model, relation: Relation): Target {
  const { base, columns } = throughViews(catalog, relation)
  return {
    relation,
    base,
    ownership: model.ownerships.get(base.oid),
    emailColumns: new Set(
      base.columns
        .filter(({ name }) => model.emailColumns.has(columnKey(base.oid, name)))
        .map(({ name }) => name),
    ),
    table: quoteQualified(relation.schema, relation.name),
    columns,
  }
}

function throughViews(
  catalog: Catalog,
  relation: Relation,
): { readonly base: Relation; readonly columns: ReadonlyMap<string, Column> } {
  const own = new Map(relation.columns.map((column) => [column.name, column]))
  const mapped = relation.view?.base
  const next = mapped && relationByOid(catalog, mapped.relation)
  if (!mapped || !next) return { base: relation, columns: own }
  const inner = throughViews(catalog, next)
  const byInner = new Map(
    Object.entries(mapped.columns).flatMap(([outer, of]) =>
      own.get(outer) ? [[of, own.get(outer) as Column] as const] : [],
    ),
  )
  return {
    base: inner.base,
    columns: new Map(
      [...inner.columns].flatMap(([of, column]) =>
        byInner.has(column.name) ? [[of, byInner.get(column.name) as Column] as const] : [],
      ),
    ),
  }
}

/** Columns that a role may write, by their names in the base, with the base's definition of them. */
export function writableColumns(
  target: Target,
  role: string,
  command: 'insert' | 'update',
): readonly { readonly base: Column; readonly name: string }[] {
  const granted = target.relation.privileges.find((one) => one.role === role)?.columns[command] ?? []
  return target.base.columns.flatMap((base) => {
    const column = target.columns.get(base.name)
    return column && granted.includes(column.name) && !base.generated ? [{ base, name: column.name }] : []
  })
}

/** Columns that lead from a row to its owner or tenant, in the base. */
export function identityColumns(ownership: Ownership | undefined): readonly string[] {
  const paths = [...(ownership?.owners ?? []), ...(ownership?.tenants ?? []).filter(({ self }) => !self)]
  return [...new Set(paths.flatMap(({ steps, column }) => steps[0]?.columns ?? [column]))]
}

/** A condition that holds for just these rows, with what it reads; null where the role may read nothing to tell rows apart. */
export function conditionFor(
  target: Target,
  role: string,
  rows: readonly SeededRow[],
): { readonly sql: string; readonly reads: readonly string[] | 'all' } | null {
  const granted = target.relation.privileges.find((one) => one.role === role)
  if (!granted || rows.length === 0) return null
  const key = [...target.base.keys]
    .sort((a, b) => Number(b.primary) - Number(a.primary))
    .find(
      ({ partial, columns }) =>
        !partial &&
        columns.length > 0 &&
        columns.every(
          (name) =>
            COMPARABLE.has(target.columns.get(name)?.baseType ?? '') &&
            granted.columns.select.includes(target.columns.get(name)?.name ?? ''),
        ) &&
        rows.every(({ values }) => columns.every((name) => values[name] !== null)),
    )
  if (!key && target.relation === target.base && granted.relation.includes('select'))
    return {
      sql: `t.tableoid::int8 || ':' || t.ctid in (${rows.map(({ place }) => quoteLiteral(place)).join(', ')})`,
      reads: 'all',
    }
  if (!key) return null
  const names = key.columns.map((name) => target.columns.get(name)?.name ?? '')
  const tuples = rows.map(
    ({ values }) => `(${key.columns.map((name) => quoteLiteral(textOf(values[name]))).join(', ')})`,
  )
  return {
    sql: `(${names.map((name) => `t.${quoteName(name)}::text`).join(', ')}) in (${tuples.join(', ')})`,
    reads: names,
  }
}

/** Types whose text is the same from to_jsonb() and from a cast. */
const COMPARABLE: ReadonlySet<string> = new Set([
  'uuid',
  'text',
  'varchar',
  'bpchar',
  'citext',
  'int2',
  'int4',
  'int8',
  'name',
])

const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))

/** A constant of the column's type, made without naming a column of the target: reading one would bring in the SELECT policies. */
export function constantSql(target: Target, name: string, value: unknown): string {
  const row = quoteLiteral(JSON.stringify({ [name]: value }))
  return `(select made.${quoteName(name)} from jsonb_populate_record(null::${target.table}, ${row}::jsonb) made)`
}

/** A value that differs from row to row and reads no column, for columns that are unique. */
export function randomSql(column: Column): string | null {
  switch (column.baseType) {
    case 'uuid':
      return 'gen_random_uuid()'
    case 'text':
    case 'varchar':
    case 'citext':
      return `left(md5(random()::text), ${column.maxLength ?? 32})`
    case 'int2':
      return '(random() * 30000)::int2'
    case 'int4':
    case 'int8':
    case 'numeric':
      return '(random() * 1000000000)::int4'
    default:
      return null
  }
}

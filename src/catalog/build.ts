import type {
  Catalog,
  Check,
  Column,
  ForeignKey,
  Key,
  Policy,
  Privilege,
  Relation,
  RelationKind,
  RolePrivileges,
  Trigger,
  ViewFacts,
} from '../domain/catalog.ts'
import { groupBy } from '../group-by.ts'
import type { RawCatalog, RawColumn, RawConstraint, RawPolicy, RawPrivileges, RawRelation } from './raw.ts'
import { buildRoutine } from './routine.ts'
import { readViewColumns } from './view-columns.ts'

export interface BuildOptions {
  readonly apiRoles: readonly string[]
  readonly schemas?: readonly string[]
  readonly platformSchemas: readonly string[]
}

/** Rows of the queries → the catalog. Pure. */
export function buildCatalog(raw: RawCatalog, options: BuildOptions): Catalog {
  const parts = groupParts(raw)
  const relations = raw.relations.map((relation) => buildRelation(relation, parts))
  const schemas = raw.schemas.map(({ name, usable_by, creatable_by }) => ({
    name,
    usableBy: usable_by,
    creatableBy: creatable_by,
  }))
  const tested =
    options.schemas ??
    schemas
      .filter(
        ({ name, usableBy }) =>
          !options.platformSchemas.includes(name) && usableBy.some((r) => options.apiRoles.includes(r)),
      )
      .map(({ name }) => name)
  return {
    schemas,
    relations: withBases(relations),
    routines: raw.routines.map(buildRoutine),
    sequences: raw.sequences.map(({ readable_by, settable_by, lowest, ...sequence }) => ({
      ...sequence,
      qualified: `${sequence.schema}.${sequence.name}`,
      lowest: String(lowest),
      readableBy: readable_by,
      settableBy: settable_by,
    })),
    roles: raw.roles.map(({ bypass_row_security, ...role }) => ({
      ...role,
      bypassRowSecurity: bypass_row_security,
    })),
    tested,
    apiRoles: options.apiRoles,
  }
}

type Parts = ReturnType<typeof groupParts>

function groupParts(raw: RawCatalog) {
  return {
    columns: groupBy(raw.columns, (row) => row.relation),
    keys: groupBy(raw.keys, (row) => row.relation),
    constraints: groupBy(raw.constraints, (row) => row.relation),
    policies: groupBy(raw.policies, (row) => row.relation),
    triggers: groupBy(raw.triggers, (row) => row.relation),
    privileges: groupBy(raw.privileges, (row) => row.relation),
    columnPrivileges: groupBy(raw['column-privileges'], (row) => row.relation),
    reads: groupBy(raw['view-reads'], (row) => row.view),
  }
}

const KINDS: Readonly<Record<RawRelation['relkind'], RelationKind>> = {
  r: 'table',
  p: 'partitioned',
  v: 'view',
  m: 'materialized',
  f: 'foreign',
}

function buildRelation(raw: RawRelation, parts: Parts): Relation {
  const columns = parts.columns(raw.oid).map(buildColumn)
  const constraints = parts.constraints(raw.oid)
  return {
    oid: raw.oid,
    schema: raw.schema,
    name: raw.name,
    qualified: `${raw.schema}.${raw.name}`,
    kind: KINDS[raw.relkind],
    owner: raw.owner,
    rowSecurity: { enabled: raw.relrowsecurity, forced: raw.relforcerowsecurity },
    columns,
    keys: parts.keys(raw.oid).map((key): Key => ({
      name: key.name,
      columns: key.columns,
      primary: key.is_primary,
      partial: key.partial,
      nullsNotDistinct: key.nulls_not_distinct,
    })),
    foreignKeys: constraints.filter(({ kind }) => kind === 'f').map(buildForeignKey),
    checks: constraints.filter(({ kind }) => kind === 'c').map(buildCheck),
    policies: parts.policies(raw.oid).map(buildPolicy),
    triggers: parts.triggers(raw.oid).map(buildTrigger),
    privileges: parts.privileges(raw.oid).map((row) => buildPrivileges(row, columns, parts)),
    parents: raw.parents,
    isPartition: raw.relispartition,
    partitionBound: raw.partition_bound,
    hasExclusion: constraints.some(({ kind }) => kind === 'x'),
    hasRules: raw.has_rules,
    view: raw.definition === null ? null : buildView(raw, raw.definition, parts),
    extension: raw.extension,
  }
}

function buildColumn(raw: RawColumn): Column {
  const character = raw.base_type === 'varchar' || raw.base_type === 'bpchar'
  return {
    number: raw.number,
    name: raw.name,
    type: raw.type,
    baseType: raw.base_type,
    array: raw.is_array,
    notNull: raw.not_null,
    default: raw.default_expression,
    identity: raw.identity === 'a' ? 'always' : raw.identity === 'd' ? 'by default' : null,
    generated: raw.generated,
    labels: raw.labels,
    // typmod of character types is the length plus the four bytes of the header (src/backend/utils/adt/varchar.c)
    maxLength: character && raw.typmod > 4 ? raw.typmod - 4 : null,
    precision: raw.base_type === 'numeric' && raw.typmod > 4 ? numericTypmod(raw.typmod - 4) : null,
    domainChecks: raw.domain_checks,
  }
}

/** src/backend/utils/adt/numeric.c: precision in the upper 16 bits, scale in the lower 11, signed. */
function numericTypmod(typmod: number): readonly [number, number] {
  const scale = ((typmod & 0x7ff) ^ 1024) - 1024
  return [(typmod >> 16) & 0xffff, scale]
}

const ON_DELETE: Readonly<Record<string, ForeignKey['onDelete']>> = {
  a: 'no action',
  r: 'restrict',
  c: 'cascade',
  n: 'set null',
  d: 'set default',
}

function buildForeignKey(raw: RawConstraint): ForeignKey {
  return {
    name: raw.name,
    columns: raw.columns,
    target: raw.target,
    targetName: raw.target_name ?? '',
    targetColumns: raw.target_columns,
    onDelete: ON_DELETE[raw.on_delete] ?? 'no action',
    deferrable: raw.deferrable,
  }
}

function buildCheck(raw: RawConstraint): Check {
  return { name: raw.name, columns: raw.columns, expression: raw.expression ?? 'true' }
}

const POLICY_COMMANDS: Readonly<Record<RawPolicy['command'], Policy['command']>> = {
  r: 'select',
  a: 'insert',
  w: 'update',
  d: 'delete',
  '*': 'all',
}

function buildPolicy(raw: RawPolicy): Policy {
  return {
    name: raw.name,
    command: POLICY_COMMANDS[raw.command],
    permissive: raw.permissive,
    roles: raw.roles,
    using: raw.using_expression,
    withCheck: raw.check_expression,
  }
}

/** Bits of src/include/catalog/pg_trigger.h. */
function buildTrigger(raw: RawCatalog['triggers'][number]): Trigger {
  const events: Trigger['events'] = [
    ...(raw.type & 4 ? (['insert'] as const) : []),
    ...(raw.type & 8 ? (['delete'] as const) : []),
    ...(raw.type & 16 ? (['update'] as const) : []),
    ...(raw.type & 32 ? (['truncate'] as const) : []),
  ]
  return {
    name: raw.name,
    timing: raw.type & 2 ? 'before' : raw.type & 64 ? 'instead of' : 'after',
    events,
    forEachRow: (raw.type & 1) === 1,
    enabled: raw.enabled,
    ...(raw.deferrable ? { deferrable: true as const } : {}),
    functionName: raw.function_name,
  }
}

const PRIVILEGES: readonly Privilege[] = [
  'select',
  'insert',
  'update',
  'delete',
  'truncate',
  'references',
  'trigger',
]

function buildPrivileges(raw: RawPrivileges, columns: readonly Column[], parts: Parts): RolePrivileges {
  const granted = parts.columnPrivileges(raw.relation).filter(({ role }) => role === raw.role)
  const readable = (privilege: 'select' | 'insert' | 'update'): readonly string[] =>
    raw[privilege]
      ? columns.map(({ name }) => name)
      : granted.filter((column) => column[privilege]).map(({ name }) => name)
  return {
    role: raw.role,
    relation: PRIVILEGES.filter((privilege) => raw[privilege]),
    columns: { select: readable('select'), insert: readable('insert'), update: readable('update') },
  }
}

function buildView(raw: RawRelation, definition: string, parts: Parts): ViewFacts {
  const option = (name: string): string | undefined =>
    raw.options.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1)
  const isOn = (value: string | undefined): boolean => value !== undefined && /^(true|on|yes|1)$/i.test(value)
  const checkOption = option('check_option')
  return {
    definition,
    securityInvoker: isOn(option('security_invoker')),
    securityBarrier: isOn(option('security_barrier')),
    checkOption: checkOption === 'local' || checkOption === 'cascaded' ? checkOption : 'none',
    // bits are 1 << CmdType (src/include/nodes/nodes.h): UPDATE 2, INSERT 3, DELETE 4
    updatable: (raw.writable & 4) !== 0,
    insertable: (raw.writable & 8) !== 0,
    deletable: (raw.writable & 16) !== 0,
    reads: parts.reads(raw.oid).map(({ reads }) => reads),
    base: null,
  }
}

/**
 * Only now are all relations known that a view's query may name. Views that CREATE OR REPLACE has made select from each
 * other have no base: the server gives up on them, and whoever follows bases comes to an end.
 */
function withBases(relations: readonly Relation[]): readonly Relation[] {
  const byName = new Map(relations.map((relation) => [relation.qualified, relation]))
  const bases = new Map(
    relations.flatMap(({ oid, view }) => {
      const read = view && readViewColumns(view.definition)
      const base = read && byName.get(`${read.schema}.${read.name}`)
      return base ? [[oid, { relation: base.oid, columns: read.columns }] as const] : []
    }),
  )
  const goesRound = (oid: number): boolean => {
    const seen = new Set<number>()
    let at = bases.get(oid)?.relation
    for (; at !== undefined && at !== oid && !seen.has(at); at = bases.get(at)?.relation) seen.add(at)
    return at === oid
  }
  return relations.map((relation) => {
    const base = bases.get(relation.oid)
    return relation.view && base && !goesRound(relation.oid)
      ? { ...relation, view: { ...relation.view, base } }
      : relation
  })
}

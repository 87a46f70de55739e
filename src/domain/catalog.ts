import type { Command } from './vocabulary.ts'

/** A table, partitioned table, view, materialized view or foreign table: anything that holds or shows rows. */
export type RelationKind = 'table' | 'partitioned' | 'view' | 'materialized' | 'foreign'

/** `schema.name` without quotes: what configuration and reports call a relation. */
export type RelationName = string

export interface Column {
  readonly number: number
  readonly name: string
  /** as format_type() prints it: `character varying(40)` */
  readonly type: string
  /** schema-less name of the base type, domains resolved: `varchar`, `uuid`, `int4`; of an array: its element's */
  readonly baseType: string
  readonly array: boolean
  readonly notNull: boolean
  /** the text of the default, or of the generation expression */
  readonly default: string | null
  readonly identity: 'always' | 'by default' | null
  readonly generated: boolean
  /** labels of an enum, in order */
  readonly labels: readonly string[] | null
  /** maximal number of characters, or null */
  readonly maxLength: number | null
  readonly precision: readonly [precision: number, scale: number] | null
  /** CHECK expressions of the column's domain, over VALUE */
  readonly domainChecks: readonly string[]
}

export interface Key {
  readonly name: string
  readonly columns: readonly string[]
  readonly primary: boolean
  /** a partial index, or one over expressions: only some rows or values collide */
  readonly partial: boolean
  readonly nullsNotDistinct: boolean
}

export interface ForeignKey {
  readonly name: string
  readonly columns: readonly string[]
  readonly target: number
  readonly targetName: RelationName
  readonly targetColumns: readonly string[]
  readonly onDelete: 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default'
  readonly deferrable: boolean
}

export interface Check {
  readonly name: string
  readonly columns: readonly string[]
  readonly expression: string
}

/** A pg_policy row. */
export interface Policy {
  readonly name: string
  readonly command: Command | 'all'
  readonly permissive: boolean
  /** role names; `public` for everybody */
  readonly roles: readonly string[]
  readonly using: string | null
  readonly withCheck: string | null
}

export interface Trigger {
  readonly name: string
  readonly timing: 'before' | 'after' | 'instead of'
  readonly events: readonly ('insert' | 'update' | 'delete' | 'truncate')[]
  readonly forEachRow: boolean
  readonly enabled: boolean
  /** a constraint trigger that may wait for the end of the transaction */
  readonly deferrable?: true
  readonly functionName: string
}

export type Privilege = 'select' | 'insert' | 'update' | 'delete' | 'truncate' | 'references' | 'trigger'

/** What a role may do with a relation, through itself, the roles that it inherits from and PUBLIC. */
export interface RolePrivileges {
  readonly role: string
  readonly relation: readonly Privilege[]
  /** columns that may be read, inserted or updated, whether by a table or a column privilege */
  readonly columns: { readonly [P in 'select' | 'insert' | 'update']: readonly string[] }
}

export interface ViewFacts {
  readonly definition: string
  readonly securityInvoker: boolean
  readonly securityBarrier: boolean
  readonly checkOption: 'none' | 'local' | 'cascaded'
  /** whether the server can write through it, by rewriting or by an INSTEAD OF trigger */
  readonly insertable: boolean
  readonly updatable: boolean
  readonly deletable: boolean
  /** relations that the view's query names directly */
  readonly reads: readonly number[]
  /** for a view that the server rewrites: its only base relation and which column of it each column is */
  readonly base: { readonly relation: number; readonly columns: Readonly<Record<string, string>> } | null
}

export interface Relation {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly qualified: RelationName
  readonly kind: RelationKind
  readonly owner: string
  readonly rowSecurity: { readonly enabled: boolean; readonly forced: boolean }
  readonly columns: readonly Column[]
  readonly keys: readonly Key[]
  readonly foreignKeys: readonly ForeignKey[]
  readonly checks: readonly Check[]
  readonly policies: readonly Policy[]
  readonly triggers: readonly Trigger[]
  readonly privileges: readonly RolePrivileges[]
  /** direct parents: of a partition, or by INHERITS */
  readonly parents: readonly number[]
  readonly isPartition: boolean
  readonly partitionBound: string | null
  readonly hasExclusion: boolean
  /** rules other than a view's own */
  readonly hasRules: boolean
  readonly view: ViewFacts | null
  /** extension that the relation belongs to */
  readonly extension: string | null
}

/** An argument that a caller gives. */
export interface Argument {
  readonly name: string | null
  /** as format_type() prints it: `character varying`, `public.orders` */
  readonly type: string
  /** schema-less name of the base type, domains resolved: `varchar`, `uuid`; of an array: its element's */
  readonly baseType: string
  readonly array: boolean
  readonly variadic: boolean
  readonly hasDefault: boolean
  /** the text of the default */
  readonly default: string | null
  /** labels of an enum, in order */
  readonly labels: readonly string[] | null
  /** the relation whose row type it is */
  readonly relation: number | null
  /** a type of several fields: a row's, or one of its own */
  readonly composite: boolean
  /** `anyelement`, `internal`: a type without values of its own */
  readonly pseudo: boolean
  /** a procedure's OUT argument, which CALL wants a placeholder for */
  readonly placeholder: boolean
}

export interface Routine {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** `schema.name(argument types)` */
  readonly signature: string
  readonly kind: 'function' | 'procedure' | 'aggregate' | 'window'
  readonly language: string
  readonly body: string
  readonly securityDefiner: boolean
  readonly volatility: 'immutable' | 'stable' | 'volatile'
  readonly returns: string
  readonly returnsSet: boolean
  readonly argumentCount: number
  readonly arguments: readonly Argument[]
  /** `record` without a list of columns: a caller has to know them */
  readonly returnsRecord: boolean
  readonly owner: string
  /** as `alter function … set search_path` left it; null: the caller's */
  readonly searchPath: string | null
  readonly executableBy: readonly string[]
  readonly isTrigger: boolean
}

export interface Role {
  readonly name: string
  readonly superuser: boolean
  readonly bypassRowSecurity: boolean
  readonly login: boolean
  /** roles whose privileges it has by membership; known of the roles that callers come in as */
  readonly inherits: readonly string[]
  /** roles that SET ROLE would make of it; known of the roles that callers come in as */
  readonly becomes: readonly string[]
}

export interface Schema {
  readonly name: string
  /** API roles with USAGE */
  readonly usableBy: readonly string[]
  /** API roles with CREATE */
  readonly creatableBy: readonly string[]
}

/** What numbers rows; row security does not know of it. */
export interface Sequence {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly qualified: RelationName
  readonly owner: string
  /** the least value that it can be set to */
  readonly lowest: string
  /** the relation whose column it numbers by itself (serial, identity) */
  readonly numbers: number | null
  /** roles that see its last value */
  readonly readableBy: readonly string[]
  /** roles that may set it */
  readonly settableBy: readonly string[]
}

/** Everything that was introspected, in one snapshot. */
export interface Catalog {
  readonly schemas: readonly Schema[]
  /** also those of the platform, which the project's relations refer to */
  readonly relations: readonly Relation[]
  readonly routines: readonly Routine[]
  readonly sequences: readonly Sequence[]
  readonly roles: readonly Role[]
  /** schemas that are tested */
  readonly tested: readonly string[]
  /** roles that callers come in as */
  readonly apiRoles: readonly string[]
}

export function relationByOid(catalog: Catalog, oid: number): Relation | undefined {
  return catalog.relations.find((relation) => relation.oid === oid)
}

export function relationByName(catalog: Catalog, name: RelationName): Relation | undefined {
  return catalog.relations.find((relation) => relation.qualified === name)
}

export const holdsRows = (relation: Relation): boolean =>
  relation.kind === 'table' || relation.kind === 'partitioned' || relation.kind === 'foreign'

/** Policies that PostgreSQL consults for this command of this role (CREATE POLICY, "Policies Applied by Command Type"). */
export function policiesFor(relation: Relation, command: Command, role: string): readonly Policy[] {
  return relation.policies.filter(
    (policy) =>
      (policy.command === command || policy.command === 'all') &&
      policy.roles.some((name) => name === 'public' || name === role),
  )
}

/** The texts that a column can hold, where an enum or a CHECK list of its own says so; empty otherwise. */
export function labelsOf(relation: Relation, column: Column): readonly string[] {
  if (column.labels) return column.labels
  return relation.checks
    .filter(
      ({ columns, expression }) =>
        columns.length === 1 && columns[0] === column.name && /ANY|=/.test(expression),
    )
    .flatMap(({ expression }) =>
      [...expression.matchAll(/'((?:[^']|'')*)'::/g)].map((match) => (match[1] ?? '').replaceAll("''", "'")),
    )
}

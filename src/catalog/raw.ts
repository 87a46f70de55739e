/** Rows of queries/*.sql, with PostgreSQL's names. */
export interface RawCatalog {
  readonly schemas: readonly {
    readonly name: string
    readonly usable_by: readonly string[]
    readonly creatable_by: readonly string[]
  }[]
  readonly sequences: readonly {
    readonly oid: number
    readonly schema: string
    readonly name: string
    readonly owner: string
    readonly lowest: number | string
    readonly numbers: number | null
    readonly readable_by: readonly string[]
    readonly settable_by: readonly string[]
  }[]
  readonly roles: readonly {
    readonly name: string
    readonly superuser: boolean
    readonly bypass_row_security: boolean
    readonly login: boolean
    readonly inherits: readonly string[]
    readonly becomes: readonly string[]
  }[]
  readonly relations: readonly RawRelation[]
  readonly columns: readonly RawColumn[]
  readonly keys: readonly {
    readonly relation: number
    readonly name: string
    readonly is_primary: boolean
    readonly partial: boolean
    readonly nulls_not_distinct: boolean
    readonly columns: readonly string[]
  }[]
  readonly constraints: readonly RawConstraint[]
  readonly policies: readonly RawPolicy[]
  readonly triggers: readonly {
    readonly relation: number
    readonly name: string
    readonly type: number
    readonly enabled: boolean
    readonly deferrable: boolean
    readonly function_name: string
  }[]
  readonly privileges: readonly RawPrivileges[]
  readonly 'column-privileges': readonly {
    readonly relation: number
    readonly role: string
    readonly name: string
    readonly select: boolean
    readonly insert: boolean
    readonly update: boolean
  }[]
  readonly 'view-reads': readonly { readonly view: number; readonly reads: number }[]
  readonly routines: readonly RawRoutine[]
}

export interface RawRelation {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly relkind: 'r' | 'p' | 'v' | 'm' | 'f'
  readonly owner: string
  readonly relrowsecurity: boolean
  readonly relforcerowsecurity: boolean
  readonly relispartition: boolean
  readonly partition_bound: string | null
  readonly has_rules: boolean
  readonly options: readonly string[]
  readonly definition: string | null
  readonly writable: number
  readonly parents: readonly number[]
  readonly extension: string | null
}

export interface RawColumn {
  readonly relation: number
  readonly number: number
  readonly name: string
  readonly type: string
  readonly base_type: string
  readonly is_array: boolean
  readonly not_null: boolean
  readonly default_expression: string | null
  readonly identity: '' | 'a' | 'd'
  readonly generated: boolean
  readonly labels: readonly string[] | null
  readonly typmod: number
  readonly domain_checks: readonly string[]
}

export interface RawConstraint {
  readonly relation: number
  readonly name: string
  readonly kind: 'f' | 'c' | 'x'
  readonly columns: readonly string[]
  readonly target: number
  readonly target_name: string | null
  readonly target_columns: readonly string[]
  readonly on_delete: string
  readonly deferrable: boolean
  readonly expression: string | null
}

export interface RawPolicy {
  readonly relation: number
  readonly name: string
  readonly command: 'r' | 'a' | 'w' | 'd' | '*'
  readonly permissive: boolean
  readonly roles: readonly string[]
  readonly using_expression: string | null
  readonly check_expression: string | null
}

export interface RawPrivileges {
  readonly relation: number
  readonly role: string
  readonly select: boolean
  readonly insert: boolean
  readonly update: boolean
  readonly delete: boolean
  readonly truncate: boolean
  readonly references: boolean
  readonly trigger: boolean
}

export interface RawRoutine {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly signature: string
  readonly kind: 'f' | 'p' | 'a' | 'w'
  readonly language: string
  readonly body: string
  readonly security_definer: boolean
  readonly volatility: 'i' | 's' | 'v'
  readonly returns: string
  readonly returns_set: boolean
  readonly argument_count: number
  readonly arguments: readonly RawArgument[]
  readonly default_count: number
  readonly returns_record: boolean
  readonly owner: string
  readonly search_path: string | null
  readonly executable_by: readonly string[]
}

export interface RawArgument {
  readonly name: string | null
  /** in, out, both, variadic, table (manual, pg_proc.proargmodes) */
  readonly mode: 'i' | 'o' | 'b' | 'v' | 't'
  readonly type: string
  readonly base_type: string
  readonly is_array: boolean
  readonly relation: number | null
  readonly composite: boolean
  readonly pseudo: boolean
  readonly default: string | null
  readonly labels: readonly string[] | null
}

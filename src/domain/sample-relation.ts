import type { Check, Column, ForeignKey, Key, Policy, Relation } from './catalog.ts'

/** A column of tests: NULLable text unless said otherwise. */
export function sampleColumn(name: string, rest: Partial<Column> = {}): Column {
  return {
    number: 1,
    name,
    type: rest.baseType ?? 'text',
    baseType: 'text',
    array: false,
    notNull: false,
    default: null,
    identity: null,
    generated: false,
    labels: null,
    maxLength: null,
    precision: null,
    domainChecks: [],
    ...rest,
  }
}

/** A table of tests in schema public, open to nobody. */
export function sampleRelation(
  name: string,
  columns: readonly (string | Column)[],
  rest: Partial<Relation> = {},
): Relation {
  return {
    oid: rest.oid ?? oidOf(name),
    schema: 'public',
    name,
    qualified: `public.${name}`,
    kind: 'table',
    owner: 'postgres',
    rowSecurity: { enabled: true, forced: false },
    columns: columns.map((column) => (typeof column === 'string' ? sampleColumn(column) : column)),
    keys: [],
    foreignKeys: [],
    checks: [],
    policies: [],
    triggers: [],
    privileges: [],
    parents: [],
    isPartition: false,
    partitionBound: null,
    hasExclusion: false,
    hasRules: false,
    view: null,
    extension: null,
    ...rest,
  }
}

/** Different for every name, and the same every time. */
const oidOf = (name: string): number =>
  Array.from(name).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003, 7)

export function sampleKey(columns: readonly string[], rest: Partial<Key> = {}): Key {
  return {
    name: `${columns.join('_')}_key`,
    columns,
    primary: false,
    partial: false,
    nullsNotDistinct: false,
    ...rest,
  }
}

export function sampleForeignKey(
  columns: readonly string[],
  target: Relation,
  targetColumns: readonly string[] = ['id'],
): ForeignKey {
  return {
    name: `${columns.join('_')}_fkey`,
    columns,
    target: target.oid,
    targetName: target.qualified,
    targetColumns,
    onDelete: 'no action',
    deferrable: false,
  }
}

export const sampleCheck = (columns: readonly string[], expression: string): Check => ({
  name: `${columns.join('_')}_check`,
  columns,
  expression,
})

export function samplePolicy(name: string, rest: Partial<Policy> = {}): Policy {
  return { name, command: 'all', permissive: true, roles: ['public'], using: null, withCheck: null, ...rest }
}

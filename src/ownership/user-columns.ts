import { columnKey } from '../domain/ownership.ts'
import type { Catalog, Column, Relation } from '../domain/catalog.ts'
import { holdsRows } from '../domain/catalog.ts'
import type { Mentions } from './lookups.ts'
import { looksLikeAuthorship, looksLikeOwner, looksLikeUserRelation } from './names.ts'
import { readPredicate } from './policy-facts.ts'
import type { Reading } from './policy-facts.ts'

/** A column that holds a user's key, and why. */
export interface UserColumn {
  readonly column: string
  readonly evidence: string
  /** a foreign key or a default, not a name or a policy */
  readonly strong: boolean
}

export interface UserColumns {
  readonly of: (relation: Relation) => readonly UserColumn[]
  /** relations whose own key is the user's */
  readonly roots: readonly { readonly relation: number; readonly column: string; readonly evidence: string }[]
}

/** Finds every column that holds a user's key: by foreign keys first, by defaults, then by names and policies. */
export function findUserColumns(catalog: Catalog, mentions: Mentions, reading: Reading): UserColumns {
  const found = new Map<number, Map<string, UserColumn>>()
  const add = (relation: Relation, column: UserColumn): boolean => {
    const columns = found.get(relation.oid) ?? new Map<string, UserColumn>()
    found.set(relation.oid, columns)
    if (columns.has(column.column)) return false
    columns.set(column.column, column)
    return true
  }
  const roots = findRoots(catalog, mentions)
  for (const root of roots) {
    const relation = catalog.relations.find(({ oid }) => oid === root.relation)
    if (relation) add(relation, { column: root.column, evidence: root.evidence, strong: true })
  }
  followKeys(catalog, (oid, column) => found.get(oid)?.has(column) ?? false, add)
  for (const relation of catalog.relations)
    if (holdsRows(relation)) addWeak(relation, found.get(relation.oid), mentions, reading, add)
  // a weak column of a user relation may be what others refer to
  followKeys(catalog, (oid, column) => found.get(oid)?.has(column) ?? false, add)
  const all = (relation: Relation): readonly UserColumn[] => [...(found.get(relation.oid)?.values() ?? [])]
  return { of: all, roots: [...roots, ...profileRoots(catalog, all)] }
}

/** auth.users, and user relations that are keyed like it: their key is what the session carries. */
function findRoots(catalog: Catalog, mentions: Mentions): UserColumns['roots'] {
  return catalog.relations.filter(holdsRows).flatMap((relation) => {
    const key = primaryColumn(relation)
    if (!key) return []
    if (relation.qualified === 'auth.users')
      return [{ relation: relation.oid, column: key.name, evidence: 'auth.users' }]
    if (!looksLikeUserRelation(relation.name) || !canHoldUser(key) || keyLeaves(relation, key.name)) return []
    const referring = catalog.relations.flatMap((other) =>
      other.foreignKeys.filter(
        ({ target, columns }) =>
          target === relation.oid &&
          columns.length === 1 &&
          mentions.users.has(columnKey(other.oid, columns[0] ?? '')),
      ),
    )
    if (mentions.users.has(columnKey(relation.oid, key.name)))
      return [
        {
          relation: relation.oid,
          column: key.name,
          evidence: `policies compare ${relation.qualified}.${key.name} with the session`,
        },
      ]
    return referring.length > 0
      ? [
          {
            relation: relation.oid,
            column: key.name,
            evidence: `policies compare references to ${relation.qualified}.${key.name} with the session`,
          },
        ]
      : []
  })
}

export function primaryColumn(relation: Relation): Column | undefined {
  const key = relation.keys.find(({ primary }) => primary)
  return key?.columns.length === 1 ? relation.columns.find(({ name }) => name === key.columns[0]) : undefined
}

const keyLeaves = (relation: Relation, column: string): boolean =>
  relation.foreignKeys.some(({ columns }) => columns.length === 1 && columns[0] === column)

const USER_TYPES: ReadonlySet<string> = new Set(['uuid', 'text', 'varchar', 'bpchar', 'citext'])
const canHoldUser = (column: Column): boolean => USER_TYPES.has(column.baseType)

/** A column that references a user column holds the same key. Runs until nothing is new. */
function followKeys(
  catalog: Catalog,
  isUserColumn: (oid: number, column: string) => boolean,
  add: (relation: Relation, column: UserColumn) => boolean,
): void {
  for (let grown = true; grown;) {
    grown = false
    for (const relation of catalog.relations)
      for (const key of relation.foreignKeys)
        key.columns.forEach((column, index) => {
          const target = key.targetColumns[index] ?? ''
          // of a composite key only a column of its own right counts: (tenant_id, user_id) → members
          if (isUserColumn(key.target, target) && !isUserColumn(relation.oid, column))
            grown =
              add(relation, {
                column,
                strong: true,
                evidence: `foreign key ${relation.qualified}.${column} → ${key.targetName}.${target}`,
              }) || grown
        })
  }
}

function addWeak(
  relation: Relation,
  known: ReadonlyMap<string, UserColumn> | undefined,
  mentions: Mentions,
  reading: Reading,
  add: (relation: Relation, column: UserColumn) => boolean,
): void {
  const name = relation.qualified
  const free = relation.columns.filter(
    (column) => canHoldUser(column) && !keyLeaves(relation, column.name) && !known?.has(column.name),
  )
  const byDefault = free.filter((column) =>
    /\bauth\.(uid|user_id)\(\)|auth\.jwt\(\)/.test(column.default ?? ''),
  )
  for (const { name: column } of byDefault)
    add(relation, { column, strong: true, evidence: `default of ${name}.${column} is the session's user` })
  const byName = free.filter(({ name: column }) => looksLikeOwner(column) || looksLikeAuthorship(column))
  for (const { name: column, baseType } of byName) {
    const compared = mentions.users.has(columnKey(relation.oid, column))
    if (baseType === 'uuid' || compared || !looksLikeAuthorship(column))
      add(relation, {
        column,
        strong: false,
        evidence: `name of ${name}.${column}${compared ? ', compared with the session' : ''}`,
      })
  }
  if ((known?.size ?? 0) + byDefault.length + byName.length > 0) return
  const compared = comparedColumns(relation, reading)
  for (const { name: column } of free)
    if (compared.size === 0 && mentions.emails.has(columnKey(relation.oid, column)))
      add(relation, {
        column,
        strong: false,
        evidence: `policies compare ${name}.${column} with the session's e-mail address`,
      })
  for (const column of compared)
    if (free.some((c) => c.name === column))
      add(relation, {
        column,
        strong: false,
        evidence: `policies compare ${name}.${column} with the session`,
      })
}

function comparedColumns(relation: Relation, reading: Reading): ReadonlySet<string> {
  const texts = relation.policies.flatMap(({ using, withCheck }) => [using, withCheck])
  return new Set(texts.flatMap((text) => readPredicate(relation, text, reading).comparedColumns))
}

/** Relations with a user column that is their only key: profiles. Referring to them is referring to the user. */
function profileRoots(catalog: Catalog, columnsOf: UserColumns['of']): UserColumns['roots'] {
  return catalog.relations.filter(holdsRows).flatMap((relation) => {
    const key = primaryColumn(relation)
    const user = key && columnsOf(relation).find(({ column, strong }) => strong && column === key.name)
    return user && relation.qualified !== 'auth.users' && keyLeaves(relation, user.column)
      ? [{ relation: relation.oid, column: user.column, evidence: user.evidence }]
      : []
  })
}

import type { Catalog, Relation } from '../domain/catalog.ts'
import { relationByOid } from '../domain/catalog.ts'
import type { Config, Intent } from '../domain/config.ts'
import type { Ownership, OwnerPath, PathStep } from '../domain/ownership.ts'
import { FORM_EXAMPLES, readForm } from './column-form.ts'
import type { FormedColumn } from './column-form.ts'
import { intentFor, isIntent } from './intents.ts'

/** What a declaration of an owner or tenant cannot be followed at, in words for its author. */
export interface Misdeclared {
  readonly problem: string
  readonly hint: string
}

/** Where the configuration says that the user and the tenant stand whose row it is. */
export interface DeclaredPaths {
  readonly owner?: OwnerPath
  readonly tenant?: OwnerPath
}

/** Lays what the configuration says about owners and tenants over what was inferred. */
export function withDeclared(
  catalog: Catalog,
  expect: Config['expect'],
  inferred: ReadonlyMap<number, Ownership>,
): ReadonlyMap<number, Ownership> {
  const ownerships = new Map(inferred)
  for (const relation of catalog.relations) {
    const intent = intentFor(expect, relation.qualified)
    if (intent === undefined || !isIntent(intent)) continue
    const before = ownerships.get(relation.oid)
    const declared = before && declaredOwnership(catalog, relation, intent, before)
    if (declared) ownerships.set(relation.oid, declared)
  }
  return ownerships
}

function declaredOwnership(
  catalog: Catalog,
  relation: Relation,
  intent: Intent,
  before: Ownership,
): Ownership | undefined {
  if (intent.shared)
    return {
      relation: relation.oid,
      kind: 'shared',
      owners: [],
      authors: [],
      tenants: [],
      declared: true,
      evidence: ['declared: its rows belong to nobody'],
    }
  const owner = pathOf(catalog, relation, intent.owner)
  const tenant = pathOf(catalog, relation, intent.tenant)
  if (!owner && !tenant) return undefined
  const owners = owner ? [owner] : before.owners
  const tenants = tenant ? [tenant] : before.tenants
  return {
    ...before,
    kind: tenants.length > 0 ? 'tenant' : 'user',
    owners,
    authors: before.authors.filter(({ column, steps }) => steps.length > 0 || column !== owner?.column),
    tenants,
    declared: true,
    evidence: [...owners, ...tenants].map(({ evidence }) => evidence),
  }
}

/** The paths that the configuration declares, of the relations that have them. */
export function declaredPaths(
  catalog: Catalog,
  expect: Config['expect'],
): ReadonlyMap<number, DeclaredPaths> {
  return new Map(
    catalog.relations.flatMap((relation) => {
      const intent = intentFor(expect, relation.qualified)
      if (intent === undefined || !isIntent(intent) || intent.shared) return []
      const owner = pathOf(catalog, relation, intent.owner)
      const tenant = pathOf(catalog, relation, intent.tenant)
      return owner || tenant
        ? [[relation.oid, { ...(owner ? { owner } : {}), ...(tenant ? { tenant } : {}) }] as const]
        : []
    }),
  )
}

/** Patterns declare columns for the relations that have them: a path that cannot be followed declares nothing. */
function pathOf(catalog: Catalog, relation: Relation, declared: string | undefined): OwnerPath | undefined {
  if (declared === undefined) return undefined
  const found = followPath(catalog, relation, declared)
  return 'problem' in found ? undefined : found
}

/**
 * A declared path from a relation to a user or tenant: a column (`user_id`), columns of foreign keys in front of it
 * (`chat_id.owner_id`), and at the end maybe a function of the column (`split_part(path, '/', 1)`).
 */
export function followPath(catalog: Catalog, relation: Relation, declared: string): OwnerPath | Misdeclared {
  const evidence = `declared: ${relation.qualified}.${declared}`
  if (hasColumn(relation, declared)) return { steps: [], column: declared, evidence }
  const parts = declared.split('.')
  if (parts.every((part) => /^[\p{L}\p{N}_$ -]+$/u.test(part)) && parts.length > 1)
    return followKeys(catalog, relation, parts, evidence)
  const formed = readForm(declared)
  if (formed === undefined || (formed.form === undefined && formed.column !== declared))
    return {
      problem: `"${declared}" is neither a column of ${relation.qualified} nor a function of one that is known both ways`,
      hint: `Its columns are ${namesOf(relation)}. Functions of a column are ${FORM_EXAMPLES}.`,
    }
  return hasColumn(relation, formed.column) ? { steps: [], ...formed, evidence } : noColumn(relation, formed)
}

function followKeys(
  catalog: Catalog,
  from: Relation,
  parts: readonly string[],
  evidence: string,
): OwnerPath | Misdeclared {
  const steps: PathStep[] = []
  let at = from
  for (const name of parts.slice(0, -1)) {
    if (!hasColumn(at, name)) return noColumn(at, { column: name })
    const keys = at.foreignKeys.filter(({ columns }) => columns.includes(name))
    const [key] = [...keys].sort((a, b) => a.columns.length - b.columns.length)
    const target = key && relationByOid(catalog, key.target)
    if (!key || !target)
      return {
        problem: `${at.qualified}.${name} is part of no foreign key`,
        hint: 'A path goes along foreign keys: each column but the last must be part of one.',
      }
    const { columns, targetName, targetColumns } = key
    steps.push({ columns, target: key.target, targetName, targetColumns })
    at = target
  }
  const column = parts.at(-1) ?? ''
  return hasColumn(at, column) ? { steps, column, evidence } : noColumn(at, { column })
}

const hasColumn = ({ columns }: Relation, name: string): boolean => columns.some((one) => one.name === name)

const namesOf = ({ columns }: Relation): string => columns.map(({ name }) => name).join(', ')

const noColumn = (relation: Relation, { column }: FormedColumn): Misdeclared => ({
  problem: `"${column}" is not a column of ${relation.qualified}`,
  hint: `Its columns are ${namesOf(relation)}.`,
})

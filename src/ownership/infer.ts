import { holdsRows } from '../domain/catalog.ts'
import type { Catalog } from '../domain/catalog.ts'
import { settingsOf } from '../domain/config.ts'
import type { Config } from '../domain/config.ts'
import type { Model, PrivilegeLookup, TenantKind } from '../domain/ownership.ts'
import type { Lookup, Mentions } from './lookups.ts'
import { collectMentions, readingOf } from './mentions.ts'
import { looksLikeRegister } from './names.ts'
import { declaredPaths, withDeclared } from './declared.ts'
import { isEverybodys } from './everybody.ts'
import { inferOwnerships, withParents } from './paths.ts'
import type { Reading } from './policy-facts.ts'
import { withGrantors } from './grants.ts'
import { findRowStates } from './row-states.ts'
import { findShares } from './shares.ts'
import { withNamedTenants } from './named-tenants.ts'
import { findTenants } from './tenants.ts'
import { findUserColumns } from './user-columns.ts'

type Said = Pick<Config, 'identity' | 'found'>

/** Settings of the session that hold the user's or the tenant's key. */
function holding(config: Said, placeholder: '$user' | '$tenant' | '$email'): readonly string[] {
  return Object.entries(settingsOf(config)).flatMap(([name, value]) => (value === placeholder ? [name] : []))
}

/** Settings that hold a word by which policies open something. */
const labelSettings = (config: Said): readonly string[] => {
  const set = settingsOf(config)
  const found = config.found?.found ?? []
  return found.flatMap(({ name, stands }) => (stands === 'label' && name in set ? [name] : []))
}

/** Who is who and whose is what: from foreign keys first; a declaration in the configuration wins. */
export function inferModel(
  catalog: Catalog,
  config: Said & Pick<Config, 'tenants' | 'expect'>,
  platformSchemas: readonly string[],
): { readonly model: Model; readonly reading: Reading } {
  const reading = readingOf(catalog, {
    userSettings: holding(config, '$user'),
    claimSettings: [...holding(config, '$tenant'), ...labelSettings(config)],
    emailSettings: holding(config, '$email'),
  })
  const mentions = collectMentions(catalog, reading, platformSchemas)
  const users = findUserColumns(catalog, mentions, reading)
  const found = findTenants(catalog, users, mentions, config.tenants)
  const tenants = withSettings(withNamedTenants(catalog, found, mentions, reading), mentions, config)
  const groups = new Set([
    ...tenants.flatMap(({ relation, memberships }) => [relation, ...memberships.map((one) => one.relation)]),
    ...users.roots.map(({ relation }) => relation),
  ])
  const inferred = inferOwnerships({
    catalog,
    users,
    tenants,
    declared: declaredPaths(catalog, config.expect),
  })
  const ownerships = withParents(
    catalog.relations.filter(holdsRows),
    withDeclared(catalog, config.expect, withGrantors(catalog, inferred, mentions.lookups, groups)),
  )
  const model: Model = {
    ownerships,
    tenants,
    lookups: new Set(mentions.lookups.map(({ relation }) => relation.oid)),
    shares: findShares(catalog, users, tenants, ownerships, mentions),
    privileges: privilegesOf(
      catalog,
      mentions,
      new Set(tenants.flatMap(({ memberships }) => memberships.map(({ relation }) => relation))),
    ),
    claims: [...mentions.claims.values()].map(({ path, literals, list, elements, columns }) => ({
      path,
      list,
      ...(elements ? { elements } : {}),
      literals: [...literals].sort(),
      columns: [...columns.values()],
    })),
    userRoots: users.roots.map(({ relation, column }) => ({ relation, column })),
    literals: new Map([...mentions.literals].map(([key, values]) => [key, [...values].sort()])),
    rowStates: findRowStates(catalog, reading, platformSchemas),
    emailColumns: mentions.emails,
    emailShapes: {
      literals: [...mentions.emailShapes.literals].sort(),
      columns: [...mentions.emailShapes.columns.values()],
    },
  }
  return { model, reading }
}

/** What settings that carry a tenant's key say of it: where it stands, and the form that they are cast to. */
const withSettings = (
  tenants: readonly TenantKind[],
  { claims }: Mentions,
  { found }: Said,
): readonly TenantKind[] =>
  tenants.map((kind) => {
    const names = kind.claims.flatMap(([first, name = '']) => (first === 'setting' ? [name] : []))
    if (names.length === 0) return kind
    const cast = found?.found.find(({ name }) => names.includes(name))?.cast
    return {
      ...kind,
      compared: names.flatMap((name) => [...(claims.get(`setting.${name}`)?.columns.keys() ?? [])]),
      ...(cast === 'uuid' || cast === 'integer' ? { keyForm: cast } : {}),
    }
  })

/** Lookups that tie the user to nothing but a right. A membership, which ties the user to a tenant, is none. */
function privilegesOf(
  catalog: Catalog,
  mentions: Mentions,
  memberships: ReadonlySet<number>,
): readonly PrivilegeLookup[] {
  const found = new Map<number, { userColumn: string; labels: Map<string, Set<string>> }>()
  for (const lookup of mentions.lookups) {
    const rights = rightsOf(lookup, mentions)
    if (memberships.has(lookup.relation.oid) || rights === null || !isRegister(catalog, lookup, rights))
      continue
    const entry = found.get(lookup.relation.oid) ?? {
      userColumn: lookup.userColumn,
      labels: new Map<string, Set<string>>(),
    }
    found.set(lookup.relation.oid, entry)
    for (const [column, labels] of Object.entries(rights))
      entry.labels.set(column, new Set([...(entry.labels.get(column) ?? []), ...labels]))
  }
  return [...found].map(([relation, { userColumn, labels }]) => ({
    relation,
    userColumn,
    labels: Object.fromEntries([...labels].map(([column, set]) => [column, [...set].sort()])),
  }))
}

/** Being listed is a right only where users are listed once each; who merely owns something there has no right by it. */
function isRegister(catalog: Catalog, { relation, userColumn }: Lookup, rights: Lookup['labels']): boolean {
  const once = relation.keys.some(
    ({ columns, partial }) => !partial && columns.length === 1 && columns[0] === userColumn,
  )
  return (
    Object.keys(rights).length > 0 ||
    looksLikeRegister(relation.name) ||
    (once && !isEverybodys(catalog, relation))
  )
}

/** The labels that a lookup asks for; null where it finds something else than a right. */
function rightsOf(lookup: Lookup, mentions: Mentions): Lookup['labels'] | null {
  const compared = lookup.links.filter((column) => mentions.literals.has(`${lookup.relation.oid}.${column}`))
  if (lookup.links.length > compared.length) return null
  const returned = compared.map(
    (column) => [column, [...(mentions.literals.get(`${lookup.relation.oid}.${column}`) ?? [])]] as const,
  )
  return { ...Object.fromEntries(returned), ...lookup.labels }
}

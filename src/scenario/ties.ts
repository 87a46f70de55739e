import type { Relation } from '../domain/catalog.ts'
import { relationByOid } from '../domain/catalog.ts'
import { principalsOf, tenantNames, tieOf, userKeys } from '../domain/population.ts'
import type { Actor, SeededRow, Values } from '../domain/population.ts'
import { tenantsByUser, withPeople } from '../seed/belonging.ts'
import type { Lookup } from '../seed/read-back.ts'
import type { Draft, DraftRow } from './draft.ts'
import type { Lapsed } from './propose.ts'
import type { World } from './world.ts'

/** Whose the row of a draft is, and whether somebody has given the actor a living tie to it. */
export interface Standpoint {
  readonly row: SeededRow
  readonly actor: Actor
  readonly entitled: boolean
}

export function standpointOf(world: World, draft: Draft, lapsed: Lapsed | null): Standpoint | null {
  const own = draft.rows.get('r0')
  if (!own) return null
  const lookup = lookupWith(world, draft)
  const belonging = tenantsByUser(world.model, memberRows(world, draft, lookup))
  const actor = { ...draft.actor, tenants: belonging.get(world.stranger.key) ?? [] }
  const bare = seededRow(world, own, lookup)
  const [row = bare] =
    withPeople(world.model, new Map([[own.relation.oid, [bare]]]), belonging).get(own.relation.oid) ?? []
  const entitled =
    draft.actor.user !== null &&
    (isTied(row, actor) ||
      names(world, own.values) ||
      isTrusted(draft) ||
      isVouchedFor(world, draft, own) ||
      [...draft.rows].some(
        ([alias, one]) =>
          alias !== 'r0' &&
          alias !== lapsed?.alias &&
          names(world, one.values) &&
          givesAccess(world, draft, alias, own, lapsed?.alias),
      ))
  return { row, actor, entitled }
}

const isTied = (row: SeededRow, actor: Actor): boolean => ['own', 'team'].includes(tieOf(row, actor))

/** Rows of the draft come before those that stand. */
export function lookupWith(world: World, draft: Draft): Lookup {
  return (relation, columns, values) => {
    const made = [...draft.rows.values()].find(
      (one) =>
        one.relation.oid === relation &&
        columns.every((name, i) => String(one.values[name]) === String(values[i])),
    )
    return made?.values ?? world.lookup(relation, columns, values)
  }
}

function seededRow(world: World, { relation, values, standing }: DraftRow, lookup: Lookup): SeededRow {
  const { owners, authors, tenantKeys } = principalsOf(
    world.model.ownerships.get(relation.oid),
    values,
    lookup,
  )
  const emails = new Map([
    [world.stranger.email, world.stranger.key],
    ...world.population.actors.flatMap(({ user, claims }) =>
      user !== null && typeof claims['email'] === 'string' ? [[claims['email'], user] as const] : [],
    ),
  ])
  // a tenant that is just being founded is nobody's yet
  const isFounded =
    standing === null && world.model.ownerships.get(relation.oid)?.tenants.some(({ self }) => self)
  return {
    place: '',
    values,
    owners: userKeys(owners, emails),
    authors: userKeys(authors, emails),
    tenants: isFounded ? [] : tenantNames(tenantKeys, world.population.tenants),
  }
}

/** The actor's memberships: those that sign-up made, and those of the draft. */
function memberRows(world: World, draft: Draft, lookup: Lookup): ReadonlyMap<number, readonly SeededRow[]> {
  const relations = new Set(
    world.model.tenants.flatMap(({ memberships }) => memberships.map(({ relation }) => relation)),
  )
  return new Map(
    [...relations].map((oid) => {
      const made = [...draft.rows.values()].filter(({ relation }) => relation.oid === oid)
      const changed = new Set(made.map(({ standing }) => standing))
      const rest = (world.population.rows.get(oid) ?? []).filter(({ values }) => !changed.has(values))
      return [oid, [...rest, ...made.map((one) => seededRow(world, one, lookup))]]
    }),
  )
}

/** Whether a row names the actor, by key or by address. */
export function names({ stranger }: World, values: Values): boolean {
  const email = stranger.email.toLowerCase()
  return leavesOf(values).some((leaf) => {
    const text = String(leaf).toLowerCase()
    return text === stranger.key.toLowerCase() || text === email
  })
}

function leavesOf(value: unknown): readonly (string | number)[] {
  if (typeof value === 'string' || typeof value === 'number') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(leavesOf)
}

/** What users write into their own tokens, and what says how somebody signed in, gives nobody a right. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'user_metadata',
  'request.headers',
  'aal',
  'amr',
  'is_anonymous',
  'email_verified',
  'phone_verified',
  'phone',
  'iat',
  'exp',
  'session_id',
])

/** A claim or setting that the server vouches for was given a value that the policy asks for. */
function isTrusted({ locked }: Draft): boolean {
  return [...locked].some((key) => {
    if (key.startsWith('setting ')) return true
    return key.startsWith('claim ') && !UNTRUSTED.has(key.slice(6).split('.')[0] ?? '')
  })
}

/** The session carries a key that stands in the row, in a place that the server vouches for: that of the actor's tenant. */
function isVouchedFor(world: World, { actor }: Draft, own: DraftRow): boolean {
  const claims = Object.entries(actor.claims).filter(([name]) => !UNTRUSTED.has(name))
  const settings = Object.entries(actor.settings).filter(([name]) => !name.startsWith('request.'))
  const carried = new Set(tokensOf(world, Object.fromEntries([...claims, ...settings])))
  return tokensOf(world, own.values).some((token) => carried.has(token))
}

/**
 * Whether a row that names the actor has to do with the row that is asked for: the same project, the same tenant, or
 * something that hangs together with it. What could not hang together with it at all gives a right everywhere.
 */
function givesAccess(world: World, draft: Draft, alias: string, own: DraftRow, broken?: string): boolean {
  const link = draft.rows.get(alias) ?? own
  if (isBehind(world, draft, link, own, broken)) return false
  if (!ancestry(world, own.relation).some((oid) => ancestry(world, link.relation).includes(oid))) return true
  const { privileges, tenants } = world.model
  const isMembership = tenants.some(({ memberships }) =>
    memberships.some(({ relation }) => relation === link.relation.oid),
  )
  if (!isMembership && privileges.some(({ relation }) => relation === link.relation.oid)) return true
  return connected(world, draft, broken).has(alias)
}

/**
 * What the broken link hangs below on the actor's side: a file of their own, which without the link gives nothing. What the
 * row that is asked for hangs below itself is no such thing: whoever teaches the class need not attend it.
 */
function isBehind(world: World, draft: Draft, one: DraftRow, own: DraftRow, broken?: string): boolean {
  const link = broken === undefined ? undefined : draft.rows.get(broken)
  if (!link || !isAbove(world, one.relation, link.relation)) return false
  const known = new Set(tokensOf(world, link.values))
  return tokensOf(world, one.values).some((token) => known.has(token)) && !hangsBelow(world, draft, own, one)
}

/** Whether a row hangs below another one of the draft, by its key. */
function hangsBelow(world: World, draft: Draft, row: DraftRow, { relation, values }: DraftRow): boolean {
  if (!isAbove(world, relation, row.relation)) return false
  const key = relation.keys.find(({ primary }) => primary)?.columns ?? []
  const above = new Set(tokensAbove(world, draft, row))
  return key.length > 0 && key.every((name) => above.has(String(values[name])))
}

/** Relations that rows of a relation hang below, itself included; people and what is everybody's are no tie. */
function ancestry(world: World, relation: Relation, seen: readonly number[] = []): readonly number[] {
  if (seen.includes(relation.oid) || !ties(world, relation.oid)) return seen
  return relation.foreignKeys.reduce<readonly number[]>(
    (all, { target }) => {
      const parent = relationByOid(world.catalog, target)
      return parent ? ancestry(world, parent, all) : all
    },
    [...seen, relation.oid],
  )
}

/** Whether rows of a relation hang below those of another one. */
export const isAbove = (world: World, above: Relation, below: Relation): boolean =>
  above.oid !== below.oid && ancestry(world, below).includes(above.oid)

const ties = ({ model }: World, oid: number): boolean =>
  !model.userRoots.some(({ relation }) => relation === oid) && model.ownerships.get(oid)?.kind !== 'shared'

/** Rows of the draft that hang together with the policy's own, by values that occur nowhere else and not by way of a broken link. */
function connected(world: World, draft: Draft, broken: string | undefined): ReadonlySet<string> {
  const own = draft.rows.get('r0')
  const found = new Set(['r0'])
  const known = new Set(own ? tokensAbove(world, draft, own) : [])
  for (let grown = true; grown;) {
    grown = false
    for (const [alias, row] of draft.rows) {
      if (
        alias === broken ||
        found.has(alias) ||
        !tokensOf(world, row.values).some((token) => known.has(token))
      )
        continue
      found.add(alias)
      for (const token of tokensAbove(world, draft, row)) known.add(token)
      grown = true
    }
  }
  return found
}

/** What a row and those that it hangs below are known by. */
function tokensAbove(world: World, draft: Draft, row: DraftRow, depth = 0): readonly string[] {
  const lookup = lookupWith(world, draft)
  const above = row.relation.foreignKeys.flatMap((key): readonly string[] => {
    const parent = relationByOid(world.catalog, key.target)
    if (!parent || !ties(world, key.target) || depth > 6) return []
    const values = key.columns.map((name) => row.values[name])
    const found = values.some((value) => value === null || value === undefined)
      ? undefined
      : lookup(key.target, key.targetColumns, values)
    return found
      ? tokensAbove(world, draft, { relation: parent, values: found, standing: found }, depth + 1)
      : []
  })
  return [...tokensOf(world, row.values), ...above]
}

const TOKEN = /^([0-9a-f]{8}-[0-9a-f-]{27}|k[0-9a-z]{5,7}|\d{6,})$/i

/** Values that tell rows apart. The actor's own key and those of what is everybody's tie nothing together. */
function tokensOf(world: World, values: Values): readonly string[] {
  const tenants = new Set(world.population.tenants.flatMap(({ keys }) => keys))
  const common = commonKeys(world)
  return leavesOf(values)
    .map(String)
    .filter((text) => (TOKEN.test(text) || tenants.has(text)) && !common.has(text))
}

const COMMON = new WeakMap<World, ReadonlySet<string>>()

function commonKeys(world: World): ReadonlySet<string> {
  const known = COMMON.get(world)
  if (known) return known
  const shared = [...world.population.rows].flatMap(([oid, rows]) => {
    if (world.model.ownerships.get(oid)?.kind !== 'shared') return []
    const key = relationByOid(world.catalog, oid)?.keys.find(({ primary }) => primary)?.columns ?? []
    return rows.flatMap(({ values }) => key.map((name) => String(values[name])))
  })
  const made = new Set([world.stranger.key, ...shared])
  COMMON.set(world, made)
  return made
}

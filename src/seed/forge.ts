import { columnKey } from '../domain/ownership.ts'
import type { ClaimUse, Model } from '../domain/ownership.ts'
import type { Actor, ForgerySource, SeededRow, Tenant } from '../domain/population.ts'
import { quoteLiteral } from '../sql/quote.ts'
import type { Person } from './cast.ts'
import { craftedAddresses } from './addresses.ts'
import { isRecord, setPath } from './paths.ts'

/** From what forged values are taken: what the victim's rows and the project's SQL hold. */
export interface Forge {
  readonly model: Model
  readonly people: readonly Person[]
  readonly tenants: readonly Tenant[]
  readonly rows: ReadonlyMap<number, readonly SeededRow[]>
}

const MOST_FORGERIES = 6
const MOST_VALUES = 8

/** The attacker once per value that policies could believe, of everything in a request that its sender writes. */
export function forgedActors(forge: Forge, attacker: Actor): readonly Actor[] {
  return [
    ...forgedClaims(forge, attacker),
    ...forgedHeaders(forge, attacker),
    ...forgedAddresses(forge, attacker),
  ]
}

function forgedClaims(forge: Forge, attacker: Actor): readonly Actor[] {
  return variantsOf(forge, 'user_metadata').map((values, index) => {
    const metadata = withPaths(attacker.claims['user_metadata'], values)
    return {
      ...attacker,
      name: nameOf(attacker, 'forged metadata', index),
      claims: { ...attacker.claims, user_metadata: metadata },
      // the account holds what the token carries; what triggers make of a change is another matter
      scene: accountSql(attacker, `raw_user_meta_data = ${quoteLiteral(JSON.stringify(metadata))}::jsonb`),
      forged: { source: 'user_metadata' as const, what: whatOf('user_metadata', values) },
    }
  })
}

function forgedHeaders(forge: Forge, attacker: Actor): readonly Actor[] {
  return variantsOf(forge, 'request.headers').map((values, index) => ({
    ...attacker,
    name: nameOf(attacker, 'forged headers', index),
    settings: {
      ...attacker.settings,
      'request.headers': JSON.stringify(withPaths(headersOf(attacker), values)),
    },
    forged: { source: 'request.headers' as const, what: whatOf('request.headers', values) },
  }))
}

/** Addresses that the attacker can own: in a domain of his, or with a provider where everybody gets one. */
function forgedAddresses({ model, rows, people }: Forge, attacker: Actor): readonly Actor[] {
  const { literals, columns } = model.emailShapes
  if (literals.length + columns.length === 0) return []
  const theirs = columns.flatMap((column) => victimsValues(rows, people, column))
  return craftedAddresses([...literals, ...theirs.map(String)], people[0]?.email ?? '').map(
    (email, index) => ({
      ...attacker,
      name: nameOf(attacker, 'crafted address', index),
      claims: { ...attacker.claims, email },
      scene: accountSql(attacker, `email = ${quoteLiteral(email)}`),
      forged: { source: 'email' as const, what: `email = ${email}` },
    }),
  )
}

const nameOf = ({ name }: Actor, what: string, index: number): string =>
  `${name} (${what}${index === 0 ? '' : ` ${index + 1}`})`

function accountSql({ user }: Actor, assignment: string): string {
  return [
    'set local session_replication_role = replica',
    `update auth.users set ${assignment} where id::text = ${quoteLiteral(user ?? '')}`,
    'set local session_replication_role = origin',
  ].join(';\n')
}

type Chosen = readonly (readonly [path: readonly string[], value: unknown])[]

/** Every path with its first value, then with its second, and so on. */
function variantsOf(forge: Forge, source: ForgerySource): readonly Chosen[] {
  const used = forge.model.claims.filter(({ path }) => path[0] === source && path.length > 1)
  const choices = used
    .filter(({ path }) => !used.some((other) => isPrefix(path, other.path)))
    .map((use) => [use.path.slice(1), valuesFor(forge, use)] as const)
    .filter(([, values]) => values.length > 0)
  const most = Math.min(MOST_FORGERIES, Math.max(0, ...choices.map(([, values]) => values.length)))
  return Array.from({ length: most }, (_, index) =>
    choices.map(([path, values]) => [path, values[index % values.length]] as const),
  )
}

const isPrefix = (path: readonly string[], other: readonly string[]): boolean =>
  other.length > path.length && path.every((part, index) => other[index] === part)

/** What the claim is compared with: constants, the victim's values; where nothing says it, what its name suggests. */
function valuesFor(forge: Forge, use: ClaimUse): readonly unknown[] {
  const { model, tenants, rows, people } = forge
  const kind = model.tenants.findIndex(({ claims }) =>
    claims.some((claim) => claim.join('.') === use.path.join('.')),
  )
  const key = kind >= 0 ? tenants[0]?.keys[kind] : undefined
  const known = [
    ...(key === undefined ? [] : [key]),
    ...use.literals,
    ...use.columns
      .filter((column) => !isSecret(model, column))
      .flatMap((column) => victimsValues(rows, people, column)),
  ]
  const isSecretUse = use.columns.length > 0 && use.columns.every((column) => isSecret(model, column))
  const values = known.length > 0 || isSecretUse ? known : suggestedBy(forge, use.path.at(-1) ?? '')
  const distinct = [...new Set(values)].slice(0, MOST_VALUES)
  return use.list && distinct.length > 0 ? [distinct] : distinct
}

function suggestedBy({ model, tenants, people }: Forge, name: string): readonly unknown[] {
  if (/role|plan|tier|level|permission|scope|group$/i.test(name))
    return [...model.privileges.flatMap(({ labels }) => Object.values(labels).flat()), 'admin', 'owner']
  if (/^(is_|has_)|admin|staff|premium|verified/i.test(name)) return [true]
  if (/mail/i.test(name)) return [people[0]?.email]
  if (/user|uid|owner|sub|impersonat/i.test(name)) return [people[0]?.key]
  return /id$|tenant|org|compan|workspace|team|account/i.test(name) ? (tenants[0]?.keys ?? []) : []
}

/** Whoever knows a token has been given it; guessing one is no attack on a policy. */
function isSecret(
  model: Model,
  { relation, column }: { readonly relation: number; readonly column: string },
): boolean {
  const { owners = [], tenants = [] } = model.ownerships.get(relation) ?? {}
  const isIdentity = [...owners, ...tenants].some(({ steps, column: name }) =>
    (steps[0]?.columns ?? [name]).includes(column),
  )
  return (
    !isIdentity &&
    !model.emailColumns.has(columnKey(relation, column)) &&
    /token|secret|code|key|hash|nonce|pass|slug/i.test(column)
  )
}

/** What stands in a column of the victim's rows. */
function victimsValues(
  rows: Forge['rows'],
  people: readonly Person[],
  { relation, column }: { readonly relation: number; readonly column: string },
): readonly unknown[] {
  const [victim] = people
  const theirs = (rows.get(relation) ?? []).filter(
    ({ owners, tenants }) =>
      victim !== undefined &&
      (owners.includes(victim.key) ||
        (owners.length === 0 && victim.tenant !== null && tenants.includes(victim.tenant))),
  )
  const values = theirs
    .map(({ values }) => values[column])
    .filter((value) => value !== null && value !== undefined)
  return [...new Set(values)].slice(0, 2)
}

function withPaths(base: unknown, values: Chosen): Readonly<Record<string, unknown>> {
  const made: Record<string, unknown> = { ...(isRecord(base) ? base : {}) }
  for (const [path, value] of values) setPath(made, path, value)
  return made
}

function headersOf({ settings }: Actor): unknown {
  return JSON.parse(settings['request.headers'] ?? '{}')
}

const whatOf = (source: string, values: Chosen): string =>
  values.map(([path, value]) => `${[source, ...path].join('.')} = ${JSON.stringify(value)}`).join(', ')

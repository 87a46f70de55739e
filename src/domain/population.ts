import { keyIn } from './column-form.ts'
import type { RelationName } from './catalog.ts'
import type { Ownership } from './ownership.ts'
import type { Standing, Tie } from './vocabulary.ts'

/** A row's values as to_jsonb() gives them. */
export type Values = Readonly<Record<string, unknown>>

/** Where a caller writes what policies may believe. */
export type ForgerySource = 'user_metadata' | 'request.headers' | 'email'

export interface Forgery {
  readonly source: ForgerySource
  /** for people: `user_metadata.org_id = …` */
  readonly what: string
}

/** A role plus claims: who asks. */
export interface Actor {
  readonly name: string
  /** database role of the session */
  readonly role: string
  /** role that the connection logs in as before it takes `role` */
  readonly login: string
  /** the user's key, or null where nobody is signed in */
  readonly user: string | null
  /** tenants of which the actor is an active member */
  readonly tenants: readonly string[]
  readonly claims: Readonly<Record<string, unknown>>
  /** what the token says of the role, where that is not the database's */
  readonly roleClaim?: string
  readonly settings: Readonly<Record<string, string>>
  /** what of the session the caller made up, and where it stands */
  readonly forged?: Forgery
  /** what stands in the database by the caller's own doing, as SQL for a superuser: an account's metadata */
  readonly scene?: string
  /** the row that a policy proposed, and for which the scene was made; its place is empty where it stands in the scene alone */
  readonly staged?: SeededRow
  /** where rows stand that the scene changes or refers to */
  readonly stands?: readonly string[]
  /** `judged` may leak; `control` only shows that a command works for somebody */
  readonly purpose: 'judged' | 'control'
}

export interface Tenant {
  readonly name: string
  /** its key in each kind of tenant, in the order of the model's kinds */
  readonly keys: readonly string[]
}

/** A row that stands in the database when probing begins. */
export interface SeededRow {
  /** `tableoid:ctid`: stable, because every probe is rolled back */
  readonly place: string
  readonly values: Values
  readonly owners: readonly string[]
  readonly authors: readonly string[]
  readonly tenants: readonly string[]
  /** whom it names owns it whatever the tenant: a profile, a membership */
  readonly personal?: boolean
}

/** A row that could be inserted: proven as superuser, then rolled back. */
export interface Spare {
  /** the actor on whose behalf it was made; null for a shared row */
  readonly actor: string | null
  readonly values: Values
}

export interface Unseeded {
  readonly relation: RelationName
  readonly reason: string
}

/** Seeded actors, tenants and rows. */
export interface Population {
  readonly actors: readonly Actor[]
  readonly tenants: readonly Tenant[]
  readonly rows: ReadonlyMap<number, readonly SeededRow[]>
  readonly spares: ReadonlyMap<number, readonly Spare[]>
  readonly unseeded: readonly Unseeded[]
  /** relations whose triggers had to be left out for rows to go in */
  readonly withoutTriggers: readonly RelationName[]
  readonly notices: readonly string[]
}

/** What a row is to an actor. Inactive members of a tenant are strangers to it. */
export function tieOf(
  row: Pick<SeededRow, 'owners' | 'authors' | 'tenants' | 'personal'>,
  actor: Actor,
): Tie {
  if (actor.user !== null && (row.owners.includes(actor.user) || row.authors.includes(actor.user))) {
    // inside a foreign tenant a user column proves nothing: whoever left the tenant lost the row
    return row.personal ||
      row.tenants.length === 0 ||
      row.tenants.some((name) => actor.tenants.includes(name))
      ? 'own'
      : 'foreign'
  }
  if (row.tenants.some((name) => actor.tenants.includes(name))) return 'team'
  return row.owners.length > 0 || row.tenants.length > 0 ? 'foreign' : 'unowned'
}

/** Whose row an actor has made or left behind. Having written it proves nothing, so authors count only where there is no owner. */
export function plantedTie(
  row: Pick<SeededRow, 'owners' | 'authors' | 'tenants' | 'personal'>,
  actor: Actor,
): Tie {
  const strict = row.owners.length > 0 || row.tenants.length > 0 ? { ...row, authors: [] } : row
  return tieOf(strict, actor)
}

/** The column of the matrix: without a session every tie is `anon`. Unowned rows stand with the strangers. */
export function standingOf(tie: Tie, actor: Actor): Standing {
  if (actor.role === 'anon') return 'anon'
  return tie === 'unowned' ? 'foreign' : tie
}

/** Resolves the owner paths of a row, through the rows that stand in the database. */
export function principalsOf(
  ownership: Ownership | undefined,
  values: Values,
  lookup: (relation: number, columns: readonly string[], values: readonly unknown[]) => Values | undefined,
): {
  readonly owners: readonly string[]
  readonly authors: readonly string[]
  readonly tenantKeys: readonly string[]
} {
  const ends = (paths: Ownership['owners']): readonly string[] => [
    ...new Set(
      paths.flatMap(({ steps, column, form }) => {
        let at: Values | undefined = values
        for (const step of steps) {
          const key: readonly unknown[] = step.columns.map((name) => at?.[name])
          if (key.some((value) => value === null || value === undefined)) return []
          at = lookup(step.target, step.targetColumns, key)
          if (!at) return []
        }
        const end = keyIn(form, at?.[column])
        if (Array.isArray(end)) return end.map(String)
        return end === null || end === undefined ? [] : [String(end)]
      }),
    ),
  ]
  if (!ownership) return { owners: [], authors: [], tenantKeys: [] }
  return {
    owners: ends(ownership.owners),
    authors: ends(ownership.authors),
    tenantKeys: ends(ownership.tenants),
  }
}

/** Keys of the users that these values name: some name them by their e-mail address. */
export function userKeys(values: readonly string[], emails: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set(values.map((value) => emails.get(value) ?? value))]
}

/** Names of the tenants that these keys belong to. Keys of tenants outside of the population stay as they are. */
export function tenantNames(keys: readonly string[], tenants: readonly Tenant[]): readonly string[] {
  return [...new Set(keys.map((key) => tenants.find((tenant) => tenant.keys.includes(key))?.name ?? key))]
}

import type { RelationName } from './catalog.ts'
import type { ColumnForm } from './column-form.ts'

/** One foreign key on the way to an owner. */
export interface PathStep {
  /** columns of the relation that the step leaves */
  readonly columns: readonly string[]
  readonly target: number
  readonly targetName: RelationName
  readonly targetColumns: readonly string[]
}

/** From a row to the key of a user or tenant: follow the steps, then read `column`. */
export interface OwnerPath {
  readonly steps: readonly PathStep[]
  readonly column: string
  /** how the key stands in the column; absent: the column holds the key alone, or a list of keys */
  readonly form?: ColumnForm
  /** the row is the tenant itself: its key says which, not whose */
  readonly self?: boolean
  /** why this is believed: "foreign key notes.user_id → auth.users.id" */
  readonly evidence: string
}

/** Whose a relation's rows are. */
export interface Ownership {
  readonly relation: number
  /** `user`: rows belong to users. `tenant`: rows belong to tenants, `owners` are users inside. `shared`: nobody's. */
  readonly kind: 'user' | 'tenant' | 'shared'
  readonly owners: readonly OwnerPath[]
  /** users who made or changed a row without owning it, where it has another owner */
  readonly authors: readonly OwnerPath[]
  readonly tenants: readonly OwnerPath[]
  /** columns of the key to what the row gives access to: whoever owns that, grants */
  readonly grantKey?: readonly string[]
  readonly declared: boolean
  readonly evidence: readonly string[]
}

/** A relation whose rows say which user belongs to which tenant. */
export interface Membership {
  readonly relation: number
  readonly tenantColumn: string
  readonly userColumn: string
  /** column of the member's role inside the tenant */
  readonly roleColumn: string | null
  /** column that says whether the membership counts, and the value by which it does not */
  readonly inactive: Lapse | null
  /** further ways in which a membership does not count: other labels, other columns */
  readonly lapses?: readonly Lapse[]
}

/** A value of a column by which a membership is out of force. */
export interface Lapse {
  readonly column: string
  readonly value: string | boolean | null
  readonly active: string | boolean | null
}

/** A group whose rows must stay apart. */
export interface TenantKind {
  /** null: only a column says so, there is no table of tenants */
  readonly relation: number | null
  readonly name: string
  readonly keyColumn: string
  readonly memberships: readonly Membership[]
  /** its key is a text such as a slug, though no column says so */
  readonly textual?: boolean
  /** columns that policies compare with a setting which carries its key, by `oid.column` */
  readonly compared?: readonly string[]
  /** what its key must look like, whatever the column holds: a session's setting is cast to it */
  readonly keyForm?: 'uuid' | 'integer'
  /** where a session carries the tenant's key: path into the claims */
  readonly claims: readonly (readonly string[])[]
  readonly evidence: string
}

/** A relation whose rows give users access to somebody else's rows, for as long as they are in force: shares, grants, loans. */
export interface Share {
  readonly relation: number
  readonly userColumn: string
  /** the foreign key to what is shared */
  readonly key: PathStep
  readonly inactive: NonNullable<Membership['inactive']>
}

/** A lookup by which policies grant rights that do not depend on the row: `exists (select from admins where user_id = auth.uid())`. */
export interface PrivilegeLookup {
  readonly relation: number
  readonly userColumn: string
  /** labels that open something, by column */
  readonly labels: Readonly<Record<string, readonly string[]>>
}

/** A claim that policies and functions read. */
export interface ClaimUse {
  readonly path: readonly string[]
  /** constants that it is compared with */
  readonly literals: readonly string[]
  /** the claim is a list or an object, of which policies look for a part */
  readonly list: boolean
  /** policies take its elements one by one, which fails on anything but a list */
  readonly elements?: boolean
  /** columns that it is compared with */
  readonly columns: readonly { readonly relation: number; readonly column: string }[]
}

/** Comparisons of a part of the session's e-mail address: its end, its domain, a pattern. */
export interface EmailShapes {
  readonly literals: readonly string[]
  readonly columns: readonly { readonly relation: number; readonly column: string }[]
}

/** A condition over the columns of one row, under the relation's own name. */
export interface RowTerm {
  readonly expression: string
  /** columns that it depends on */
  readonly columns: readonly string[]
  /** bodies of the functions that it calls: what they compare with stands there */
  readonly bodies: readonly string[]
}

/** A state that a row can be in, whoever asks for it: terms that hold all at once. */
export interface RowState {
  /** of a row that stands there, or of one as it is inserted */
  readonly when: 'standing' | 'inserted'
  readonly terms: readonly RowTerm[]
}

/** Everything that was inferred about who is who. */
export interface Model {
  readonly ownerships: ReadonlyMap<number, Ownership>
  readonly tenants: readonly TenantKind[]
  readonly privileges: readonly PrivilegeLookup[]
  readonly shares: readonly Share[]
  /** relations in which policies and functions look the session's user up */
  readonly lookups: ReadonlySet<number>
  readonly claims: readonly ClaimUse[]
  /** relations whose key is the user's own: auth.users, profiles, … */
  readonly userRoots: readonly { readonly relation: number; readonly column: string }[]
  /** constants that policies and functions compare a column with, by `oid.column` */
  readonly literals: ReadonlyMap<string, readonly string[]>
  /** states that policies, functions and views ask for, by relation */
  readonly rowStates: ReadonlyMap<number, readonly RowState[]>
  /** columns that hold the session's e-mail address, by `oid.column` */
  readonly emailColumns: ReadonlySet<string>
  /** what addresses are matched against by a part or a pattern, and with which columns */
  readonly emailShapes: EmailShapes
}

export const columnKey = (relation: number, column: string): string => `${relation}.${column}`

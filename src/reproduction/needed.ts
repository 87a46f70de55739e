import type { Model } from '../domain/ownership.ts'
import type { Actor } from '../domain/population.ts'
import type { Inventory, KnownRow } from './inventory.ts'

/** What a statement has to do with. */
export interface Way {
  /** who asks, and whose rows are reached */
  readonly people: readonly Actor[]
  /** rows that it aims at or reaches, and rows that it names */
  readonly aims: readonly KnownRow[]
  /** relations that policies, views, functions and triggers on the way look into */
  readonly tables: ReadonlySet<number>
}

const MOST_OF_ASKER = 4
const MOST_OF_OTHERS = 2
const MOST_LINKED = 3
const MOST_SHARED = 4
const ROUNDS = 3

/**
 * The few rows on which a statement shows the same as among all: what it aims at, what stands above that, and of what
 * is looked into on the way the rows that concern the people involved. Parents come before their children.
 */
export function neededRows(inventory: Inventory, model: Model, way: Way): readonly KnownRow[] {
  const found = new Set<KnownRow>()
  const add = (one: KnownRow, above: ReadonlySet<KnownRow> = new Set()): void => {
    if (found.has(one) || above.has(one)) return
    for (const parent of inventory.parentsOf(one)) add(parent, new Set([...above, one]))
    found.add(one)
  }
  for (const account of accountsOf(inventory, model, way)) add(account)
  for (const aim of way.aims) add(aim)
  const accounts = new Set(model.userRoots.map(({ relation }) => relation))
  for (const row of concerning(inventory, way, found)) add(row)
  for (let round = 0; round < ROUNDS; round++) {
    // everybody's things refer to accounts; of those that are aimed at they count
    const core = [...found].filter((one) => !accounts.has(one.relation.oid) || way.aims.includes(one))
    for (const row of linked(inventory, model, way, core, found)) add(row)
  }
  for (const row of shared(inventory, way, found)) add(row)
  return [...found]
}

/** The accounts of the people; their profiles only where somebody looks into them, or refers to them. */
function accountsOf(
  inventory: Inventory,
  { userRoots }: Model,
  { people, tables }: Way,
): readonly KnownRow[] {
  const roots = new Set(userRoots.map(({ relation }) => relation))
  return userRoots.flatMap(({ relation, column }) =>
    people.flatMap(({ user }) =>
      inventory
        .find(relation, [column], [user])
        .filter(
          (one) =>
            tables.has(relation) ||
            !one.relation.foreignKeys.some(({ target }) => target !== relation && roots.has(target)),
        ),
    ),
  )
}

/**
 * What is looked into and names who asks: memberships, roles, shares. Of the others who are involved what refers to rows
 * that are there: whether they are members where they own something.
 */
function concerning(
  inventory: Inventory,
  { people, tables }: Way,
  found: ReadonlySet<KnownRow>,
): readonly KnownRow[] {
  const [asker, ...others] = people
  const near = new Set([...found].flatMap(keysOf))
  for (const one of people) near.delete(one.user ?? '')
  return [...tables].flatMap((oid) => {
    const close = new Set(inventory.holding(oid, near))
    const own = asker ? inventory.holding(oid, namesOf(asker)) : []
    const theirs = others.flatMap((one) =>
      inventory
        .holding(oid, namesOf(one))
        .filter((row) => close.has(row))
        .slice(0, MOST_OF_OTHERS),
    )
    const sorted = [...own.filter((one) => close.has(one)), ...own.filter((one) => !close.has(one))]
    return [...sorted.slice(0, MOST_OF_ASKER), ...theirs]
  })
}

function namesOf({ user, claims }: Actor): ReadonlySet<string> {
  return user === null
    ? new Set()
    : new Set([user, claims['email']].filter((one) => one !== undefined).map(String))
}

/**
 * What is looked into and refers to rows that are there already; rows of people who are not involved stay away. Half of
 * everything refers to a tenant: of what does nothing but that, one row will do.
 */
function linked(
  inventory: Inventory,
  { tenants }: Model,
  { people, tables }: Way,
  core: readonly KnownRow[],
  found: ReadonlySet<KnownRow>,
): readonly KnownRow[] {
  const users = new Set(people.flatMap(({ user }) => user ?? []))
  const isTenant = ({ relation }: KnownRow): boolean => tenants.some((one) => one.relation === relation.oid)
  const near = core.filter((one) => !isTenant(one))
  const far = core.filter(isTenant)
  const isAskers = ({ owners }: KnownRow['row']): boolean => owners.includes(people[0]?.user ?? '')
  const isNew = (one: KnownRow): boolean => !found.has(one) && isOfNobodyElse(one, users)
  return [...tables].flatMap((oid) => {
    const there = [...found].filter(({ relation, row }) => relation.oid === oid && !isAskers(row)).length
    const close = linkedTo(inventory, oid, near)
      .filter(isNew)
      .slice(0, Math.max(0, MOST_LINKED - there))
    return close.length + there > 0 ? close : linkedTo(inventory, oid, far).filter(isNew).slice(0, 1)
  })
}

/** Rows of a relation that refer to some of these, by a foreign key or by nothing but its value. */
function linkedTo(inventory: Inventory, oid: number, rows: readonly KnownRow[]): readonly KnownRow[] {
  const known = new Set(rows)
  const held = new Set(inventory.holding(oid, new Set(rows.flatMap(keysOf))))
  return inventory
    .of(oid)
    .filter((one) => held.has(one) || inventory.parentsOf(one).some((parent) => known.has(parent)))
}

const isOfNobodyElse = ({ row }: KnownRow, users: ReadonlySet<string>): boolean =>
  row.owners.length === 0 || row.owners.some((user) => users.has(user))

/** Tables of roles and settings, of which no row concerns anybody: a few of their rows. */
function shared(inventory: Inventory, { tables }: Way, found: ReadonlySet<KnownRow>): readonly KnownRow[] {
  const filled = new Set([...found].map(({ relation }) => relation.oid))
  return [...tables]
    .filter((oid) => !filled.has(oid))
    .flatMap((oid) =>
      inventory
        .of(oid)
        .filter(({ row }) => row.owners.length + row.tenants.length + row.authors.length === 0)
        .slice(0, MOST_SHARED),
    )
}

/** Shorter values are met by chance. */
const TELLING = 6

/** Values by which other rows may refer to a row without a foreign key. */
function keysOf({ relation, row }: KnownRow): readonly string[] {
  return relation.keys
    .filter(({ partial }) => !partial)
    .flatMap(({ columns }) => columns)
    .flatMap((name) => {
      const value = row.values[name]
      return typeof value === 'string' && value.length >= TELLING ? [value] : []
    })
}

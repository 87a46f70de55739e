import type { Relation } from '../domain/catalog.ts'
import { tieOf } from '../domain/population.ts'
import type { Actor, Population, SeededRow } from '../domain/population.ts'
import type { Naming } from '../ownership/naming.ts'
import type { Keys } from './layout.ts'

type Principals = Pick<SeededRow, 'owners' | 'tenants'>

/** What names can be built from: everybody's keys, and whose each value is. */
export interface Mention {
  readonly relation: number
  readonly place: string
}

export interface KeyRing {
  /** `user`, `tenant`, `projects.id` */
  readonly kinds: readonly string[]
  readonly keysOf: (actor: Actor) => Keys
  readonly principalsOf: (kind: string, value: string) => Principals | undefined
  /** where the rows stand that hold a value */
  readonly rowsHolding: (kind: string, value: string) => readonly Mention[]
}

export function keyRing(population: Population, naming: Naming): KeyRing {
  const { actors, tenants } = population
  const users = actors.filter(({ user }) => user !== null)
  const personal = new Map<string, (actor: Actor) => string | undefined>([
    ['user', ({ user }) => user ?? undefined],
    ...(naming.readsEmail ? [['email', ({ claims }: Actor) => stringOf(claims['email'])] as const] : []),
  ])
  const count = tenants[0]?.keys.length ?? 0
  const groups = Array.from({ length: count }, (_, index) => (index === 0 ? 'tenant' : `tenant-${index + 1}`))
  const known = new Set([
    ...users.flatMap(({ user, claims }) => [user, stringOf(claims['email'])]),
    ...tenants.flatMap(({ keys }) => keys),
  ])
  const columns = naming.columns
    .filter(({ relation, column }) =>
      valuesOf(population, relation, column).some((one) => !known.has(one.value)),
    )
    .slice(0, MOST_COLUMNS)
  const nameOf = ({ relation, column }: Naming['columns'][number]): string => `${relation.name}.${column}`
  const holders = columns.map((one) => ({ ...one, values: valuesOf(population, one.relation, one.column) }))
  const principals = (value: string): Principals => principalsOf(value, holders)
  return {
    kinds: [...personal.keys(), ...groups, ...columns.map(nameOf)],
    keysOf: (actor) => {
      const tenant = tenants.find(({ name }) => actor.tenants.includes(name))
      return new Map(
        [
          ...[...personal].map(([kind, read]) => [kind, read(actor)] as const),
          ...groups.map((kind, index) => [kind, tenant?.keys[index]] as const),
          ...holders.map((one) => [nameOf(one), ownValue(one.values, actor, actors, principals)] as const),
        ].flatMap(([kind, value]) => (value === undefined ? [] : [[kind, value] as const])),
      )
    },
    principalsOf: (kind, value) => {
      const person = users.find((actor) => personal.get(kind)?.(actor) === value)
      if (person?.user) return { owners: [person.user], tenants: [] }
      const group = tenants.find(({ keys }) => keys[groups.indexOf(kind)] === value)
      if (group) return { owners: [], tenants: [group.name] }
      const found = holders.some(
        (one) => nameOf(one) === kind && one.values.some((held) => held.value === value),
      )
      return found ? principals(value) : undefined
    },
    rowsHolding: (kind, value) =>
      holders
        .filter((one) => nameOf(one) === kind)
        .flatMap(({ relation, values }) =>
          values
            .filter((held) => held.value === value)
            .map(({ row }) => ({ relation: relation.oid, place: row.place })),
        ),
  }
}

const MOST_COLUMNS = 8

const stringOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

interface Held {
  readonly value: string
  readonly row: SeededRow
}

interface Holder {
  readonly relation: Relation
  readonly column: string
  readonly values: readonly Held[]
}

function valuesOf({ rows }: Population, relation: Relation, column: string): readonly Held[] {
  return (rows.get(relation.oid) ?? []).flatMap((row) => {
    const value = row.values[column]
    return typeof value === 'string' || typeof value === 'number' ? [{ value: String(value), row }] : []
  })
}

/** Whose a value is: the row's whose key it is; where that row is nobody's, all those whose rows refer to it. */
function principalsOf(value: string, holders: readonly Holder[]): Principals {
  const having = (all: readonly Holder[]): readonly SeededRow[] =>
    all.flatMap(({ values }) => values.filter((held) => held.value === value).map(({ row }) => row))
  const entity = union(having(holders.filter(isKey)))
  return entity.owners.length + entity.tenants.length > 0 ? entity : union(having(holders))
}

const isKey = ({ relation, column }: Holder): boolean =>
  relation.keys.some(({ columns, partial }) => !partial && columns.length === 1 && columns[0] === column)

const union = (rows: readonly SeededRow[]): Principals => ({
  owners: [...new Set(rows.flatMap(({ owners, authors }) => (owners.length > 0 ? owners : authors)))],
  tenants: [...new Set(rows.flatMap(({ tenants }) => tenants))],
})

/** A value that is the actor's and, if possible, nobody else's. */
function ownValue(
  values: readonly Held[],
  actor: Actor,
  actors: readonly Actor[],
  principals: (value: string) => Principals,
): string | undefined {
  const tie = (value: string, one: Actor): string => tieOf({ authors: [], ...principals(value) }, one)
  const own = values.map(({ value }) => value).filter((value) => tie(value, actor) === 'own')
  const team = values.map(({ value }) => value).filter((value) => tie(value, actor) === 'team')
  const alone = (value: string): boolean =>
    actors.every((one) => one.user === actor.user || one.user === null || tie(value, one) !== 'own')
  return own.find(alone) ?? own[0] ?? team[0]
}

import type { Faker } from '@faker-js/faker'
import type { Catalog, ForeignKey, Relation } from '../domain/catalog.ts'
import type { QueryRunner } from '../database/connection.ts'
import type { Config, SeedValue } from '../domain/config.ts'
import type { Model } from '../domain/ownership.ts'
import type { Tenant, Values } from '../domain/population.ts'
import type { Person } from './cast.ts'
import { hintsFor } from './hints.ts'
import type { Hints } from './hints.ts'
import type { Condition } from './constraints.ts'
import { conditionsOf } from './constraints.ts'
import { demandsOf, evaluable, insertTriggers } from './demands.ts'
import { settingsRead } from './sessions.ts'
import { unusualValues } from './unusual.ts'
import type { Role, Slot } from './slots.ts'

/** A row that stands in the database already, with the slot that it was made for. */
export interface Placed {
  readonly slot: Slot
  readonly values: Values
  /** made for the state that it is in */
  readonly staged?: boolean
}

/** What rows are made from. */
export interface Workshop {
  readonly model: Model
  readonly people: readonly Person[]
  readonly tenants: readonly Tenant[]
  readonly faker: Faker
  readonly seed: number
  readonly values: Readonly<Record<string, SeedValue>>
  readonly placed: ReadonlyMap<number, readonly Placed[]>
  readonly identity: Config['identity']
}

/** One relation with everything that is worked out once for all of its rows. */
export interface Bench {
  readonly relation: Relation
  readonly index: number
  readonly role: Role
  readonly hints: ReadonlyMap<string, Hints>
  /** columns that lead to an owner or tenant: never left empty */
  readonly identity: ReadonlySet<string>
  readonly unique: ReadonlySet<string>
  /** columns that number rows within another column of their key: they repeat from owner to owner, as issue numbers do */
  readonly numbering: ReadonlySet<string>
  /** what the server holds rows against */
  readonly conditions: readonly Condition[]
  /** what triggers ask of rows that are inserted */
  readonly demands: readonly Condition[]
  /** triggers or rules stand between an INSERT and the relation */
  readonly resists: boolean
  /** settings that the triggers read */
  readonly settings: readonly string[]
  /** required keys to relations that are filled later */
  readonly late: readonly ForeignKey[]
  /** values for columns of types that the harness does not know */
  readonly unusual: ReadonlyMap<string, unknown>
}

export interface BenchContext {
  readonly catalog: Catalog
  readonly model: Model
  /** position in the order of insertion */
  readonly index: number
  readonly role: Role
  readonly late: readonly ForeignKey[]
}

export async function benchFor(
  connection: QueryRunner,
  relation: Relation,
  { catalog, model, index, role, late }: BenchContext,
): Promise<Bench> {
  const ownership = model.ownerships.get(relation.oid)
  const paths = [...(ownership?.owners ?? []), ...(ownership?.tenants ?? []), ...(ownership?.authors ?? [])]
  const identity = new Set(paths.flatMap(({ steps, column }) => steps[0]?.columns ?? [column]))
  const fixed = new Set([...identity, ...relation.foreignKeys.flatMap(({ columns }) => columns)])
  return {
    relation,
    index,
    role,
    hints: new Map(relation.columns.map((column) => [column.name, hintsFor(relation, column)])),
    identity,
    unique: new Set(relation.keys.flatMap(({ columns }) => columns)),
    numbering: new Set(relation.keys.flatMap(({ columns }) => numberingColumns(relation, columns))),
    conditions: await conditionsOf(connection, relation, (name) => bodyOf(catalog, name)),
    demands: await evaluable(connection, relation, demandsOf(relation, catalog, fixed)),
    resists: relation.hasRules || relation.triggers.some(({ events }) => events.includes('insert')),
    settings: settingsRead(insertTriggers(relation, catalog)),
    late,
    unusual: await unusualValues(connection, relation),
  }
}

const bodyOf = (catalog: Catalog, called: string): string | undefined =>
  catalog.routines.find(({ schema, name }) => called === `${schema}.${name}` || called === name)?.body

function numberingColumns(relation: Relation, key: readonly string[]): readonly string[] {
  const refers = (column: string): boolean =>
    relation.foreignKeys.some(({ columns }) => columns.includes(column))
  return key.some(refers) ? key.filter((column) => !refers(column)) : []
}

/** What a row is to be. */
export interface Order {
  readonly slot: Slot
  readonly variant: number
  /** number of the row within the relation */
  readonly row: number
}

/** Numbers of rows from here on are those of spares. */
export const SPARE_ROWS = 500

/** Why a row could not be made, with the column. */
export class Unmakeable extends Error {}

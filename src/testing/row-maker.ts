import type { Connection } from '../database/connection.ts'
import type { Catalog, ForeignKey, Key, Relation } from '../domain/catalog.ts'
import { relationByOid } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import { principalsOf } from '../domain/population.ts'
import type { Tenant, Values } from '../domain/population.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import { benchFor, SPARE_ROWS, Unmakeable } from '../seed/bench.ts'
import type { Bench, Placed, Workshop } from '../seed/bench.ts'
import type { Person } from '../seed/cast.ts'
import { satisfyChecks } from '../seed/checks.ts'
import { placeExisting } from '../seed/existing.ts'
import { insertRows } from '../seed/insert.ts'
import type { Inserted } from '../seed/insert.ts'
import { lookupIn } from '../seed/read-back.ts'
import { closest } from '../seed/reference.ts'
import { makeRow } from '../seed/row.ts'
import { roleOf } from '../seed/slots.ts'
import { isRequired, refused, sharedKey, withDefaults } from './row-rules.ts'
import type { Slot } from '../seed/slots.ts'

/** Rows as they stand, by relation, with whom they were made for. */
export type Shelf = ReadonlyMap<number, readonly Placed[]>

/** What is worked out once for a database and serves all of its tests. */
export interface Supplies {
  readonly catalog: Catalog
  readonly model: Model
  /** relations that rows can be put into, those that others refer to first */
  readonly relations: readonly Relation[]
  readonly workshop: Omit<Workshop, 'placed' | 'people' | 'tenants'>
  readonly benches: Map<number, Bench>
}

const MOST_TRIES = 5

/** Makes the rows of one test: complete, valid, of the person and tenant that are asked for. The connection is a superuser's. */
export class RowMaker {
  readonly #connection: Connection
  readonly #supplies: Supplies
  readonly people: Person[]
  readonly tenants: Tenant[]
  #placed: Map<number, Placed[]>
  #stale = false
  /** told of every row that was made */
  onInserted: (relation: Relation, values: Values) => void = () => {}
  #made = 0

  constructor(
    connection: Connection,
    supplies: Supplies,
    cast: { readonly people: readonly Person[]; readonly tenants: readonly Tenant[] },
    shelf: Shelf,
  ) {
    this.#connection = connection
    this.#supplies = supplies
    this.people = [...cast.people]
    this.tenants = [...cast.tenants]
    this.#placed = new Map([...shelf].map(([oid, list]) => [oid, [...list]]))
  }

  /** Rows may have come or gone by other statements: they are read again before the next one is made. */
  forget(): void {
    this.#stale = true
  }

  /**
   * Inserts one row, and those that it cannot be without.
   *
   * @param isOwned it must be the slot's person's, whatever the values say
   * @throws HarnessError SEED_FAILED with the column or constraint in the way
   */
  async add(relation: Relation, slot: Slot, values: Values, isOwned = false): Promise<Values> {
    await this.#refresh()
    await this.#addParents(relation, slot, values, new Set([relation.oid]))
    const row = await this.#insert(relation, slot, values)
    if (isOwned || Object.keys(values).length === 0) this.#requireOwner(relation, slot, row)
    return row
  }

  /**
   * What a client would send to insert such a row: the given values, and those that the relation cannot be without.
   * Rows that it has to refer to are inserted.
   *
   * @param inName whose row it is stands in it even where a default would say so
   */
  async complete(relation: Relation, slot: Slot, values: Values, inName = false): Promise<Values> {
    await this.#refresh()
    await this.#addParents(relation, slot, values, new Set([relation.oid]))
    const bench = await this.#benchOf(relation)
    const made = await this.#make(bench, slot, values)
    return Object.fromEntries(
      Object.entries(made).filter(
        ([name]) =>
          name in values || (inName && bench.identity.has(name)) || isRequired(relation, name, bench),
      ),
    )
  }

  /** Columns that say whose row it is. */
  async identityOf(relation: Relation): Promise<ReadonlySet<string>> {
    return (await this.#benchOf(relation)).identity
  }

  async #refresh(): Promise<void> {
    if (!this.#stale) return
    this.#stale = false
    for (const relation of this.#supplies.relations) await this.#place(relation)
  }

  async #place(relation: Relation): Promise<void> {
    const bench = await this.#benchOf(relation)
    await placeExisting(this.#connection, relation, bench, this.#workshop(), this.#placed)
  }

  /** How the rows stand before any test: what every test begins with. */
  async shelf(): Promise<Shelf> {
    this.#stale = true
    await this.#refresh()
    return this.#placed
  }

  #workshop(values: Values = {}, relation?: Relation): Workshop {
    const { workshop } = this.#supplies
    const given = Object.entries(values).map(([name, value]) => [
      `${relation?.qualified}.${name}`,
      () => value,
    ])
    return {
      ...workshop,
      values: { ...workshop.values, ...(Object.fromEntries(given) as Record<string, () => unknown>) },
      people: this.people,
      tenants: this.tenants,
      placed: this.#placed,
    }
  }

  async #benchOf(relation: Relation): Promise<Bench> {
    const { benches, catalog, model, relations } = this.#supplies
    const known = benches.get(relation.oid)
    if (known) return known
    const index = Math.max(0, relations.indexOf(relation)) + 1
    const role = roleOf(relation, model)
    const bench = await benchFor(this.#connection, relation, { catalog, model, index, role, late: [] })
    benches.set(relation.oid, bench)
    return bench
  }

  async #addParents(
    relation: Relation,
    slot: Slot,
    values: Values,
    under: ReadonlySet<number>,
  ): Promise<void> {
    const bench = await this.#benchOf(relation)
    for (const key of relation.foreignKeys) {
      const target = relationByOid(this.#supplies.catalog, key.target)
      const isGiven = key.columns.some((name) => name in values)
      if (!target || isGiven || under.has(target.oid) || !this.#lacks(bench, key, slot)) continue
      await this.#addParents(target, slot, {}, new Set([...under, target.oid]))
      await this.#insert(target, slot, {})
    }
  }

  /** Whether there is no row yet that the key can refer to on behalf of the slot. */
  #lacks(bench: Bench, { target, columns }: ForeignKey, slot: Slot): boolean {
    const { ownerships, userRoots } = this.#supplies.model
    if (userRoots.some(({ relation }) => relation === target)) return false
    const candidates = this.#placed.get(target) ?? []
    if (columns.some((name) => bench.identity.has(name))) {
      const kind = ownerships.get(target)?.kind
      if (kind === 'user' && slot.person)
        return !candidates.some(({ slot: { person } }) => person === slot.person)
      if (kind === 'tenant' && slot.tenant !== null)
        return !candidates.some(({ slot: { tenant } }) => tenant === slot.tenant)
    }
    const isNeeded = columns.some((name) =>
      bench.relation.columns.some((one) => one.name === name && one.notNull && one.default === null),
    )
    return isNeeded && closest(candidates, slot).length === 0
  }

  async #insert(relation: Relation, slot: Slot, values: Values): Promise<Values> {
    const bench = await this.#benchOf(relation)
    let last: Inserted | undefined
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const row = await this.#make(bench, slot, values)
      ;[last] = await insertRows(this.#connection, relation, slot.person, [row])
      if (last?.kind === 'inserted') return this.#keep(relation, slot, last.values)
      const key = last?.kind === 'found' ? sharedKey(relation, row, last.values) : undefined
      // there can be one such row only, and it is there: what was asked for is that one
      if (last?.kind === 'found' && key?.columns.every((name) => name in values || bench.identity.has(name)))
        return this.#keep(relation, slot, await this.#change(relation, key, last.values, values))
      if (last?.kind === 'failed' && last.error?.sqlstate !== '23505') break
    }
    const reason = last?.kind === 'failed' ? last.reason : 'every key that was tried is taken'
    throw refused(relation, reason, last?.kind === 'failed' ? last.error?.sqlstate : '23505')
  }

  #keep(relation: Relation, slot: Slot, values: Values): Values {
    const placed = this.#placed.get(relation.oid) ?? []
    this.#placed.set(relation.oid, placed)
    placed.push({ slot, values })
    this.onInserted(relation, values)
    return values
  }

  async #change(relation: Relation, key: Key, found: Values, given: Values): Promise<Values> {
    const names = Object.keys(given).filter((name) => !key.columns.includes(name))
    if (names.length === 0) return found
    const table = quoteQualified(relation.schema, relation.name)
    const wanted = quoteLiteral(JSON.stringify(given))
    const which = quoteLiteral(JSON.stringify(found))
    const [changed] = await this.#connection.rows<{ row: Values }>(
      `update ${table} t set ${names.map((name) => `${quoteName(name)} = given.${quoteName(name)}`).join(', ')}
       from jsonb_populate_record(null::${table}, ${wanted}::jsonb) given, jsonb_populate_record(null::${table}, ${which}::jsonb) found
       where ${key.columns.map((name) => `t.${quoteName(name)} = found.${quoteName(name)}`).join(' and ')}
       returning to_jsonb(t.*) as row`,
    )
    return changed?.row ?? found
  }

  async #make(bench: Bench, slot: Slot, values: Values): Promise<Values> {
    const row = SPARE_ROWS + this.#made++
    const variant = bench.numbering.size > 0 ? row : 0
    const shop = this.#workshop(values, bench.relation)
    try {
      const made = withDefaults(bench, makeRow(shop, bench, { slot, variant, row }), values)
      const [fitting] = await satisfyChecks(this.#connection, bench, [made], row)
      return { ...(fitting ?? made), ...values }
    } catch (error) {
      if (error instanceof Unmakeable) throw refused(bench.relation, error.message, undefined)
      throw error
    }
  }

  /** A row that is asked for in somebody's name is that somebody's, or nobody could rely on it. */
  #requireOwner(relation: Relation, { person }: Slot, values: Values): void {
    const ownership = this.#supplies.model.ownerships.get(relation.oid)
    if (ownership?.kind !== 'user' || person === null) return
    const { owners, authors } = principalsOf(ownership, values, lookupIn(this.#placed))
    if ([...owners, ...authors].some((name) => name === person.key || name === person.email)) return
    throw refused(relation, `it would not be ${person.name}’s (${ownership.evidence.join('; ')})`, undefined)
  }
}

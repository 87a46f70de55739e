import type { Connection } from '../database/connection.ts'
import { relationByOid } from '../domain/catalog.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import type { Fact, Part, Sighting } from '../domain/fact.ts'
import { FINDINGS } from '../domain/finding.ts'
import { covers } from '../domain/grants.ts'
import type { GrantStatement } from '../domain/grants.ts'
import { placeAt } from '../domain/place.ts'
import type { Actor, SeededRow, Values } from '../domain/population.ts'
import type { Model } from '../domain/ownership.ts'
import type { Blame, Witness } from '../domain/report.ts'
import { placeOf, policyText } from '../judge/blame.ts'
import { toldOf } from '../judge/facts.ts'
import type { Prepared } from '../prepare.ts'
import type { Crew } from '../probe/crew.ts'
import { identityColumns } from '../probe/target.ts'
import { originOf } from '../probe/privileges-origin.ts'
import type { Origin, Origins } from '../probe/privileges-origin.ts'
import { explain } from '../trace/explain.ts'
import type { Explanation, Matter, Places } from '../trace/explain.ts'
import { shrink } from '../trace/shrink.ts'
import { lastOf, wayOf } from '../trace/way.ts'
import { rowsWritten } from '../trace/written.ts'
import type { Directed } from './scenarios.ts'
import type { Seeded } from './seed.ts'
import type { Understood } from './understand.ts'

/** Facts → facts with what was checked on the way of the statement that shows them, and who let the row through. */
export async function explainAll(
  prepared: Prepared,
  known: Understood,
  seeded: Seeded,
  directed: readonly Directed[],
  parts: readonly Part[],
  origins: Origins,
  crew: Crew,
): Promise<readonly Part[]> {
  const { actors } = seeded.population
  // what is told of a unit hardly depends on others: where it does, less of it is told
  const told = new Set(parts.flatMap((part) => toldOf(part.facts, actors).flatMap(({ seen }) => seen ?? [])))
  const facts = parts.flatMap((part) => part.facts.filter(({ seen }) => seen && told.has(seen)))
  const explainer = new Explainer(known, seeded, directed, placesIn(known.catalog, prepared, origins))
  const explained = await explainer.all(facts, crew)
  return parts.map((part) => ({
    ...part,
    facts: part.facts.map((fact) => withoutSighting(explained.get(fact) ?? fact)),
  }))
}

function withoutSighting({ seen: _seen, ...fact }: Fact): Fact {
  return fact
}

function placesIn(catalog: Catalog, { definitions }: Prepared, origins: Origins): Places {
  const known = definitions.flatMap(({ objectType, identity, file, line }) =>
    identity === null ? [] : [{ objectType, identity, file, line }],
  )
  return {
    catalog,
    definition: (objectType, identity) => placeOf(known, objectType, identity),
    grant: (relation, privilege, role) => {
      const origin = originOf(origins, catalog, relation, privilege, role)
      const held = relation.privileges.find((one) => one.role === role)
      // the platform opens whole tables: columns alone are the project's doing
      const ofColumns = held && !held.relation.includes(privilege)
      const grant = ofColumns ? columnGrantOf(origins, relation, privilege, role) : grantIn(origin)
      if (!ofColumns && origin.kind === 'platform') return { statement: 'default privileges of the platform' }
      if (!grant) return {}
      const { file, line, target, roles } = grant
      const how = target === 'defaults' ? 'default privileges granted' : 'granted'
      return { statement: `${how} to ${roles.join(', ')}`, ...placeAt(file, line) }
    },
  }
}

const grantIn = (origin: Origin): GrantStatement | undefined =>
  origin.kind === 'project' ? origin.grant : undefined

const columnGrantOf = (
  { statements }: Origins,
  { schema, name }: Relation,
  privilege: string,
  role: string,
): GrantStatement | undefined =>
  statements.findLast(
    (one) =>
      one.grants &&
      one.privileges !== 'all' &&
      one.privileges.some(({ name: of, columns }) => of === privilege && columns.length > 0) &&
      (one.roles.includes(role) || one.roles.includes('public')) &&
      covers(one, { schema, name, on: 'tables', madeAt: 0 }),
  )

/** A fact with what is asked about it, and the table that is asked. */
interface Case {
  readonly fact: Fact
  readonly matter: Matter
  readonly table: Relation
  readonly rightsOf: string | undefined
}

class Explainer {
  readonly #catalog: Catalog
  readonly #model: Model
  readonly #places: Places
  readonly #actors: ReadonlyMap<string, Actor>
  readonly #rows: ReadonlyMap<number, readonly SeededRow[]>
  /** rows of scenarios, by the name of who asks for them */
  readonly #scenarios: ReadonlyMap<string, Values>
  /** relations whose policies are asked about a setting, not about a row */
  readonly #unasked: ReadonlySet<number>

  constructor(
    { catalog, model }: Understood,
    { population, areas }: Seeded,
    directed: readonly Directed[],
    places: Places,
  ) {
    this.#scenarios = new Map(
      directed.flatMap(({ scenarios }) =>
        scenarios.flatMap(({ actor, row, inserts }) => (inserts ? [] : [[actor.name, row.values] as const])),
      ),
    )
    this.#model = model
    this.#catalog = catalog
    this.#places = places
    this.#actors = new Map(population.actors.map((actor) => [actor.name, actor]))
    const rows = new Map(population.rows)
    for (const area of areas)
      rows.set(area.relation.oid, [...(rows.get(area.relation.oid) ?? []), ...area.rows])
    this.#rows = rows
    this.#unasked = new Set(areas.filter(({ kind }) => kind === 'topics').map(({ relation }) => relation.oid))
  }

  /** What is asked of one table with the same rights is asked together. */
  async all(facts: readonly Fact[], crew: Crew): Promise<ReadonlyMap<Fact, Fact>> {
    const cases = new Map<Fact, Case>()
    await crew.share({ name: 'facts', atOnce: 1 }, facts, async (fact, { connection }) => {
      const one = fact.seen && (await this.#caseOf(connection, fact, fact.seen))
      if (one) cases.set(fact, one)
    })
    const groups = new Map<string, Case[]>()
    for (const one of facts.flatMap((fact) => cases.get(fact) ?? [])) {
      const key = JSON.stringify([one.table.oid, one.rightsOf ?? null])
      groups.set(key, [...(groups.get(key) ?? []), one])
    }
    const explained = new Map<Fact, Fact>()
    await crew.share({ name: 'tables', atOnce: 1 }, [...groups.values()], async (group, { connection }) => {
      for (const [fact, result] of await this.#explain(connection, group)) explained.set(fact, result)
    })
    return explained
  }

  async #caseOf(connection: Connection, fact: Fact, sighting: Sighting): Promise<Case | undefined> {
    const actor = this.#actors.get(sighting.actor)
    const relation = relationByOid(this.#catalog, sighting.relation)
    if (!actor || !relation || this.#unasked.has(relation.oid)) return undefined
    const table = this.#tableOf(sighting)
    const way = wayOf(this.#catalog, relation, actor.role, table)
    const last = lastOf(way)
    if (!last) return undefined
    const old = this.#scenarios.get(sighting.actor) ?? this.#rowAt(last.relation, sighting)
    const left = await this.#leftBy(connection, sighting, actor, last.relation, old)
    const rightsOf = way.length > 1 && last.role !== actor.role ? last.role : undefined
    return { fact, table: last.relation, rightsOf, matter: { sighting, actor, way, old, new: left } }
  }

  /** The table that a row stands in, by its place. */
  #tableOf({ places: [place] }: Sighting): Relation | undefined {
    return place === undefined ? undefined : relationByOid(this.#catalog, Number(place.split(':')[0]))
  }

  #rowAt({ oid }: Relation, { places: [place] }: Sighting): Values | undefined {
    return place === undefined ? undefined : this.#rows.get(oid)?.find((row) => row.place === place)?.values
  }

  /** The row as a write leaves it: as it was seen to, else as far as the statement says. */
  async #leftBy(
    connection: Connection,
    sighting: Sighting,
    actor: Actor,
    table: Relation,
    old: Values | undefined,
  ): Promise<Values | undefined> {
    const { command, written, refused } = sighting
    if (command !== 'insert' && command !== 'update') return undefined
    if (refused || table.view) return written
    const standing = (this.#rows.get(table.oid) ?? []).map(({ place }) => place)
    const rows = await rowsWritten(connection, table, { actor, sighting, standing })
    const key = table.keys.find(({ primary }) => primary)?.columns ?? []
    const same = (row: Values): boolean =>
      key.length > 0 && key.every((name) => JSON.stringify(row[name]) === JSON.stringify(old?.[name]))
    return rows.find(same) ?? rows[0] ?? written
  }

  async #explain(
    connection: Connection,
    cases: readonly Case[],
  ): Promise<readonly (readonly [Fact, Fact])[]> {
    const [first] = cases
    if (!first) return []
    const { table, rightsOf } = first
    const matters = cases.map(({ matter }) => matter)
    const explanations = await explain(connection, this.#places, table, matters, rightsOf)
    const told: (readonly [Fact, Fact])[] = []
    for (const [at, { fact, matter }] of cases.entries()) {
      const explanation = explanations[at]
      if (!explanation) continue
      const isNote = (fact.severity ?? FINDINGS[fact.code].severity) === 'note'
      const witness = isNote ? null : await this.#witnessOf(connection, table, matter, explanation)
      told.push([fact, { ...this.#told(fact, table, explanation), ...(witness ? { witness } : {}) }])
    }
    return told
  }

  /** Of what policies let through at the table itself. */
  async #witnessOf(
    connection: Connection,
    table: Relation,
    matter: Matter,
    { admitting }: Explanation,
  ): Promise<Witness | null> {
    if (!admitting || matter.sighting.refused || matter.way.length > 1) return null
    const ownership = this.#model.ownerships.get(table.oid)
    const key = table.keys.find(({ primary }) => primary)?.columns ?? []
    return shrink(connection, {
      catalog: this.#catalog,
      table,
      matter,
      kept: [...key, ...identityColumns(ownership)],
      standing: (this.#rows.get(table.oid) ?? []).map(({ place }) => place),
    })
  }

  #told(fact: Fact, table: Relation, { checks, admitting }: Explanation): Fact {
    const isLeft = fact.blame.some(({ policy }) => policy === undefined) || !admitting
    const blame =
      isLeft || fact.seen?.refused ? fact.blame : admitting.map((one) => this.#blameOf(table, one))
    return { ...fact, blame: blame.length > 0 ? blame : fact.blame, checks }
  }

  #blameOf(table: Relation, { policy, through }: NonNullable<Explanation['admitting']>[number]): Blame {
    const found = table.policies.find(({ name }) => name === policy)
    return {
      policy,
      ...(found ? { statement: policyText(found) } : {}),
      ...(through === null ? {} : { through }),
      ...this.#places.definition('policy', `${policy} on ${table.qualified}`),
    }
  }
}

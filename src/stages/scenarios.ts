import type { Connection } from '../database/connection.ts'
import type { Relation } from '../domain/catalog.ts'
import { policiesFor } from '../domain/catalog.ts'
import type { Config } from '../domain/config.ts'
import type { Observation } from '../domain/probe.ts'
import type { Scenario, ScenarioCount } from '../domain/scenario.ts'
import type { Command } from '../domain/vocabulary.ts'
import type { Reading } from '../ownership/policy-facts.ts'
import { PLATFORM_SCHEMAS } from '../platform/install.ts'
import { expandPredicate } from '../policy/predicate.ts'
import { policyReading } from '../policy/reading.ts'
import type { PolicyReading } from '../policy/reading.ts'
import { termsOfPredicate } from '../policy/terms.ts'
import type { PolicyTerm } from '../policy/terms.ts'
import { closedByCatalog } from '../probe/plan.ts'
import type { ProbeOptions } from '../probe/options.ts'
import { tryScenario } from '../probe/scenarios.ts'
import type { Sender } from '../probe/sender.ts'
import { Desk } from '../scenario/desk.ts'
import { ScenarioMaker } from '../scenario/scenarios.ts'
import type { Ways } from '../scenario/scenarios.ts'
import { World } from '../scenario/world.ts'

/** What scenarios of one relation showed. */
export interface Directed {
  readonly relation: Relation
  /** those that are still of interest: as they are made, all */
  readonly scenarios: readonly Scenario[]
  readonly observations: readonly Observation[]
  readonly count: ScenarioCount
  /** what of the policies could not be looked into */
  readonly opaque: readonly string[]
}

/** Ways through the policies of one relation and command that are tried. */
const MOST_WAYS = 16

/** Makes rows and sessions that the text of the policies proposes, and tries them one by one. */
export class Director {
  readonly #options: ProbeOptions
  readonly #config: Config
  readonly #reading: Reading
  readonly #policies: PolicyReading
  readonly #makers = new Map<Connection, ScenarioMaker>()

  constructor(options: ProbeOptions, reading: Reading, config: Config) {
    this.#options = options
    this.#config = config
    this.#reading = reading
    this.#policies = policyReading(options.catalog, PLATFORM_SCHEMAS)
  }

  async direct(relation: Relation, { connection }: Sender): Promise<Directed> {
    const options = this.#options
    const ways = waysThrough(options, this.#policies, this.#config, relation)
    const made = await this.#makerOn(connection).make(relation, ways)
    const tried = await Promise.all(
      made.scenarios.map((scenario) => tryScenario(connection, options, relation, scenario)),
    )
    const observations = tried.flatMap((one) => one.observations)
    const count = { ...made.count, failed: tried.flatMap(({ failed }) => failed) }
    return { relation, scenarios: made.scenarios, observations, count, opaque: opaqueIn(ways) }
  }

  #makerOn(connection: Connection): ScenarioMaker {
    const known = this.#makers.get(connection)
    if (known) return known
    const desk = new Desk(connection)
    const options = { config: this.#config, platformSchemas: PLATFORM_SCHEMAS }
    const maker = new ScenarioMaker(new World(desk, { ...this.#options, options }), desk, this.#reading)
    this.#makers.set(connection, maker)
    return maker
  }
}

/** Each way through the policies once, with all commands that it is a way for. */
function waysThrough(
  options: ProbeOptions,
  reading: PolicyReading,
  config: Config,
  relation: Relation,
): readonly Ways[] {
  if (config.identity !== 'supabase') return waysOf(options, reading, relation, config.identity.role)
  const isOnlyAnons = ({ policy }: PolicyTerm): boolean =>
    relation.policies.some(({ name, roles }) => name === policy && roles.includes('anon')) &&
    relation.policies.every(({ name, roles }) => name !== policy || !roles.includes('authenticated'))
  const anons = waysOf(options, reading, relation, 'anon', isOnlyAnons)
  return [
    ...waysOf(options, reading, relation, 'authenticated'),
    ...anons.map((one) => ({ ...one, isForAnon: true })),
  ]
}

function waysOf(
  { catalog, expectationsOf }: ProbeOptions,
  reading: PolicyReading,
  relation: Relation,
  role: string,
  isWanted: (term: PolicyTerm) => boolean = () => true,
): readonly Ways[] {
  const open = new Set(
    expectationsOf(relation.oid).flatMap((one) => (closedByCatalog(one) ? [] : [one.command])),
  )
  const found = new Map<string, { readonly commands: Command[]; readonly terms: readonly PolicyTerm[] }>()
  let most = 0
  for (const [command, side] of SIDES) {
    if (!open.has(command) || !isPermitted(relation, command, role)) continue
    const predicate = expandPredicate(catalog, relation, command, side, role, reading)
    const { terms, left } = termsOfPredicate(predicate, MOST_WAYS)
    most = Math.max(most, left)
    for (const term of terms.filter(isWanted)) {
      const key = `${side} ${textOf(term)}`
      const known = found.get(key)
      if (known) known.commands.push(command)
      else found.set(key, { commands: [command], terms: [term] })
    }
  }
  const ways = [...found.values()].map((one) => ({ ...one, left: 0 }))
  return most === 0 ? ways : [...ways, { commands: [], terms: [], left: most }]
}

const SIDES = [
  ['select', 'using'],
  ['update', 'using'],
  ['delete', 'using'],
  ['insert', 'check'],
] as const

const isPermitted = (relation: Relation, command: Command, role: string): boolean =>
  policiesFor(relation, command, role).some(({ permissive }) => permissive)

const textOf = ({ policy, literals }: PolicyTerm): string =>
  JSON.stringify([policy, ...literals.map(({ atom, wanted }) => [wanted, atom.text, searchText(atom)])])

/** Searches are told apart by what stands in the policy, which their text is made of. */
const searchText = ({ search, node }: PolicyTerm['literals'][number]['atom']): string | null =>
  search ? JSON.stringify(node) : null

/** Functions and subqueries that nobody can read, wherever the ways meet them. */
function opaqueIn(ways: readonly Ways[]): readonly string[] {
  const literals = ways.flatMap(({ terms }) => terms.flatMap((term) => term.literals))
  return [...new Set(literals.flatMap(({ atom }) => atom.opaque ?? []))].sort()
}

import type { Connection } from '../database/connection.ts'
import { bypassOf } from '../domain/bypass.ts'
import type { Catalog, Policy, Relation } from '../domain/catalog.ts'
import type { Actor, Population, Values } from '../domain/population.ts'
import type { AtomCoverage, PolicyCoverage } from '../domain/report.ts'
import { COMMANDS } from '../domain/vocabulary.ts'
import type { Atom } from '../policy/tree.ts'
import { failed } from './ask.ts'
import type { Came } from './ask.ts'
import { weigh, weighAtOnce } from './evaluate.ts'
import type { Weighed, Weighings } from './evaluate.ts'
import { isFor, rolesOf, sidesOf } from './sides.ts'
import type { Side } from './sides.ts'

/** Rows beyond this many are not looked at: those that migrations filled in are alike. */
const MOST_ROWS = 1_000

export interface CoverageInput {
  readonly catalog: Catalog
  readonly population: Pick<Population, 'actors'>
  /** rows that stand in the relation */
  readonly rows: readonly Values[]
  /** rows that could be inserted */
  readonly spares: readonly Values[]
  /** rows that one actor alone is asked about, with what the actor's scene puts beside them */
  readonly scenarios?: readonly CoveredScenario[]
}

export interface CoveredScenario {
  readonly actor: Actor
  readonly row: { readonly values: Values }
  /** the row is to be inserted */
  readonly inserts: boolean
}

/** Which atoms of a relation's policies hold and do not hold for some row and actor that are asked. */
export async function coverRelation(
  connection: Connection,
  relation: Relation,
  input: CoverageInput,
): Promise<readonly PolicyCoverage[]> {
  const { rows, weighings, read } = survey(relation, input)
  return read(await weigh(connection, relation, rows, weighings))
}

/** The same in one message, which others may come before and after; null where something raises an error. */
export async function coverAtOnce(
  connection: Connection,
  relation: Relation,
  input: CoverageInput,
): Promise<readonly PolicyCoverage[] | null> {
  const { rows, weighings, read } = survey(relation, input)
  const answers = await weighAtOnce(connection, relation, rows, weighings)
  return answers && read(answers)
}

/** Who is to be asked what, and what the answers mean. */
function survey(relation: Relation, input: CoverageInput) {
  const sides = relation.rowSecurity.enabled ? relation.policies.flatMap(sidesOf) : []
  const standing = input.rows.slice(0, MOST_ROWS)
  const usual = [...standing, ...input.spares.slice(0, MOST_ROWS)]
  const scenarios = input.scenarios ?? []
  const rows = [...usual, ...scenarios.map(({ row }) => row.values)]
  const ofCast = input.population.actors.flatMap((actor) =>
    (['using', 'check'] as const).flatMap((kind) => {
      const own = sides.filter((side) => side.side === kind && hears(relation, input.catalog, side, actor))
      const upTo = kind === 'using' ? standing.length : usual.length
      return own.length === 0 || upTo === 0
        ? []
        : [{ actor, sides: own, rows: Array.from({ length: upTo }, (_, at) => at) }]
    }),
  )
  const ofScenarios = scenarios.flatMap(({ actor, inserts }, at) => {
    const kinds = inserts ? ['check'] : ['using', 'check']
    const own = sides.filter(
      (side) => kinds.includes(side.side) && hears(relation, input.catalog, side, actor),
    )
    return own.length === 0 ? [] : [{ actor, sides: own, rows: [usual.length + at] }]
  })
  const weighings = [...ofCast, ...ofScenarios]
  const read = (answers: Weighings): readonly PolicyCoverage[] => {
    const tallies = new Map(sides.map((side) => [side, new Tally(side, whyUnheard(relation, input, side))]))
    for (const [at, { actor }] of weighings.entries())
      for (const row of answers[at] ?? [])
        for (const one of row) tallies.get(one.side)?.count(actor.name, one)
    return sides.map((side) => ({
      relation: relation.qualified,
      policy: side.policy.name,
      side: side.side,
      atoms: tallies.get(side)?.result(rows.length) ?? [],
    }))
  }
  return { rows, weighings, read }
}

/** Whether the server asks an actor's rows of this side: its role is meant, bound, and may try a command of it at all. */
function hears(relation: Relation, catalog: Catalog, { policy, side }: Side, { role }: Actor): boolean {
  if (!isFor(policy, rolesOf(catalog, role)) || bypassOf(catalog, relation, role) !== null) return false
  const granted = relation.privileges.find((one) => one.role === role)
  if (!granted) return false
  return commandsOf(policy, side).some(
    (command) =>
      granted.relation.includes(command) || (command !== 'delete' && granted.columns[command].length > 0),
  )
}

const commandsOf = ({ command }: Policy, side: Side['side']): readonly (typeof COMMANDS)[number][] =>
  (command === 'all' ? COMMANDS : [command]).filter(
    (one) => side === 'using' || one === 'insert' || one === 'update',
  )

/** Why nobody's rows are held against a side. */
function whyUnheard(relation: Relation, { catalog, population }: CoverageInput, side: Side): string | null {
  const { actors } = population
  if (actors.some((actor) => hears(relation, catalog, side, actor))) return null
  const meant = actors.filter(({ role }) => isFor(side.policy, rolesOf(catalog, role)))
  if (meant.length === 0) return `nobody of the cast is in ${side.policy.roles.join(', ')}`
  const bound = meant.filter(({ role }) => bypassOf(catalog, relation, role) === null)
  if (bound.length === 0)
    return `only for ${[...new Set(meant.map(({ role }) => role))].join(', ')}, which no policy binds`
  const roles = [...new Set(bound.map(({ role }) => role))].join(', ')
  return `${roles} lacks the privilege to ${commandsOf(side.policy, side.side).join(' or ')}`
}

/** What was seen of the atoms of one side. */
class Tally {
  readonly #side: Side
  readonly #unheard: string | null
  readonly #holds = new Map<Atom, string>()
  readonly #fails = new Map<Atom, string>()
  readonly #errors = new Map<Atom, string>()

  constructor(side: Side, unheard: string | null) {
    this.#side = side
    this.#unheard = unheard
  }

  count(actor: string, { atoms }: Weighed): void {
    for (const [at, atom] of this.#side.atoms.entries()) this.#note(atom, actor, atoms[at] ?? null)
  }

  #note(atom: Atom, actor: string, came: Came): void {
    const seen = failed(came) ? this.#errors : came === true ? this.#holds : this.#fails
    if (!seen.has(atom)) seen.set(atom, failed(came) ? came.error : actor)
  }

  result(rows: number): readonly AtomCoverage[] {
    return this.#side.atoms.map((atom): AtomCoverage => {
      const [trueFor, falseFor] = [this.#holds.get(atom), this.#fails.get(atom)]
      const both = trueFor !== undefined && falseFor !== undefined
      const why = both ? null : this.#why(atom, rows)
      return {
        text: atom.text ?? this.#side.expression,
        ...(atom.form === 'constant' ? { constant: true } : {}),
        seenTrue: trueFor !== undefined,
        seenFalse: falseFor !== undefined,
        ...(trueFor === undefined ? {} : { trueFor }),
        ...(falseFor === undefined ? {} : { falseFor }),
        ...(why === null ? {} : { why }),
      }
    })
  }

  #why(atom: Atom, rows: number): string | null {
    if (this.#unheard !== null) return this.#unheard
    if (atom.form === 'constant') return 'a constant'
    const error = this.#errors.get(atom)
    if (error !== undefined) return `it raises an error: ${error}`
    return rows === 0 ? 'no row stands in the relation' : null
  }
}

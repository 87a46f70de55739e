import type { Relation } from '../domain/catalog.ts'
import { tieOf } from '../domain/population.ts'
import type { Actor, SeededRow, Values } from '../domain/population.ts'
import type { Observation } from '../domain/probe.ts'
import { includes } from '../domain/vocabulary.ts'
import { groupBy } from '../group-by.ts'
import { evidenceOf } from './collect.ts'
import type { Fact } from './collect.ts'
import type { JudgeInput } from './input.ts'
import type { Judgement } from './judge.ts'
import { factOf } from './seen.ts'
import { upperFor } from './verdict.ts'

/** A row of some other relation, whose text a row without an owner repeats. */
interface Original {
  readonly relation: Relation
  readonly row: SeededRow
}

/**
 * Rows that say of nobody whose they are and repeat what stands in somebody's row: logs, outboxes, caches that triggers
 * fill. Whoever is not shown the original is not to read the copy.
 */
export function judgeCopies(input: JudgeInput): Judgement {
  const originals = originalsIn(input)
  const observationsOf = groupBy(input.observations, ({ probe }) => probe.relation)
  const facts = input.relations.flatMap((relation) => {
    const copies = copiesIn(input, relation, originals)
    if (copies.size === 0) return []
    return observationsOf(relation.oid).flatMap((observation) =>
      factFor(input, relation, observation, copies),
    )
  })
  return { facts, untested: [] }
}

type Copies = ReadonlyMap<string, readonly Original[]>

function factFor(
  input: JudgeInput,
  relation: Relation,
  observation: Observation,
  copies: Copies,
): readonly Fact[] {
  const { probe } = observation
  const actor = input.population.actors.find(({ name }) => name === probe.actor)
  const expectation = input.expectations.find(
    (one) => one.relation === relation.oid && one.command === 'select' && one.scope === undefined,
  )
  if (probe.command !== 'select' || probe.scope !== undefined || actor?.purpose !== 'judged' || !expectation)
    return []
  const standing = actor.role === 'anon' ? 'anon' : 'foreign'
  const exemptions = input.exemptionsOf(relation.oid, 'select')
  const reached = observation.reached.find(({ tie }) => tie === 'unowned')
  if (!reached) return []
  const upper = upperFor(
    reached,
    expectation.declared ? expectation : { ...expectation, upper: 'nobody' },
    exemptions,
  )
  if (includes(upper, standing)) return []
  const hidden = reached.places.filter((place) => isHidden(input, actor, copies.get(place) ?? []))
  const [first] = hidden.flatMap((place) => copies.get(place) ?? [])
  if (!first) return []
  const users = new Set(hidden.flatMap((place) => copies.get(place) ?? []).flatMap(({ row }) => row.owners))
  const of = input.population.actors.flatMap(({ name, user, forged }) =>
    user !== null && !forged && users.has(user) ? [name] : [],
  )
  const shown = { ...reached, rows: hidden.length, places: hidden, of: [...new Set(of)] }
  const why = `they repeat rows of ${first.relation.qualified} that ${actor.name} is not shown`
  const evidence = evidenceOf(observation, shown, { ...expectation, upper: 'owner', why }, 0, '')
  const code = expectation.trivialPolicy !== null && !expectation.declared ? 'world-readable' : 'read-leak'
  return [
    factOf(input, relation, matterOf(input, expectation), {
      code,
      actor: standing,
      evidence,
      observation,
      places: hidden,
      reached: shown,
    }),
  ]
}

const matterOf = (input: JudgeInput, expectation: JudgeInput['expectations'][number]) => ({
  expectation,
  observations: [],
  rows: [],
  actors: new Map(input.population.actors.map((actor) => [actor.name, actor])),
})

/** All that a copy repeats belongs to others and is kept from the actor where it stands. */
function isHidden(input: JudgeInput, actor: Actor, originals: readonly Original[]): boolean {
  return (
    originals.length > 0 &&
    originals.every(
      ({ relation, row }) =>
        tieOf(row, actor) === 'foreign' && !input.sees(actor.name, relation.oid, row.place),
    )
  )
}

/** Rows without an owner, with the rows of others whose words stand in them, by place. */
function copiesIn({ population }: JudgeInput, relation: Relation, originals: Originals): Copies {
  if (relation.view) return new Map()
  const keys = new Set(relation.foreignKeys.flatMap(({ columns }) => columns))
  const rows = population.rows.get(relation.oid) ?? []
  return new Map(
    rows.flatMap((row) => {
      if (row.owners.length + row.tenants.length + row.authors.length > 0) return []
      const values = Object.entries(row.values).flatMap(([name, value]) => (keys.has(name) ? [] : [value]))
      const repeated = wordsIn(values).flatMap((word) => originals.words.get(word) ?? [])
      const whole = objectsIn(values).flatMap((object) =>
        originals.rows.filter(({ row: one }) => holds(object, one)),
      )
      const others = [...repeated, ...whole].filter((one) => one.relation !== relation)
      return others.length > 0 ? [[row.place, others] as const] : []
    }),
  )
}

interface Originals {
  readonly rows: readonly Original[]
  /** by made-up words that stand in one row alone; null for those that stand in several */
  readonly words: ReadonlyMap<string, Original | null>
}

function originalsIn({ catalog, population }: JudgeInput): Originals {
  const rows = catalog.relations.flatMap((relation) =>
    (population.rows.get(relation.oid) ?? [])
      .filter(({ owners, tenants }) => owners.length + tenants.length > 0)
      .map((row) => ({ relation, row })),
  )
  const words = new Map<string, Original | null>()
  for (const original of rows)
    for (const word of new Set(wordsIn(Object.values(original.row.values))))
      words.set(word, words.has(word) ? null : original)
  return { rows, words }
}

/** The words by which seeded texts are told apart: see `canary` in the seed. */
const WORD = /\bk(?=[0-9a-z]*\d)[0-9a-z]{5,8}\b/g

const wordsIn = (values: readonly unknown[]): readonly string[] =>
  JSON.stringify(values).toLowerCase().match(WORD) ?? []

/** JSON objects at any depth. */
function objectsIn(value: unknown): readonly Values[] {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(objectsIn)
  return Array.isArray(value) ? inner : [value as Values, ...inner]
}

/** Whether an object is a whole row, as to_jsonb() writes it. */
function holds(object: Values, { values }: SeededRow): boolean {
  const names = Object.keys(values)
  return (
    names.length > 2 && names.every((name) => JSON.stringify(object[name]) === JSON.stringify(values[name]))
  )
}

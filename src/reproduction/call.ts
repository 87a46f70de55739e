import type { CallObservation, CallProof, RowChange } from '../domain/call.ts'
import type { Relation } from '../domain/catalog.ts'
import type { Actor } from '../domain/population.ts'
import type { KnownRow } from './inventory.ts'
import { goneLook, insertedLook, MARK, updatedLook } from './look.ts'
import { literalsOf, namedRows } from './mentions.ts'
import { asActor, look, opening, relationOf, rowsText, script, tablesOnTheWay } from './scene.ts'
import type { Scene } from './scene.ts'
import type { Block } from './script.ts'

/** The script of one call: what comes back, or what it did. */
export function callScript(scene: Scene, call: CallObservation, proof?: CallProof): string | undefined {
  const actor = scene.population.actors.find(({ name }) => name === call.actor)
  if (!actor) return undefined
  return script([...before(scene, call, actor, proof), ...shown(scene, call, actor, proof)])
}

const MOST_OF_PERSON = 2

function before(
  scene: Scene,
  call: CallObservation,
  actor: Actor,
  proof: CallProof | undefined,
): readonly Block[] {
  const read = scene.routineFacts.get(call.routine)?.relations ?? []
  const tables = new Set([
    ...read,
    ...tablesOnTheWay(
      scene,
      read,
      changedIn(proof).map(({ relation }) => relation),
    ),
  ])
  const relations = [...tables].flatMap((oid) => relationOf(scene, oid) ?? [])
  const reached = reachedBy(scene, proof)
  const aims = [
    ...reached,
    ...namedRows(scene.inventory, relations, call.statement),
    ...boundRows(scene, call),
    ...(reached.length === 0 ? rowsOfPerson(scene, call, read) : []),
  ]
  return [...opening(scene, { actor, aims, tables }), { says: [], sql: [MARK] }]
}

const changedIn = (proof: CallProof | undefined): readonly RowChange[] =>
  proof?.kind === 'changed' ? [proof.change] : []

/** The rows that make it a finding, as they stood before. */
function reachedBy({ inventory }: Scene, proof: CallProof | undefined): readonly KnownRow[] {
  switch (proof?.kind) {
    case 'shown':
      return proof.rows.slice(0, 1).flatMap(({ row }) => inventory.at(row.place) ?? [])
    case 'changed':
      return proof.change.kind === 'inserted' ? [] : [inventory.at(proof.change.row.place) ?? []].flat()
    case 'differs':
    case undefined:
      return []
  }
}

/** Rows whose number is given as an argument: too short to be known again without knowing what the argument means. */
function boundRows(
  { inventory, routineFacts }: Scene,
  { routine, statement }: CallObservation,
): readonly KnownRow[] {
  const literals = literalsOf(statement)
  return [...(routineFacts.get(routine)?.bindings.values() ?? [])]
    .flat()
    .filter(({ written }) => !written)
    .flatMap(({ relation, column }) =>
      literals.flatMap((value) => inventory.find(relation, [column], [value]).slice(0, MOST_OF_PERSON)),
    )
}

function rowsOfPerson(
  { inventory, population }: Scene,
  { of }: CallObservation,
  relations: readonly number[],
): readonly KnownRow[] {
  const person = population.actors.find(({ name }) => name === of)
  if (!person || person.user === null) return []
  const { user } = person
  return relations.flatMap((oid) =>
    inventory
      .of(oid)
      .filter(({ row }) => row.owners.includes(user))
      .slice(0, MOST_OF_PERSON),
  )
}

function shown(
  scene: Scene,
  { actor: name, statement, attempt, outcome }: CallObservation,
  actor: Actor,
  proof: CallProof | undefined,
): readonly Block[] {
  const called = [statement]
  switch (proof?.kind) {
    case 'shown':
      return [
        asActor(actor),
        {
          says: [
            `expected: the ${outcome.kind === 'broken' || outcome.kind === 'denied' ? 'text of the error' : 'answer'} holds ${JSON.stringify(proof.value)}, as it is or in part, which stands in ${rowsText(reachedBy(scene, proof), scene)}; a sound schema keeps it back`,
          ],
          sql: called,
        },
      ]
    case 'differs':
      return [
        asActor(actor),
        { says: ['about keys that nobody has'], sql: [proof.guess] },
        { says: ['expected: another answer than the first; a sound schema gives the same'], sql: called },
      ]
    case 'changed':
      return [
        asActor(actor),
        { says: [`${name}: ${attempt}`], sql: called },
        lookAtChange(scene, proof.change),
      ]
    case undefined:
      return [asActor(actor), { says: [`${name}: ${attempt}`], sql: called }]
  }
}

function lookAtChange(scene: Scene, change: RowChange): Block {
  const relation = relationOf(scene, change.relation)
  return look(
    [
      `expected: 1 row that was ${change.kind}; a sound schema shows 0, or refuses the call`,
      'what it did, seen by the superuser:',
    ],
    relation ? [changeLook(scene, relation, change)] : [],
  )
}

function changeLook({ inventory, model }: Scene, relation: Relation, change: RowChange): string {
  const known = inventory.at(change.row.place) ?? { relation, row: change.row }
  switch (change.kind) {
    case 'deleted':
      return goneLook(relation, [known])
    case 'updated': {
      const plain = change.columns.filter(({ after }) => !isTime(after))
      return updatedLook(relation, [known], Object.fromEntries(plain.map(({ name, after }) => [name, after])))
    }
    case 'inserted': {
      const ownership = model.ownerships.get(relation.oid)
      const names = [...(ownership?.owners ?? []), ...(ownership?.tenants ?? [])].map(
        ({ steps, column }) => steps[0]?.columns[0] ?? column,
      )
      const pairs = names.flatMap((name) => {
        const value = change.row.values[name]
        return value === null || value === undefined ? [] : [[name, value] as const]
      })
      return insertedLook(relation, Object.fromEntries(pairs))
    }
  }
}

/** The moment of the call is another one each time. */
const isTime = (value: unknown): boolean => typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)

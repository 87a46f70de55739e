import { relationByName } from '../domain/catalog.ts'
import type { BesideObservation } from '../domain/privilege.ts'
import { placesIn, withoutPlaces } from './aim.ts'
import type { KnownRow } from './inventory.ts'
import { namedRows, payloadParents, payloadsOf } from './mentions.ts'
import { asActor, look, opening, script, tablesOnTheWay } from './scene.ts'
import type { Scene } from './scene.ts'

const MOST_ROWS = 2

/** The script of a way past the policies: the last query says whether it is open. */
export function besideScript(scene: Scene, { subject, course }: BesideObservation): string | undefined {
  if (!course) return undefined
  const { actor, before, attack, proof, restore } = course
  const text = attack.join(';\n')
  const subjects = [relationByName(scene.catalog, subject.qualified) ?? [], ...tablesIn(scene, text)].flat()
  const aims: readonly KnownRow[] = [
    ...placesIn(text)
      .flatMap((place) => scene.inventory.at(place) ?? [])
      .slice(0, MOST_ROWS),
    ...subjects.flatMap((relation) => [
      ...namedRows(scene.inventory, [relation], text),
      ...payloadParents(scene.inventory, relation, payloadsOf(text)),
      ...foreignRows(scene, relation.oid, actor.user),
    ]),
  ]
  const tables = tablesOnTheWay(
    scene,
    subjects.map(({ oid }) => oid),
  )
  const repeated = (sql: readonly string[]): readonly string[] =>
    sql.map((one) => withoutPlaces(one, scene.inventory))
  return script([
    ...opening(scene, { actor, aims, tables }),
    ...(before.length > 0 ? [{ says: ['as superuser'], sql: before }] : []),
    asActor(actor),
    { says: [], sql: repeated(attack) },
    look(['expected: t; a sound schema refuses the attempt, or says f'], repeated(proof).map(few)),
    ...(restore.length > 0 ? [{ says: ['what no rollback takes back'], sql: restore }] : []),
  ])
}

/** Among all rows that stood there it counted them all; here a few stand. */
const few = (proof: string): string => proof.replace(/::int8 >= \d+ as proven/, '::int8 > 0 as proven')

function foreignRows({ inventory }: Scene, relation: number, user: string | null): readonly KnownRow[] {
  return inventory
    .of(relation)
    .filter(({ row }) => user === null || !row.owners.includes(user))
    .slice(0, MOST_ROWS)
}

/** Relations that an attempt names with their schema. */
const tablesIn = ({ catalog }: Scene, text: string): readonly (typeof catalog.relations)[number][] =>
  catalog.relations.filter(
    ({ kind, schema, name }) =>
      (kind === 'table' || kind === 'partitioned') && text.includes(`"${schema}"."${name}"`),
  )

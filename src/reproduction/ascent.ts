import type { Ascent, Reach } from '../domain/ascent.ts'
import { relationByName } from '../domain/catalog.ts'
import { aimedAt, placesIn, withoutPlaces } from './aim.ts'
import type { KnownRow } from './inventory.ts'
import { MARK } from './look.ts'
import { namedRows, payloadParents, payloadsOf } from './mentions.ts'
import { selectSql } from './reads.ts'
import { asActor, look, opening, relationOf, rowsText, script, tablesOnTheWay } from './scene.ts'
import type { Scene } from './scene.ts'
import type { Block } from './script.ts'
import { reachLook } from './written.ts'

/** The script of the steps of an ascent, and of what they opened. */
export function ascentScript(scene: Scene, ascent: Ascent, given?: Reach): string | undefined {
  const { actor, script: sent, reaches } = ascent
  // what a step opened is seen by a read, if by any
  const reach = given ?? reaches.find(({ command }) => command === 'select') ?? reaches[0]
  if (!reach) return undefined
  const rows = reach.reached.places.flatMap((place) => scene.inventory.at(place) ?? []).slice(0, 1)
  const aims = aimsOf(scene, ascent, reach, rows)
  const written = writtenBy(scene, ascent)
  const tables = new Set([...tablesOnTheWay(scene, [reach.relation], written), ...written])
  return script([
    ...opening(scene, { actor, aims, tables }),
    { says: [], sql: [MARK] },
    {
      says: [
        'the steps',
        ...ascent.steps.map(({ command, relation }, at) => `${at + 1}. ${command} on ${relation}`),
      ],
      sql: [withoutPlaces(sent, scene.inventory)],
    },
    ...after(scene, ascent, reach, rows),
  ])
}

const writtenBy = ({ catalog }: Scene, { steps }: Ascent): readonly number[] =>
  steps.flatMap(({ relation }) => relationByName(catalog, relation)?.oid ?? [])

/** What is reached, and the rows that the steps change or name. */
function aimsOf(scene: Scene, ascent: Ascent, reach: Reach, rows: readonly KnownRow[]): readonly KnownRow[] {
  const { inventory } = scene
  const text = `${ascent.script};\n${reach.command === 'insert' ? reach.statement : ''}`
  const touched = [...writtenBy(scene, ascent), ...(reach.command === 'insert' ? [reach.relation] : [])]
  const relations = touched.flatMap((oid) => {
    const relation = relationOf(scene, oid)
    return relation ? [scene.baseOf(relation)] : []
  })
  return [
    ...rows,
    ...placed(scene, ascent, text),
    ...ascent.names.flatMap(({ place }) => inventory.at(place) ?? []),
    ...relations.flatMap((relation) => payloadParents(inventory, relation, payloadsOf(text))),
    ...namedRows(inventory, relations, text),
  ]
}

function after(scene: Scene, { actor }: Ascent, reach: Reach, rows: readonly KnownRow[]): readonly Block[] {
  const relation = relationOf(scene, reach.relation)
  if (!relation) return []
  const expected = `expected: ${rows.length === 0 ? '1 row or more' : rowsText(rows, scene)} that ${actor.name} did not reach before; a sound schema refuses a step, or returns 0`
  if (reach.command === 'select')
    return [asActor(actor), { says: [expected], sql: [selectSql(scene, relation, actor, rows)] }]
  const statement = aimedAt(withoutPlaces(reach.statement, scene.inventory), rows)
  return [
    asActor(actor),
    { says: [], sql: [statement] },
    look([expected, 'seen by the superuser:'], [reachLook(scene, relation, reach, rows)]),
  ]
}

const MOST_OTHERS = 2

/** Own rows that a step names by their place, the single one that it leaves alone, and few of others'. */
function placed({ inventory }: Scene, { actor }: Ascent, text: string): readonly KnownRow[] {
  const single = new Set(placesIn((text.match(/<> '[^']*'/g) ?? []).join()))
  const known = placesIn(text).flatMap((place) => inventory.at(place) ?? [])
  const isOwn = ({ row }: KnownRow): boolean => single.has(row.place) || row.owners.includes(actor.user ?? '')
  return [...known.filter(isOwn), ...known.filter((one) => !isOwn(one)).slice(0, MOST_OTHERS)]
}

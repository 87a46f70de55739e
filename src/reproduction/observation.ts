import type { Relation } from '../domain/catalog.ts'
import type { Actor } from '../domain/population.ts'
import type { Observation, Reached } from '../domain/probe.ts'
import { BECOME_SUPERUSER } from '../database/impersonate.ts'
import { aimedAt, keyOf, placesIn, withoutPlaces } from './aim.ts'
import type { KnownRow } from './inventory.ts'
import { MARK } from './look.ts'
import { collidesWith, namedRows, payloadParents, payloadsOf } from './mentions.ts'
import { selectSql } from './reads.ts'
import { asActor, look, opening, relationOf, rowsText, script, tablesOnTheWay } from './scene.ts'
import type { Scene } from './scene.ts'
import { plainName, rowsBlock } from './script.ts'
import type { Block } from './script.ts'
import { writtenLook } from './written.ts'

/** An attempt that is to be repeated: `reached` are the rows that make it a finding, none where it failed. */
interface Attempt {
  readonly observation: Observation
  readonly reached: Reached | undefined
  readonly actor: Actor
  readonly relation: Relation
  readonly base: Relation
  /** a few of the rows that were reached */
  readonly rows: readonly KnownRow[]
}

/** The script of one attempt; undefined where what it was about is not known any more. */
export function observationScript(
  scene: Scene,
  observation: Observation,
  reached?: Reached,
): string | undefined {
  const actor = scene.population.actors.find(({ name }) => name === observation.probe.actor)
  const relation = relationOf(scene, observation.probe.relation)
  if (!actor || !relation) return undefined
  const base = scene.baseOf(relation)
  const rows = rowsFor(scene, observation, reached, base)
  const attempt: Attempt = { observation, reached, actor, relation, base, rows }
  const { outcome, failedWhole } = observation
  if (!reached && (outcome.kind === 'broken' || outcome.kind === 'denied' || failedWhole))
    return script(failing(scene, attempt))
  if (observation.probe.command !== 'select') return script(writing(scene, attempt))
  return script(rows.length === 0 && reached ? comparing(scene, attempt) : reading(scene, attempt))
}

/** Of rows that were reached one that the statement names, else the first; of a failure one that it was about. */
function rowsFor(
  { inventory, population }: Scene,
  { probe, statement, outcome, error, failedWhole }: Observation,
  reached: Reached | undefined,
  base: Relation,
): readonly KnownRow[] {
  if (probe.command === 'insert') return []
  const actor = population.actors.find(({ name }) => name === probe.actor)
  if (reached) {
    const known = reached.places.flatMap((place) => inventory.at(place) ?? [])
    const staged = known.length === 0 && actor?.staged ? [{ relation: base, row: actor.staged }] : []
    return [...preferred({ population }, known, statement), ...staged].slice(0, 1)
  }
  const all = inventory.of(base.oid)
  const aimed = all.filter((one) => isNamed(one, statement))
  const own = all.filter(({ row }) => row.owners.includes(actor?.user ?? ''))
  // an error often says over which value it is
  const told = all.filter((one) => isToldBy(one, failedWhole?.message ?? error?.message ?? ''))
  const both = aimed.filter((one) => own.includes(one))
  const others = all.filter((one) => !own.includes(one))
  if (!failedWhole && (outcome.kind === 'returned' || outcome.kind === 'affected'))
    return [...both, ...aimed, ...own].slice(0, 1)
  // of one row it may not be asked, of another it may: an error comes with those of others as well
  const groups = [told, both, aimed, own, others].flatMap(([first]) => first ?? [])
  return [...new Set(groups)].slice(0, MOST_FAILING)
}

/** Rows of the cast before those that migrations made, which stand there already; those that the statement names first. */
function preferred(
  { population }: Pick<Scene, 'population'>,
  rows: readonly KnownRow[],
  statement: string,
): readonly KnownRow[] {
  const users = new Set(population.actors.map(({ user }) => user))
  const tenants = new Set(population.tenants.map(({ name }) => name))
  const rank = (one: KnownRow): number =>
    (isNamed(one, statement) ? 0 : 2) +
    (one.row.owners.some((user) => users.has(user)) || one.row.tenants.some((name) => tenants.has(name))
      ? 0
      : 1)
  return [...rows].sort((a, b) => rank(a) - rank(b))
}

const MOST_FAILING = 3

/** What stands in the actor's scene alone is put there by it. */
const isStanding = ({ row }: KnownRow): boolean => row.place !== ''

const isToldBy = ({ row }: KnownRow, message: string): boolean =>
  Object.values(row.values).some(
    (value) => typeof value === 'string' && value.length >= TELLING && message.includes(value),
  )

const TELLING = 6

function isNamed(one: KnownRow, statement: string): boolean {
  if (placesIn(statement).includes(one.row.place)) return true
  const key = keyOf(one.relation, [one])
  return key?.every((name) => statement.includes(`'${String(one.row.values[name])}'`)) ?? false
}

function reading(scene: Scene, attempt: Attempt): readonly Block[] {
  const { actor, relation, rows } = attempt
  const tables = tablesOnTheWay(scene, [relation.oid])
  return [
    ...opening(scene, { actor, aims: rows.filter(isStanding), tables }),
    asActor(actor),
    {
      says: [`expected: ${rowsText(rows, scene)}; a sound schema returns 0`],
      sql: [...announcements(attempt.observation), selectSql(scene, relation, actor, rows)],
    },
  ]
}

/** What was set before the statement: the topic, the operation of Storage. */
const announcements = ({ statement }: Observation): readonly string[] => statement.split(';\n').slice(0, -1)

/** Where a view shows a stranger's rows without their marks, only their absence tells: read without them, then with them. */
function comparing(scene: Scene, { actor, relation, reached, observation }: Attempt): readonly Block[] {
  const tables = tablesOnTheWay(scene, [relation.oid])
  const victim = scene.population.actors.find(({ name }) => reached?.of.includes(name))
  const theirs = [...tables].flatMap((oid) =>
    scene.inventory
      .of(oid)
      .filter(({ row }) => victim?.user !== undefined && row.owners.includes(victim.user ?? ''))
      .slice(0, 2),
  )
  const sql = [...announcements(observation), selectSql(scene, relation, actor, [])]
  const aims = theirs.flatMap((row) => scene.inventory.parentsOf(row)).filter((row) => !theirs.includes(row))
  const without = new Set([...tables].filter((oid) => !theirs.some((row) => row.relation.oid === oid)))
  const views = scene.catalog.relations.filter(({ kind }) => kind === 'materialized')
  return [
    ...opening(scene, { actor, aims, tables: without }),
    asActor(actor),
    { says: ['what is shown without the rows of somebody else'], sql },
    { says: ['the same once they stand there'], sql: [BECOME_SUPERUSER] },
    rowsBlock(theirs, scene.population, views),
    asActor(actor),
    { says: ['expected: another answer than the first; a sound schema gives the same'], sql },
  ]
}

function writing(scene: Scene, attempt: Attempt): readonly Block[] {
  const { actor, observation, base, rows } = attempt
  const statement = aimedAt(withoutPlaces(observation.statement, scene.inventory), rows)
  return [
    ...before(scene, attempt, statement),
    asActor(actor),
    { says: [`${plainName(actor)}: ${observation.probe.attempt}`], sql: [statement] },
    look(
      [expectedOf(scene, attempt), 'what it did, seen by the superuser:'],
      [lookSql(scene, attempt, base)],
    ),
  ]
}

/** People, rows and the mark that what is written afterwards is told by. */
function before(scene: Scene, { actor, relation, base, rows }: Attempt, statement: string): readonly Block[] {
  const payloads = payloadsOf(statement)
  const aims = [
    ...rows.filter(isStanding),
    ...payloadParents(scene.inventory, base, payloads),
    ...namedParents(scene, base, statement),
  ]
  const tables = tablesOnTheWay(scene, [relation.oid], [base.oid])
  return [
    ...opening(scene, { actor, aims, tables, collides: collidesWith(base, payloads) }),
    { says: [], sql: [MARK] },
  ]
}

/** Rows of the tables above whose keys the statement names without a foreign key's help: the name of an object. */
const namedParents = (scene: Scene, { foreignKeys }: Relation, statement: string): readonly KnownRow[] =>
  namedRows(
    scene.inventory,
    scene.catalog.relations.filter(({ oid }) => foreignKeys.some(({ target }) => target === oid)),
    statement,
  )

const lookSql = (scene: Scene, { observation, reached, rows }: Attempt, base: Relation): string =>
  writtenLook(scene, base, {
    command: observation.probe.command,
    statement: observation.statement,
    rows,
    isMoved: isMoved(observation.probe.attempt, reached),
  })

const isMoved = (attempt: string, reached: Reached | undefined): boolean =>
  reached?.after !== undefined || /^(take over|give away|raise)/.test(attempt)

function expectedOf(scene: Scene, { observation, rows }: Attempt): string {
  const { outcome, probe } = observation
  if (outcome.kind === 'admitted')
    return `expected: 1 row, or ${outcome.thenFailedWith} after row security let it pass; a sound schema refuses it`
  if (outcome.kind === 'affected' && outcome.rows === 0)
    return 'expected: 0 rows; a sound schema writes the row'
  return probe.command === 'insert'
    ? 'expected: 1 row that stands there now; a sound schema refuses it, or shows 0'
    : `expected: ${rowsText(rows, scene)}; a sound schema shows 0, or refuses the statement`
}

/** A statement that fails, or that is refused where it should not be. */
function failing(scene: Scene, attempt: Attempt): readonly Block[] {
  const { actor, observation, relation, rows } = attempt
  const { command } = observation.probe
  const isRead = command === 'select'
  const statement = isRead
    ? selectSql(scene, relation, actor, [])
    : aimedAt(withoutPlaces(observation.statement, scene.inventory), rows)
  const error = observation.failedWhole ?? observation.error
  return [
    ...before(scene, attempt, statement),
    asActor(actor),
    {
      says: [`expected: error ${error?.sqlstate ?? ''} (${error?.message ?? ''}); a sound schema answers`],
      sql: isRead ? [...announcements(observation), statement] : [statement],
    },
  ]
}

import { tieOf } from '../domain/population.ts'
import type { Actor, Population, SeededRow } from '../domain/population.ts'
import type { Observation, Reached } from '../domain/probe.ts'
import { quoteLiteral, quoteQualified } from '../sql/quote.ts'
import { readBehind } from './attribute.ts'
import type { Scene } from './scene.ts'
import type { Sender } from './sender.ts'
import type { Trial } from './trial.ts'

/** Rows that a view showed and that bear no mark of those behind it: numbers, hashes, masked texts, aggregates. */
export const unmarkedIn = ({ probe, reached }: Observation): number =>
  probe.command === 'select'
    ? reached.reduce((sum, { tie, rows, places }) => sum + (tie === 'unowned' ? rows - places.length : 0), 0)
    : 0

/**
 * Whose such rows are is found by taking rows away behind the view and reading again: what then is missing was theirs,
 * and what has changed was computed from them.
 */
export async function withDifferences(
  sender: Sender,
  scene: Scene,
  trial: Trial,
  observation: Observation,
): Promise<Observation> {
  const own = await difference(sender, scene, trial, (row) => tieOf(row, trial.actor) === 'own')
  const victim = strangerTo(scene.population, trial.actor)
  const foreign = victim
    ? await difference(
        sender,
        scene,
        trial,
        (row) => tieOf(row, trial.actor) === 'foreign' && isOf(row, victim),
        victim.name,
      )
    : null
  const marked = observation.reached.flatMap((one) =>
    one.tie === 'unowned' ? (one.places.length > 0 ? [{ ...one, rows: one.places.length }] : []) : [one],
  )
  const reached = [
    ...marked,
    ...(own ? [{ ...own, tie: 'own' as const }] : []),
    ...(foreign ? [{ ...foreign, tie: 'foreign' as const }] : []),
  ]
  const rows = reached.reduce((sum, one) => sum + one.rows, 0)
  return { ...observation, reached, outcome: { kind: 'returned', rows } }
}

const isOf = ({ owners, tenants }: SeededRow, { user, tenants: own }: Actor): boolean =>
  owners.includes(user ?? '') || tenants.some((name) => own.includes(name))

/** Somebody whose rows are none of the actor's business, while others' rows stay. */
function strangerTo({ actors }: Population, actor: Actor): Actor | undefined {
  return actors.find(
    ({ name, user, tenants }) =>
      ['alice', 'carol'].includes(name) &&
      user !== actor.user &&
      !tenants.some((tenant) => actor.tenants.includes(tenant)),
  )
}

/** What the view shows less, or otherwise, without some rows; null where it makes no difference. */
async function difference(
  sender: Sender,
  { catalog, population }: Scene,
  trial: Trial,
  isMeant: (row: SeededRow) => boolean,
  name?: string,
): Promise<Omit<Reached, 'tie'> | null> {
  const behind = readBehind(catalog, trial.target.relation)
  const taken = behind
    .filter(({ view }) => view === null)
    .map((table) => ({ table, rows: (population.rows.get(table.oid) ?? []).filter(isMeant) }))
    .filter(({ rows }) => rows.length > 0)
  if (taken.length === 0) return null
  const before = [
    'set local session_replication_role = replica',
    ...taken.map(
      ({ table: { schema, name: called }, rows }) =>
        `delete from ${quoteQualified(schema, called)} t where t.tableoid::int8 || ':' || t.ctid in (${rows.map(({ place }) => quoteLiteral(place)).join(', ')})`,
    ),
    'set local session_replication_role = origin',
    ...behind
      .filter(({ kind }) => kind === 'materialized')
      .map(({ schema, name: called }) => `refresh materialized view ${quoteQualified(schema, called)}`),
  ].join(';\n')
  const alone = { places: [], actor: trial.actor, prefix: '' }
  const [all, rest] = [
    await sender.sendAlone(trial, alone),
    await sender.sendAlone({ ...trial, before }, alone),
  ]
  if (all.kind !== 'rows' || rest.kind !== 'rows') return null
  const left = rest.rows.map(({ row }) => JSON.stringify(row))
  const gone = without(all.rows, left, ({ row }) => JSON.stringify(row))
  const come = without(
    left,
    all.rows.map(({ row }) => JSON.stringify(row)),
    (text) => text,
  )
  if (gone.length === 0) return null
  const values = taken.flatMap(({ rows }) => rows.flatMap((row) => Object.values(row.values)))
  const shows = showsValues(gone, come, values) ? 'values' : come.length > 0 ? 'aggregate' : 'derived'
  return { rows: gone.length, places: [], examples: [], of: name === undefined ? [] : [name], shows }
}

/** Elements of one list that another does not have, as often as they are there more. */
function without<T>(list: readonly T[], taken: readonly string[], textOf: (one: T) => string): readonly T[] {
  const left = new Map<string, number>()
  for (const text of taken) left.set(text, (left.get(text) ?? 0) + 1)
  return list.filter((one) => {
    const count = left.get(textOf(one)) ?? 0
    left.set(textOf(one), count - 1)
    return count <= 0
  })
}

/**
 * Whether what went shows values of the rows that were taken away as they are: by themselves, where the row went without
 * another in its place; else inside of a text or a list, for a number alone may be a total.
 */
function showsValues(
  gone: readonly { readonly row: Record<string, unknown> | null }[],
  come: readonly string[],
  values: readonly unknown[],
): boolean {
  const still = come.join('\n').toLowerCase()
  const known = values.flatMap(elements)
  const plain = new Set(known.map((value) => JSON.stringify(value)))
  const texts = known.filter((value) => typeof value === 'string' && value.length >= MARKED).map(lower)
  const isText = (one: unknown): boolean =>
    typeof one === 'string' && texts.some((text) => lower(one).includes(text) && !still.includes(text))
  const isListed = (value: unknown, one: unknown): boolean =>
    typeof value === 'object' && !still.includes(JSON.stringify(one).toLowerCase())
  return gone.some(({ row }) =>
    Object.values(row ?? {}).some((value) =>
      elements(value).some(
        (one) =>
          isText(one) || ((come.length === 0 || isListed(value, one)) && plain.has(JSON.stringify(one))),
      ),
    ),
  )
}

/** Shorter texts occur in others by chance. */
const MARKED = 6
const lower = (value: unknown): string => String(value).toLowerCase()

/** What a value holds; flags and empty values are the same everywhere. */
function elements(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(elements)
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(elements)
  return value === null || typeof value === 'boolean' || value === '' ? [] : [value]
}

import type { LockDifference, LockEntry } from '../domain/lock.ts'
import { isPartial } from '../domain/judged.ts'
import type { Place } from '../domain/place.ts'
import type { Report } from '../domain/report.ts'
import { entriesOf, inOrder, RUN } from './entries.ts'

/**
 * What a run observed that the lock does not say, and the other way round. Of a run that was narrowed to a part of the
 * project only what it judged can differ: it says nothing about the rest.
 */
export function compareLock(report: Report, locked: readonly LockEntry[]): readonly LockDifference[] {
  const seen = entriesOf(report)
  const subjects = new Set(seen.map(({ subject }) => subject))
  const isPart = report.run.narrowed === true || isPartial(report.run)
  const expected = locked.filter(({ subject }) => !isPart || subjects.has(subject))
  return differencesOf(expected, seen).map((one) => ({ ...one, places: placesOf(report, one) }))
}

/** Entries that one side lacks or says otherwise, in the order of the lock. */
export function differencesOf(
  before: readonly LockEntry[],
  after: readonly LockEntry[],
): readonly Omit<LockDifference, 'places'>[] {
  const keyOf = ({ subject, aspect }: LockEntry): string => JSON.stringify([subject, aspect])
  const [old, now] = [before, after].map((some) => new Map(some.map((one) => [keyOf(one), one])))
  const all = [...new Map([...(old ?? []), ...(now ?? [])]).values()].sort(runFirst)
  return all.flatMap((entry) => {
    const [was, is] = [old?.get(keyOf(entry))?.value, now?.get(keyOf(entry))?.value]
    if (was === is) return []
    return [
      {
        subject: entry.subject,
        aspect: entry.aspect,
        ...(was === undefined ? {} : { before: was }),
        ...(is === undefined ? {} : { after: is }),
      },
    ]
  })
}

const runFirst = (a: LockEntry, b: LockEntry): number =>
  Number(b.subject === RUN) - Number(a.subject === RUN) || inOrder(a, b)

/** Where the policies of the command stand, else where the relation or function was last defined. */
function placesOf(
  report: Report,
  { subject, aspect }: Pick<LockEntry, 'subject' | 'aspect'>,
): readonly Place[] {
  const relation = report.relations.find(
    ({ name, scope }) => subject === (scope === undefined ? name : `${name}/${scope}`),
  )
  const policies = (relation?.policies ?? []).filter(({ command }) => command === 'all' || command === aspect)
  const own = relation ?? report.functions.find(({ name }) => name === subject)
  const order = report.sources.flatMap(({ files }) => files.map(({ path }) => path))
  const at = ({ file, line }: Place): readonly [number, number] => [order.indexOf(file ?? ''), line ?? 0]
  const places = [...policies, ...(policies.length === 0 && own ? [own] : [])].flatMap(({ file, line }) =>
    file === undefined ? [] : [{ file, ...(line === undefined ? {} : { line }) }],
  )
  // what was said last is likelier to be what changed
  return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()].sort(
    (a, b) => at(b)[0] - at(a)[0] || at(b)[1] - at(a)[1],
  )
}

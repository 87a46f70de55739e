import type { AccessChange } from '../domain/comparison.ts'
import type { Reach, Report } from '../domain/report.ts'
import { AUDIENCES, COMMANDS, STANDINGS } from '../domain/vocabulary.ts'

import { differencesOf } from '../lock/compare.ts'
import { entriesOf, RUN } from '../lock/entries.ts'

/** Who gets at something now and did not before, or the other way round, in the words of the access lock. */
export function changesOf(a: Report, b: Report): readonly Omit<AccessChange, 'causes'>[] {
  const isPart = a.run.narrowed === true || b.run.narrowed === true
  const [before, after] = [entriesOf(a), entriesOf(b)]
  const inBoth = new Set(
    before.map(({ subject }) => subject).filter((name) => after.some(({ subject }) => subject === name)),
  )
  return differencesOf(before, after)
    .filter(({ subject }) => subject !== RUN && (!isPart || inBoth.has(subject)))
    .map(({ subject, aspect, before: was, after: is }) => ({
      subject,
      aspect,
      ...(was === undefined ? {} : { before: was }),
      ...(is === undefined ? {} : { after: is }),
      direction: directionOf(extentsIn(a, subject, aspect), extentsIn(b, subject, aspect)),
    }))
}

/** How far each standing, or the widest audience, gets: a number each, 0 for not at all. */
function extentsIn(report: Report, subject: string, aspect: string): readonly number[] {
  const relation = report.relations.find(
    ({ name, scope }) => (scope === undefined ? name : `${name}/${scope}`) === subject,
  )
  const command = COMMANDS.find((one) => one === aspect)
  if (relation && command) return STANDINGS.map((standing) => REACHES[relation.reach[standing][command]])
  const routine = report.functions.find(({ name }) => name === subject)
  if (routine && isOfFunction(aspect)) return [AUDIENCES.indexOf(routine.access[aspect])]
  return report.storage.buckets.some(({ id, public: open }) => open && `storage.objects/${id}` === subject)
    ? [1]
    : []
}

const REACHES: Readonly<Record<Reach, number>> = { none: 0, some: 1, all: 2 }

const isOfFunction = (aspect: string): aspect is 'execute' | 'reads' | 'writes' =>
  ['execute', 'reads', 'writes'].includes(aspect)

function directionOf(before: readonly number[], after: readonly number[]): AccessChange['direction'] {
  const steps = Array.from(
    { length: Math.max(before.length, after.length) },
    (_, at) => (after[at] ?? 0) - (before[at] ?? 0),
  )
  const [wider, narrower] = [steps.some((step) => step > 0), steps.some((step) => step < 0)]
  if (wider === narrower) return wider ? 'changed' : 'told'
  return wider ? 'opened' : 'closed'
}

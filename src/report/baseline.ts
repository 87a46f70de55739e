import type { Baseline, BaselineFinding, BaselineUntested } from '../domain/baseline.ts'
import { hanging } from './look.ts'
import type { Look } from './look.ts'
import { placeOf } from './place.ts'
import { count } from './text.ts'

type Entry = BaselineFinding | BaselineUntested

/** What a baseline accepts, by the reason that stands behind it. */
export function baselineText(baseline: Baseline, today: string, look: Look): string {
  const { findings, untested } = baseline
  const entries: readonly Entry[] = [...findings, ...untested]
  const reasons = [...new Set(entries.map(({ reason }) => reason ?? baseline.reason))]
  const lines = [
    ` ${look.clean(baseline.file)} accepts ${count(findings.length, 'finding')} and ${untested.length} untested`,
    ...reasons.flatMap((reason) => [
      '',
      ...hanging('   ', look.clean(reason), look),
      ...entries
        .filter((entry) => (entry.reason ?? baseline.reason) === reason)
        .flatMap((entry) => hanging('     ', look.clean(entryText(entry, today)), look)),
    ]),
  ]
  return `${lines.join('\n')}\n`
}

function entryText(entry: Entry, today: string): string {
  const what = 'code' in entry ? `${entry.severity}  ${entry.code}` : 'untested'
  const who = entry.actor === undefined ? '' : ` (${entry.actor})`
  return `${what}  ${placeOf(entry.relation, entry.scope)}  ${entry.command}${who}${until(entry, today)}`
}

function until({ expires }: Entry, today: string): string {
  if (expires === undefined) return ''
  return expires < today ? `  expired on ${expires}` : `  until ${expires}`
}

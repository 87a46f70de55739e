import type { Report } from '../../domain/report.ts'
import { placeOf } from '../place.ts'
import { lockSentence } from '../lock-lines.ts'
import { count } from '../text.ts'
import { messageText } from './message.ts'

/** What a notification is about: SARIF's place for what the run could not do. */
export const NOTIFICATIONS = [
  { id: 'untested', shortDescription: { text: 'Planned and not proven: it may still leak' } },
  { id: 'untried', shortDescription: { text: 'Not looked at in this run' } },
  { id: 'notice', shortDescription: { text: 'Something to know that is no finding' } },
  { id: 'lock', shortDescription: { text: 'Access that is not as the access lock says' } },
  { id: 'left-out', shortDescription: { text: 'Results that this file does not hold' } },
] as const
type NotificationId = (typeof NOTIFICATIONS)[number]['id']

const note = (id: NotificationId, level: 'error' | 'warning' | 'note', text: string) => ({
  descriptor: { id, index: NOTIFICATIONS.findIndex((one) => one.id === id) },
  level,
  message: { text: messageText(text) },
})

/** Everything that a reader of results alone would miss. `leftOut`: findings that the file does not hold, and why. */
export function notificationsOf(report: Report, leftOut: readonly string[]) {
  const { coverage, outcome, run, notices, lock } = report
  return [
    ...(outcome === 'could-not-run'
      ? [note('untested', 'error', 'Nothing could be judged: this run proves nothing.')]
      : []),
    ...(run.shard
      ? [note('untried', 'warning', `Shard ${run.shard.index}/${run.shard.count} proves nothing alone.`)]
      : []),
    ...coverage.untested.map(({ relation, scope, command, actor, reason, accepted }) =>
      note(
        'untested',
        accepted === undefined ? 'error' : 'note',
        `Untested: ${placeOf(relation, scope)} ${command}${actor === 'all' ? '' : ` (${actor})`}: ${reason}${accepted === undefined ? '' : `. Accepted: ${accepted.reason}`}`,
      ),
    ),
    ...coverage.untried.map((text) => note('untried', 'warning', `Not tried: ${text}`)),
    ...(lock?.differences ?? []).map((one) =>
      note('lock', 'error', `Not as in ${lock?.file ?? ''}: ${lockSentence(one)}`),
    ),
    ...notices.map((text) => note('notice', 'warning', text)),
    ...leftOut.map((text) => note('left-out', 'warning', text)),
  ]
}

/** `312 findings are left out: …`. */
export const leftOutText = (number: number, why: string): readonly string[] =>
  number === 0 ? [] : [`${count(number, 'finding')} left out: ${why}`]

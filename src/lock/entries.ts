import type { LockEntry } from '../domain/lock.ts'
import type { Reach, Report, ReportedFunction, ReportedRelation } from '../domain/report.ts'
import { COMMANDS, STANDINGS, audienceOf } from '../domain/vocabulary.ts'
import type { Audience, Command, Standing } from '../domain/vocabulary.ts'

/** The settings of a run that decide what can be seen. */
export const RUN = 'run'

/** The access that a run observed, sorted: the same access gives the same entries, whatever made it. */
export function entriesOf(report: Report): readonly LockEntry[] {
  const entries = [
    ...report.relations.flatMap(ofRelation),
    ...report.functions.flatMap((one) => ofFunction(one, report)),
    ...report.storage.buckets.map((bucket) => ({
      subject: `storage.objects/${bucket.id}`,
      aspect: 'public',
      value: bucket.public ? 'yes' : 'no',
    })),
  ]
  return [
    { subject: RUN, aspect: 'api-privileges', value: report.run.apiPrivileges },
    ...entries.sort(inOrder),
  ]
}

const ASPECTS = [...COMMANDS, 'public', 'execute', 'reads', 'writes']

/** By name, code unit by code unit: the same on every machine. */
export function inOrder(a: LockEntry, b: LockEntry): number {
  if (a.subject !== b.subject) return a.subject < b.subject ? -1 : 1
  return ASPECTS.indexOf(a.aspect) - ASPECTS.indexOf(b.aspect)
}

function ofRelation(relation: ReportedRelation): readonly LockEntry[] {
  const subject = relation.scope === undefined ? relation.name : `${relation.name}/${relation.scope}`
  return COMMANDS.map((command) => ({ subject, aspect: command, value: audienceText(relation, command) }))
}

/**
 * The widest audience that got through: `owner`. A wider one that got at a part of the rows stands behind it, as does what
 * got through without somebody narrower, and what proved nothing.
 */
function audienceText(relation: ReportedRelation, command: Command): string {
  const { cells, reach } = relation
  const reachOf = (standing: Standing): Reach => reach[standing][command]
  const whole = widestStanding((standing) => reachOf(standing) === 'all')
  const part = widestStanding((standing) => reachOf(standing) === 'some')
  const doubtful = STANDINGS.filter((standing) => cells[standing][command] === 'untested')
  const isWider =
    part !== undefined && (whole === undefined || STANDINGS.indexOf(part) < STANDINGS.indexOf(whole))
  const without =
    whole === undefined ? [] : narrowerThan(whole).filter((one) => isKeptOut(relation, one, command))
  return [
    ...(whole === undefined ? [] : [audienceOf(whole)]),
    ...(isWider ? [`${audienceOf(part)} (some rows)`] : []),
    ...(whole === undefined && part === undefined ? ['nobody'] : []),
    ...without.map((one) => `not ${audienceOf(one)}`),
    ...doubtful.toReversed().map((one) => `${audienceOf(one)} untested`),
  ].join(', ')
}

const widestStanding = (holds: (standing: Standing) => boolean): Standing | undefined => STANDINGS.find(holds)

const narrowerThan = (standing: Standing): readonly Standing[] =>
  STANDINGS.slice(STANDINGS.indexOf(standing) + 1).toReversed()

/** Nothing got through although there was something to try. */
const isKeptOut = ({ cells, kind }: ReportedRelation, standing: Standing, command: Command): boolean =>
  // whose rows stand behind a view is not counted: there may be none of this standing
  cells[standing][command] === 'blocked' ||
  (cells[standing][command] === 'closed' && !['view', 'materialized'].includes(kind))

function ofFunction({ name, access }: ReportedFunction, report: Report): readonly LockEntry[] {
  const isUntested = report.coverage.untested.some(
    ({ relation, command }) => relation === name && command === 'execute',
  )
  const entry = (aspect: string, value: string): LockEntry => ({ subject: name, aspect, value })
  const reached = (['reads', 'writes'] as const).flatMap((aspect) => {
    const audience: Audience = access[aspect]
    return audience === 'nobody' ? [] : [entry(aspect, audience)]
  })
  return [entry('execute', isUntested ? `${access.execute}, untested` : access.execute), ...reached]
}

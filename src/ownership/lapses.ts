import type { Column, ForeignKey, Relation } from '../domain/catalog.ts'
import { labelsOf } from '../domain/catalog.ts'
import { columnKey } from '../domain/ownership.ts'
import type { Lapse, Membership, Model } from '../domain/ownership.ts'
import type { Mentions } from './lookups.ts'
import { wordsOf } from './names.ts'

export const isStatus = (name: string): boolean => ['status', 'state'].includes(wordsOf(name).at(-1) ?? '')

const INACTIVE =
  /^(pending|invited|revoked|removed|inactive|suspended|disabled|declined|rejected|expired|left|banned|blocked|deleted|cancell?ed|archived)$/i
const ACTIVE = /^(active|accepted|approved|confirmed|joined|enabled|member|current|ok)$/i
const NEGATIVE =
  /(revoked|removed|deleted|expired|left|dropped|withdrawn|cancell?ed|kicked|terminated|banned|blocked|ended|suspended|disabled|deactivated)/i
/** What a member chose to be told, or how he signs in, says nothing of his membership. */
const PREFERENCE = /(notif|mail|sms|push|newsletter|digest|mfa|2fa|otp|phone)/i
const ENDS = /(expires|expiry|valid_?until|valid_?to|ends_?(at|on))/i
const POSITIVE = /(active|accepted|approved|confirmed|enabled|verified)/i

/** How a share is put out of force: a flag, a date or a status, rather one that no policy means: `status = 'pending'`. */
export function inactivity(relation: Relation, mentions: Mentions, key: ForeignKey): Lapse | null {
  const all = allLapses(relation, mentions, key)
  const isMeant = ({ column, value }: Lapse): boolean =>
    mentions.literals.get(columnKey(relation.oid, column))?.has(String(value)) ?? false
  return all.find((one) => !isMeant(one)) ?? all[0] ?? null
}

/** More ways than these are left out: each costs an actor. */
const MOST_WAYS = 4

export function lapsesOf(
  relation: Relation,
  mentions: Mentions,
  key: Pick<ForeignKey, 'columns'>,
): Pick<Membership, 'inactive' | 'lapses'> {
  const [inactive, ...lapses] = allLapses(relation, mentions, key).slice(0, MOST_WAYS)
  return { inactive: inactive ?? null, ...(lapses.length > 0 ? { lapses } : {}) }
}

/** Every way in which a row can be out of force, whatever it is for. */
export const waysOut = (relation: Relation, literals: Model['literals']): readonly Lapse[] =>
  relation.columns.flatMap((column) =>
    lapsesIn(relation, column, {
      literals: new Map([...literals].map(([key, some]) => [key, new Set(some)])),
    }),
  )

function allLapses(
  relation: Relation,
  mentions: Mentions,
  key: Pick<ForeignKey, 'columns'>,
): readonly Lapse[] {
  return relation.columns
    .filter(({ name }) => !key.columns.includes(name))
    .flatMap((column) => lapsesIn(relation, column, mentions))
}

function lapsesIn(
  relation: Relation,
  column: Column,
  mentions: Pick<Mentions, 'literals'>,
): readonly Lapse[] {
  const labels = namedLabels(relation, column, mentions)
  const dead =
    isStatus(column.name) || ACTIVE.test(labels[0] ?? '')
      ? labels.filter((label) => INACTIVE.test(label))
      : []
  const active = labels.find((label) => ACTIVE.test(label)) ?? null
  if (dead.length > 0) return dead.map((value) => ({ column: column.name, value, active }))
  const found = flagOrDate(column)
  return found ? [{ column: column.name, ...found }] : []
}

function flagOrDate(column: Column): Omit<Lapse, 'column'> | null {
  if (PREFERENCE.test(column.name)) return null
  const isMoment = /^(timestamp|timestamptz|date)$/.test(column.baseType)
  if (column.baseType === 'bool' && POSITIVE.test(column.name)) return { value: false, active: true }
  if (column.baseType === 'bool' && NEGATIVE.test(column.name)) return { value: true, active: false }
  if (isMoment && POSITIVE.test(column.name) && !column.notNull) return { value: null, active: '2020-01-01' }
  if (isMoment && ENDS.test(column.name)) return { value: '2020-01-01', active: '2099-01-01' }
  if (isMoment && NEGATIVE.test(column.name))
    return { value: '2020-01-01', active: column.notNull ? '2099-01-01' : null }
  return null
}

/** Labels of an enum or a CHECK list, else those that the project's SQL compares the column with. */
function namedLabels(
  relation: Relation,
  column: Column,
  mentions: Pick<Mentions, 'literals'>,
): readonly string[] {
  const known = labelsOf(relation, column)
  return known.length > 0 ? known : [...(mentions.literals.get(columnKey(relation.oid, column.name)) ?? [])]
}

import { labelsOf } from './catalog.ts'
import type { Column, Relation } from './catalog.ts'

type Described = Pick<Relation, 'name'> & { readonly columns?: readonly Pick<Column, 'name'>[] }

/** A column whose name says that whoever has more in it may do more. */
export function grantsByName(relation: Described, name: string): boolean {
  if (RIGHT.test(name)) return true
  const word = inSnakeCase(name)
  if (isNamedEntitlement(relation)) return STATE.test(word) || TIME.test(word)
  return namesProvider(relation) && OF_WHAT_IS_PAID.test(word) && (STATE.test(word) || TIME.test(word))
}

const RIGHT =
  /^(is_?)?(super_?)?(admin|staff|moderator|premium|superuser)$|^(user_?|account_?|subscription_?)?(role|plan|tier)$|^(credits?|balance|permissions?)$/i

const STATE = /(^|_)(status|state)$/

/** Until when, or that it was paid: when something began, was changed or given up grants nothing. */
const TIME =
  /(^|_)(end|ends|until|expiry|expires|expiration|renews)(_(at|on|date|time))?$|(^|_)(paid|activated|granted)_at$/

/** In a row about something else, such as a profile. */
const OF_WHAT_IS_PAID = /^(subscription|trial|licen[cs]e|plan|payment|premium|current_period)_/

const inSnakeCase = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase()

/** A relation that says what somebody has paid for or may try: by its name, or because a payment provider's record is named in it. */
export const isEntitlement = (relation: Described): boolean =>
  isNamedEntitlement(relation) || namesProvider(relation)

const isNamedEntitlement = ({ name }: Described): boolean =>
  /subscription|entitlement|licen[cs]e|trial/i.test(name) && !ABOUT_MESSAGES.test(name)

/** What somebody follows or is told about: nothing that is paid for. */
const ABOUT_MESSAGES = /push|newsletter|notification|mail|channel|topic|feed|webhook|thread/i

const namesProvider = ({ columns = [] }: Described): boolean =>
  columns.some(({ name }) =>
    /^(stripe|paddle|lemon_?squeezy|polar|chargebee|razorpay|paypal)_.*subscription/.test(inSnakeCase(name)),
  )

/**
 * Whether the column is kept for the application to decide by, and no mere word about somebody: a flag, labels from a list, a
 * value that every row begins with, or what a payment provider's record says.
 */
export function decidesRights(relation: Relation, name: string): boolean {
  const column = relation.columns.find((one) => one.name === name)
  if (!column || !grantsByName(relation, name)) return false
  if (!RIGHT.test(name)) return namesProvider(relation)
  return column.baseType === 'bool' || labelsOf(relation, column).length > 0 || column.default !== null
}

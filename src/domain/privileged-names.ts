import type { Relation } from './catalog.ts'

/** A column whose name says that whoever has more in it may do more. */
export const grantsByName = (relation: Pick<Relation, 'name'>, name: string): boolean =>
  /^(is_?)?(super_?)?(admin|staff|moderator|premium|superuser)$|^(user_?|account_?|subscription_?)?(role|plan|tier)$|^(credits?|balance|permissions?)$/i.test(
    name,
  ) ||
  (isEntitlement(relation.name) &&
    /^(status|state)$|(_end|_until|_at|End|Until|At)$/.test(name) &&
    !/^(created|updated|inserted)/i.test(name))

/** A relation that says what somebody has paid for or may try. */
const isEntitlement = (name: string): boolean => /subscription|entitlement|licen[cs]e|trial/i.test(name)

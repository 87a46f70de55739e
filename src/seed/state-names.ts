export const isNegative = (name: string): boolean =>
  /(deleted|removed|revoked|archived|expired|cancell?ed|banned|blocked|locked|disabled|suspended|rejected|hidden|inactive|deactivated|closed|used|consumed|ended)/i.test(
    name,
  )
export const isPositive = (name: string): boolean =>
  /(active|enabled|accepted|approved|confirmed|verified|valid)/i.test(name)
export const isPrivilege = (name: string): boolean =>
  /(^|_|is)(super)?_?(admin|staff|moderator|superuser|owner)$/i.test(name)
export const isEnd = (name: string): boolean => /(expire|until|end|due|deadline|valid_to|close)/i.test(name)
/** Columns of a person's own row that say what the person may. */
export const isRight = (name: string): boolean =>
  isPrivilege(name) || /(^|_)(role|plan|tier|level)$/i.test(name)
/** Columns that list what a person may. */
export const isRightList = (name: string): boolean =>
  /(^|_)(roles?|permissions?|scopes?|rights?)$/i.test(name)

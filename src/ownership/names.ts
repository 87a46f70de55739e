/** Splits an identifier into lower-case words: `ownerId`, `owner_id` and `OwnerID` are all [owner, id]. */
export function wordsOf(name: string): readonly string[] {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}

const KEY_WORDS: ReadonlySet<string> = new Set(['id', 'uuid', 'uid', 'ref', 'key'])
/** `user_id`, and `id_usuario` as Romance languages have it. */
function withoutKey(words: readonly string[]): readonly string[] {
  if (words.length > 1 && KEY_WORDS.has(words.at(-1) ?? '')) return words.slice(0, -1)
  return words.length > 1 && words[0] === 'id' ? words.slice(1) : words
}

const OWNER_WORDS: ReadonlySet<string> = new Set([
  'user',
  'owner',
  'profile',
  'usuario',
  'utilisateur',
  'benutzer',
  'nutzer',
  'auth',
  'uid',
  'member',
  'person',
])

/** A name that by itself says "the user whose row this is": weaker than a key, stronger than nothing. */
export function looksLikeOwner(column: string): boolean {
  const words = withoutKey(wordsOf(column))
  return words.length <= 2 && words.every((word) => OWNER_WORDS.has(word) || word === 'auth')
}

const AUTHOR_WORDS: ReadonlySet<string> = new Set([
  'author',
  'creator',
  'writer',
  'editor',
  'uploader',
  'submitter',
  'inviter',
  'reviewer',
  'approver',
  'autor',
  'verfasser',
])

/** by, as English, Portuguese, Spanish, French and German put it behind a participle */
const BY_WORDS: ReadonlySet<string> = new Set(['by', 'por', 'par', 'von'])

/** A name that says who made or last touched a row, which is not whose it is: `created_by`, `author_id`, `updated_by`. */
export function looksLikeAuthorship(column: string): boolean {
  const words = withoutKey(wordsOf(column))
  const last = words.at(-1) ?? ''
  return (
    (words.length > 1 && BY_WORDS.has(last)) ||
    AUTHOR_WORDS.has(last) ||
    /^(created|updated|modified|uploaded|added)by$/.test(last)
  )
}

/** Who merely touched the row last: never a sign of whose it is. */
export function looksLikeLastTouch(column: string): boolean {
  return (
    /^(updated|modified|edited|deleted|approved|reviewed|invited|assigned|last)/.test(
      wordsOf(column)[0] ?? '',
    ) && looksLikeAuthorship(column)
  )
}

const TENANT_WORDS: ReadonlySet<string> = new Set([
  'tenant',
  'org',
  'organization',
  'organisation',
  'company',
  'workspace',
  'team',
  'account',
  'business',
  'clinic',
  'school',
  'agency',
  'group',
  'club',
  'household',
  'family',
  'firm',
  'employer',
  'institution',
  'studio',
  'store',
  'shop',
  'hotel',
  'hostel',
  'restaurant',
  'department',
  'crew',
  'guild',
  'community',
  'salon',
  'practice',
  'property',
  'empresa',
  'organizacao',
  'organizacion',
  'equipe',
  'equipo',
  'loja',
  'clinica',
  'escola',
  'entreprise',
  'mandant',
  'firma',
  'verein',
])

export function singular(word: string): string {
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`
  if (/(ss|us|is)$/.test(word)) return word
  if (/(ches|shes|xes|sses)$/.test(word)) return word.slice(0, -2)
  return word.endsWith('s') ? word.slice(0, -1) : word
}

/** A relation or column whose name is that of a group of people. */
export function looksLikeTenant(name: string): boolean {
  const words = withoutKey(wordsOf(name)).map(singular)
  return TENANT_WORDS.has(words.at(-1) ?? '')
}

const MEMBERSHIP_WORDS: ReadonlySet<string> = new Set([
  'member',
  'membership',
  'employee',
  'staff',
  'teammate',
  'participant',
  'collaborator',
  'enrollment',
  'enrolment',
  'role',
  'user',
  'access',
  'membro',
  'miembro',
  'usuario',
  'mitglied',
  'mitglieder',
])

const ROLE_WORDS: ReadonlySet<string> = new Set(['role', 'papel', 'rol', 'rolle'])

/** A column that says what a member may do. */
export const looksLikeRole = (column: string): boolean => ROLE_WORDS.has(wordsOf(column).at(-1) ?? '')

/** A relation of roles, or of who has them. */
export const isOfRoles = (relation: string): boolean =>
  ROLE_WORDS.has(singular(wordsOf(relation).at(-1) ?? ''))

export function looksLikeMembership(name: string): boolean {
  return wordsOf(name)
    .map(singular)
    .some((word) => MEMBERSHIP_WORDS.has(word))
}

const NOT_MEMBERSHIP: ReadonlySet<string> = new Set([
  'like',
  'share',
  'vote',
  'favorite',
  'favourite',
  'bookmark',
  'follow',
  'follower',
  'reaction',
  'rating',
  'review',
  'view',
  'read',
  'invite',
  'invitation',
  'request',
  'application',
  'rsvp',
  'attendee',
  'subscription',
  'order',
  'payment',
  'notification',
  'log',
  'event',
  'message',
  'comment',
  'session',
  'token',
])

/** Relations between users and things that are no membership: likes, shares, invitations, logs. */
export function looksLikeOtherTie(name: string): boolean {
  return wordsOf(name)
    .map(singular)
    .some((word) => NOT_MEMBERSHIP.has(word))
}

const USER_RELATIONS: ReadonlySet<string> = new Set([
  'user',
  'profile',
  'account',
  'person',
  'people',
  'usuario',
])

export function looksLikeUserRelation(name: string): boolean {
  const words = wordsOf(name).map(singular)
  return words.length <= 2 && USER_RELATIONS.has(words.at(-1) ?? '')
}

/** A list of people with special rights. */
export function looksLikeRegister(name: string): boolean {
  return wordsOf(name)
    .map(singular)
    .some((word) => /^(admin|superadmin|staff|moderator|superuser|operator)$/.test(word))
}

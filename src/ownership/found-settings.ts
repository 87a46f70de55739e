import type { Catalog, Relation } from '../domain/catalog.ts'
import { relationByOid } from '../domain/catalog.ts'
import type { FoundSetting, Standpoint } from '../domain/identity.ts'
import type { SettingMention } from './lookups.ts'
import { collectMentions, readingOf } from './mentions.ts'
import { looksLikeAuthorship, looksLikeOwner, looksLikeTenant, looksLikeUserRelation } from './names.ts'

/**
 * What the settings stand for that policies and functions read: the user or the tenant where they are compared with
 * columns that hold one, a label where they are compared with words. Those of PostgREST's request are known, but for
 * the claims that each had a setting of its own up to PostgREST 9.
 */
export function foundSettings(catalog: Catalog, platformSchemas: readonly string[]): readonly FoundSetting[] {
  const texts = textsOf(catalog, platformSchemas)
  const names = new Set(texts.flatMap((text) => [...text.matchAll(READ)].map(([, name = '']) => name)))
  const found = [...names].sort().map((name) => [name, legacyClaim(name)] as const)
  // what PostgREST sets is known without reading what it is compared with
  const settings = found.every(([, known]) => known !== null)
    ? undefined
    : collectMentions(catalog, readingOf(catalog, { userSettings: [] }), platformSchemas).settings
  return found.flatMap(([name, known]) => known ?? foundSetting(name, settings?.get(name), catalog, texts))
}

const READ = /\bcurrent_setting\s*\(\s*'([a-z_]\w*(?:\.\w+)+)'/gi

/** Policies, and functions of the project; where there is no platform, its `auth` is the project's own. */
function textsOf({ relations, routines }: Catalog, platformSchemas: readonly string[]): readonly string[] {
  return [
    ...relations.flatMap(({ policies }) =>
      policies.flatMap(({ using, withCheck }) => [using ?? '', withCheck ?? '']),
    ),
    ...routines.filter(({ schema }) => !platformSchemas.includes(schema)).map(({ body }) => body),
  ]
}

const LEGACY: Readonly<Record<string, Standpoint>> = { sub: 'user', email: 'email', role: 'label' }

function legacyClaim(name: string): readonly FoundSetting[] | null {
  const claim = /^request\.jwt\.claim\.(\w+)$/.exec(name)?.[1]
  if (claim === undefined) return name.startsWith('request.') ? [] : null
  const stands = LEGACY[claim]
  return stands === undefined
    ? null
    : [{ name, stands, labels: [], evidence: `claim ${claim} in a setting of its own` }]
}

function foundSetting(
  name: string,
  mention: SettingMention | undefined,
  catalog: Catalog,
  texts: readonly string[],
): readonly FoundSetting[] {
  const columns = [...(mention?.columns.values() ?? [])]
  const labels = [...(mention?.literals ?? [])].sort()
  const cast = castOf(name, catalog, texts)
  const said = standsBy(catalog, columns)
  const named = namedStandpoint(name)
  const stands: Standpoint =
    isAccount(name, catalog) && labels.length === 0
      ? 'user'
      : (said ?? (labels.length > 0 ? 'label' : (named ?? 'unknown')))
  const [first] = columns
  const evidence =
    first && said !== null
      ? `compared with ${first.relation.qualified}.${first.column}${columns.length > 1 ? ` and ${columns.length - 1} more` : ''}`
      : labels.length > 0
        ? `compared with ${labels.map((label) => `'${label}'`).join(', ')}`
        : 'by its name'
  return [
    {
      name,
      // a word that policies compare a tenant's or a user's key with is no key
      stands: cast === 'boolean' && said === null ? 'label' : stands,
      labels: cast === 'boolean' && labels.length === 0 ? ['true'] : labels,
      ...(cast === undefined ? {} : { cast }),
      evidence,
    },
  ]
}

/** By whose key most of the columns hold; any other key is that of a group, whose rows must stay apart. */
function standsBy(
  catalog: Catalog,
  columns: readonly { readonly relation: Relation; readonly column: string }[],
): Standpoint | null {
  if (columns.length === 0) return null
  const votes = columns.map((one) => columnStandpoint(catalog, one.relation, one.column))
  const count = (wanted: Standpoint | null): number => votes.filter((vote) => vote === wanted).length
  const [users, tenants, emails] = [count('user'), count('tenant'), count('email')]
  if (emails > users + tenants) return 'email'
  return users > tenants ? 'user' : 'tenant'
}

function columnStandpoint(catalog: Catalog, relation: Relation, column: string): Standpoint | null {
  if (/e[-_]?mail/i.test(column)) return 'email'
  const key = relation.foreignKeys.find(({ columns }) => columns.length === 1 && columns[0] === column)
  const target = key && relationByOid(catalog, key.target)
  const isOwnKey = relation.keys.some(
    ({ primary, columns }) => primary && columns.length === 1 && columns[0] === column,
  )
  const about = target ?? (isOwnKey ? relation : undefined)
  if (looksLikeTenant(column) || (about && looksLikeTenant(about.name))) return 'tenant'
  if (looksLikeOwner(column) || looksLikeAuthorship(column)) return 'user'
  return about && looksLikeUserRelation(about.name) ? 'user' : null
}

function namedStandpoint(name: string): Standpoint | null {
  const last = name.slice(name.lastIndexOf('.') + 1)
  if (/tenant|org|workspace|company|account|team/i.test(last)) return 'tenant'
  if (/mail/i.test(last)) return 'email'
  return /user_?id|uid$|^sub$|member_?id|^(current_)?user$/i.test(last) ? 'user' : null
}

/** A function of the name under which others have the session's user. */
const isAccount = (name: string, { routines }: Catalog): boolean =>
  routines.some(
    ({ schema, name: own, body }) =>
      schema === 'auth' && ['uid', 'user_id'].includes(own) && body.includes(`'${name}'`),
  )

const CASTS: Readonly<Record<string, NonNullable<FoundSetting['cast']>>> = {
  uuid: 'uuid',
  bigint: 'integer',
  integer: 'integer',
  int: 'integer',
  int4: 'integer',
  int8: 'integer',
  smallint: 'integer',
  boolean: 'boolean',
  bool: 'boolean',
}

/** What becomes of its text: a cast right behind it, or the type that the function returns which reads it. */
function castOf(
  name: string,
  { routines }: Catalog,
  texts: readonly string[],
): FoundSetting['cast'] | undefined {
  const quoted = name.replaceAll('.', '\\.')
  const behind = new RegExp(
    `current_setting\\s*\\(\\s*'${quoted}'[^)]*\\)[^:=<>]{0,24}?::\\s*(?!text)(\\w+)`,
    'i',
  )
  for (const text of texts) {
    const type = behind.exec(text.replaceAll('::text', ''))?.[1]?.toLowerCase()
    if (type !== undefined && CASTS[type]) return CASTS[type]
  }
  const readers = routines.filter(
    ({ body, arguments: given }) =>
      given.length === 0 && body.includes(`'${name}'`) && !/\bfrom\b/i.test(body),
  )
  const types = readers.map(({ returns }) => CASTS[returns.toLowerCase()])
  return types.find((type) => type === 'uuid' || type === 'integer')
}

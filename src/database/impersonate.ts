import { jsonText } from '../domain/json-text.ts'
import type { Actor } from '../domain/population.ts'
import { quoteLiteral, quoteName } from '../sql/quote.ts'

/**
 * What a connection that acts for others is set to once: a statement and a wait for a lock end in time, and messages are
 * in a known language, for they are read for one thing alone, the name of a refused relation.
 */
export const PREPARE_CONNECTION =
  "set statement_timeout = '3s';\nset lock_timeout = '2s';\nset lc_messages = 'C'"

/** The settings of an actor's session: claims, request, and the actor's own. */
export function sessionSettings(actor: Actor): Readonly<Record<string, string>> {
  const claims =
    Object.keys(actor.claims).length === 0
      ? ''
      : jsonText({ ...actor.claims, role: actor.roleClaim ?? actor.role })
  return {
    'request.jwt.claims': claims,
    'request.method': 'GET',
    'request.path': '/',
    'request.headers': '{}',
    'request.cookies': '{}',
    ...actor.settings,
  }
}

const setAll = (settings: Iterable<readonly [name: string, value: string]>): string =>
  `select ${[...settings].map(([name, value]) => `set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, true)`).join(', ')}`

/** What a request carries besides its role, for this transaction. */
export const settingsSql = (actor: Actor): string => setAll(Object.entries(sessionSettings(actor)))

/** No request any more: what settingsSql() set is empty, as it is where nobody has set it. */
export const clearSettingsSql = (actor: Actor): string =>
  setAll(Object.keys(sessionSettings(actor)).map((name) => [name, ''] as const))

/**
 * What makes a transaction an actor's, as PostgREST sets it: login role, role, claims with the role merged in, then the
 * request. The login role matters: from a superuser's session a function's `set role postgres` would succeed.
 */
export function sessionSql(actor: Actor): string {
  return [...(actor.scene === undefined ? [] : [actor.scene]), roleSql(actor), settingsSql(actor)].join(';\n')
}

/** The roles alone, where the settings are the actor's already. */
export const roleSql = ({ login, role }: Pick<Actor, 'login' | 'role'>): string =>
  `set local session authorization ${quoteName(login)};\nset local role ${quoteName(role)}`

/** Back to the superuser of the connection, inside the same transaction, to look at what really happened. */
export const BECOME_SUPERUSER = 'set local session authorization default;\nset local role none'

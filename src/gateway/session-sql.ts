import { BECOME_SUPERUSER } from '../database/impersonate.ts'
import { quoteLiteral, quoteName } from '../sql/quote.ts'
import type { Identity } from './identity.ts'
import type { Settings } from './settings.ts'

/*
 * What goes out around a client's message. The client may have set search_path: every function and operator is named
 * with its schema.
 */

/** Reads how the server reads what is sent: these are nobody's to change. */
const FIXED: Readonly<Record<string, string>> = {
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
}

export const LEFT_SESSION = 'rls_gateway_left_session'

export interface Entering {
  /** the savepoint to make first; null where it is there already */
  readonly savepoint: string | null
  readonly readOnly: boolean
  /** settings whose values on the line the answer's first row has */
  readonly read: readonly string[]
  /** fires what the test left to the end of its transaction, as the test */
  readonly flush: boolean
}

/** From the superuser to the actor. */
export function enterSql(identity: Identity, settings: Settings, how: Entering): string {
  const role = settings.current.get('role') ?? identity.role
  const values = new Map([...settings.all, ...Object.entries(FIXED)])
  return [
    ...(how.flush ? checkConstraints(identity) : []),
    ...(how.savepoint === null ? [] : [`savepoint ${how.savepoint}`]),
    ...(how.readOnly ? ['set transaction read only'] : []),
    ...(how.read.length === 0 ? [] : [readSettings(how.read)]),
    `set local session authorization ${quoteName(identity.login)}`,
    `set local role ${role === 'none' ? 'none' : quoteName(role)}`,
    writeSettings(values),
  ].join(';\n')
}

export interface Leaving {
  /** the savepoint to release at the end */
  readonly release: string | null
  /** what was left to the end of the transaction is due: it ends */
  readonly ends: boolean
}

/**
 * From the actor back to the superuser. Where the session is not the actor's any more, the first statement fails, and
 * nothing after it is done. Rows: role; the settings, by leftNames(); what was written; who it is now.
 */
export function leaveSql(identity: Identity, settings: Settings, how: Leaving): string {
  const [name, ...others] = leftNames(settings)
  return [
    ...(how.ends && identity.deferred ? ['set constraints all immediate'] : []),
    checkSession(identity),
    BECOME_SUPERUSER,
    ...(name === undefined ? [] : [readSettings([name, ...others]), writeSettings(settings.base)]),
    ...(how.ends ? deferAgain(identity) : []),
    WHO,
    ...(how.release === null ? [] : [`release savepoint ${how.release}`]),
  ].join(';\n')
}

/** The settings whose values leaveSql() reads, in its order. */
export function leftNames(settings: Settings): readonly string[] {
  return [...settings.base.keys()]
}

/** Back to the savepoint, and to the superuser: ROLLBACK TO alone does not restore the session for sure. */
export function undoSql(savepoint: string, release: boolean): string {
  return [
    `rollback to savepoint ${savepoint}`,
    BECOME_SUPERUSER,
    WHO,
    ...(release ? [`release savepoint ${savepoint}`] : []),
  ].join(';\n')
}

const WHO = 'select session_user, current_user'

function checkSession({ login, role }: Identity): string {
  const roles = [role, 'none'].map(quoteLiteral).join(', ')
  return `select pg_catalog.current_setting('role'), case
    when session_user operator(pg_catalog.=) ${quoteLiteral(login)}::pg_catalog.name
      and pg_catalog.current_setting('role') operator(pg_catalog.=) any (array[${roles}]::pg_catalog.text[]) then 0
    else ('${LEFT_SESSION} ' operator(pg_catalog.||) current_user::pg_catalog.text)::pg_catalog.int4 end`
}

function readSettings(names: readonly string[]): string {
  return `select ${names.map((name) => `pg_catalog.current_setting(${quoteLiteral(name)}, true)`).join(', ')}`
}

function writeSettings(values: ReadonlyMap<string, string>): string {
  const calls = [...values]
    .filter(([name]) => name !== 'role')
    .map(([name, value]) => `pg_catalog.set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, true)`)
  return `select ${calls.join(', ')}`
}

export function checkConstraints(identity: Identity): readonly string[] {
  return identity.deferred ? ['set constraints all immediate', ...deferAgain(identity)] : []
}

/** As at the start of a transaction: what is initially deferred is deferred, and nothing else. */
export function deferAgain({ deferred }: Identity): readonly string[] {
  return deferred && deferred.length > 0 ? [`set constraints ${deferred.join(', ')} deferred`] : []
}

import { randomBytes } from 'node:crypto'
import type { Connection } from '../database/connection.ts'
import { openDoor } from '../database/door.ts'
import type { ConnectionTarget } from '../domain/server.ts'
import { quoteLiteral, quoteName } from '../sql/quote.ts'

/** How a command gets into the throw-away database with the rights of a role. */
export interface Login extends AsyncDisposable {
  readonly target: ConnectionTarget
}

export interface LoginOptions {
  /** null: the superuser itself */
  readonly role: string | null
  /** the whole server is of this run; else only a database is */
  readonly isOwnServer: boolean
  /** what the event trigger records; undefined where nothing is */
  readonly at: string | undefined
}

/**
 * Lets a command in until it is disposed of.
 * @param connection a superuser's, in no transaction
 */
export async function openLogin(connection: Connection, options: LoginOptions): Promise<Login> {
  const { role, isOwnServer, at } = options
  const { target } = connection
  const login = isOwnServer
    ? await openDoor(target, role ?? target.user)
    : await borrowRole(connection, role ?? target.user)
  if (at === undefined) return login
  const where = `alter role ${quoteName(login.target.user)} in database ${quoteName(target.database)}`
  await connection.run(`${where} set rls.at = ${quoteLiteral(at)}`)
  return {
    target: login.target,
    [Symbol.asyncDispose]: async () => {
      await connection.run(`${where} reset rls.at`).catch(() => {}) // a lost connection took all with it
      await login[Symbol.asyncDispose]()
    },
  }
}

/**
 * On somebody else's server a role that is there already has a password that is none of our business: a member of it that
 * goes again, whose sessions have its rights from the start.
 */
async function borrowRole(connection: Connection, role: string): Promise<Login> {
  const { target } = connection
  const user = `rls_harness_command_${randomBytes(6).toString('hex')}`
  const password = randomBytes(18).toString('hex')
  await connection.run(
    `create role ${quoteName(user)} login password ${quoteLiteral(password)} in role ${quoteName(role)};
     alter role ${quoteName(user)} in database ${quoteName(target.database)} set role = ${quoteLiteral(role)}`,
  )
  return {
    target: { ...target, user, password },
    [Symbol.asyncDispose]: async () => {
      await connection.run(`drop owned by ${quoteName(user)}; drop role ${quoteName(user)}`).catch(() => {}) // it goes with the scratch database at the latest
    },
  }
}

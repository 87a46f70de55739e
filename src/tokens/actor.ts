import type { Actor } from '../domain/population.ts'
import { readExact, survives } from './exact-json.ts'
import type { VerifiedToken } from './verify.ts'

/**
 * Whom the gateway acts for with a token: logged in as `authenticator`, switched to the role, with the claims as
 * `request.jwt.claims`. Which tenants somebody belongs to stands in no token.
 *
 * @param name in reports; default: the e-mail address, else the user, else the role
 */
export function actorFromToken({ role, claims, json }: VerifiedToken, name?: string): Actor {
  const { sub, email } = claims
  const user = typeof sub === 'string' && sub !== '' ? sub : null
  const called = typeof email === 'string' && email !== '' ? email : user
  return {
    name: name ?? called ?? role,
    role,
    login: 'authenticator',
    user,
    tenants: [],
    claims,
    // fractions that JavaScript cannot hold go to the database as they stand in the token
    settings: survives(readExact(json)) ? {} : { 'request.jwt.claims': json },
    purpose: 'judged',
  }
}

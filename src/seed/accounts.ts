import type { Connection } from '../database/connection.ts'
import type { Catalog } from '../domain/catalog.ts'
import { relationByName } from '../domain/catalog.ts'
import type { Actor, Values } from '../domain/population.ts'
import { quoteLiteral } from '../sql/quote.ts'
import type { Person } from './cast.ts'
import { insertRows } from './insert.ts'
import { REFERENCE_DATE } from './place.ts'

const DAY = 86_400_000

/** Signs the cast up: rows in auth.users, with the triggers that the project hangs on sign-up, and their identities. */
export async function createAccounts(
  connection: Connection,
  catalog: Catalog,
  people: readonly Person[],
): Promise<readonly string[]> {
  const users = relationByName(catalog, 'auth.users')
  const identities = relationByName(catalog, 'auth.identities')
  if (!users) return []
  const notices: string[] = []
  const known = new Set(users.columns.map(({ name }) => name))
  for (const person of people) {
    const row = only(known, userRow(person))
    // nobody is signed in yet while somebody signs up
    const [result] = await insertRows(connection, users, null, [row])
    if (result?.kind === 'failed') {
      notices.push(
        `${person.name} could not sign up with triggers on auth.users: ${result.reason}; signed up without them`,
      )
      await connection.run('set local session_replication_role = replica')
      await insertRows(connection, users, person, [row])
      await connection.run('set local session_replication_role = origin')
    }
    if (identities) await insertRows(connection, identities, person, [identityRow(person)])
  }
  return notices
}

/** Writes into the accounts what the tokens carry, for functions may ask either. @returns whether anything was written */
export async function completeAccounts(
  connection: Connection,
  catalog: Catalog,
  actors: readonly Actor[],
): Promise<boolean> {
  if (!relationByName(catalog, 'auth.users')) return false
  const updates = actors
    .filter(({ user, forged, claims }) => user !== null && forged === undefined && 'app_metadata' in claims)
    .map(
      ({ user, claims }) =>
        `update auth.users set raw_app_meta_data = raw_app_meta_data || ${jsonb(claims['app_metadata'])}, ` +
        `raw_user_meta_data = raw_user_meta_data || ${jsonb(claims['user_metadata'])} where id::text = ${quoteLiteral(user ?? '')}`,
    )
  if (updates.length === 0) return false
  await connection.run(
    ['begin', 'set local session_replication_role = replica', ...updates, 'commit'].join(';\n'),
  )
  return true
}

const jsonb = (value: unknown): string => `${quoteLiteral(JSON.stringify(value ?? {}))}::jsonb`

const only = (known: ReadonlySet<string>, row: Values): Values =>
  Object.fromEntries(Object.entries(row).filter(([name]) => known.has(name)))

function userRow(person: Person): Values {
  const at = new Date(REFERENCE_DATE.getTime() - 30 * DAY).toISOString()
  const handle = person.name.replace(/[^a-z0-9]/g, '_')
  return {
    id: person.key,
    instance_id: '00000000-0000-0000-0000-000000000000',
    aud: 'authenticated',
    role: 'authenticated',
    email: person.email,
    encrypted_password: '',
    email_confirmed_at: at,
    last_sign_in_at: at,
    created_at: at,
    updated_at: at,
    raw_app_meta_data: { provider: person.provider, providers: [person.provider] },
    raw_user_meta_data: {
      full_name: person.name,
      name: person.name,
      first_name: person.name,
      last_name: 'Example',
      user_name: handle,
      username: handle,
      preferred_username: handle,
      avatar_url: `https://example.com/${handle}.png`,
      email: person.email,
    },
  }
}

function identityRow(person: Person): Values {
  const at = new Date(REFERENCE_DATE.getTime() - 30 * DAY).toISOString()
  return {
    provider_id:
      person.provider === 'email' ? person.key : String(parseInt(person.key.slice(0, 6), 16) || person.key),
    user_id: person.key,
    provider: person.provider,
    identity_data: { sub: person.key, email: person.email, email_verified: true },
    last_sign_in_at: at,
    created_at: at,
    updated_at: at,
  }
}

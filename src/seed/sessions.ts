import type { Routine } from '../domain/catalog.ts'
import type { Actor, Tenant } from '../domain/population.ts'
import { quoteLiteral } from '../sql/quote.ts'
import type { Workshop } from './bench.ts'
import { actorFor } from './cast.ts'
import type { Person } from './cast.ts'
import type { Slot } from './slots.ts'

/** Settings that triggers read, but for those of a request. */
export function settingsRead(routines: readonly Pick<Routine, 'body'>[]): readonly string[] {
  const names = routines.flatMap(({ body }) =>
    [...body.matchAll(/current_setting\s*\(\s*'(\w+\.[\w.]+)'/gi)].map((match) => match[1] ?? ''),
  )
  return [...new Set(names)].filter((name) => !name.startsWith('request.'))
}

/**
 * Sessions in which triggers may let a row in that they refused: the person's as the project's identity shows it, those of
 * others of the cast who may more, the service's, and none at all.
 */
export function sessionsFor(shop: Workshop, slot: Slot, settings: readonly string[]): readonly string[] {
  const { people, tenants, model, identity } = shop
  const own = slot.person ?? people.find(({ tenant }) => tenant === slot.tenant) ?? people[0]
  const mighty = people.filter(
    ({ tenant, membership, right }) =>
      right !== null || (membership === 'highest' && (slot.tenant === null || tenant === slot.tenant)),
  )
  const persons = [...new Set([...(own ? [own] : []), ...mighty])].slice(0, 4)
  const shown = persons.map((person) =>
    sessionSql(actorFor(person, tenants, model, { identity }), settings, person, tenants),
  )
  const service = `select set_config('request.jwt.claims', '{"role":"service_role"}', true)`
  return [...shown, service, `select set_config('request.jwt.claims', '', true)`]
}

function sessionSql(
  actor: Pick<Actor, 'claims' | 'settings' | 'role'>,
  names: readonly string[],
  person: Person,
  tenants: readonly Tenant[],
): string {
  const tenant = tenants.find(({ name }) => name === person.tenant) ?? tenants[0]
  const guessed = Object.fromEntries(names.map((name) => [name, guess(name, person, tenant)]))
  const settings = {
    ...guessed,
    ...actor.settings,
    'request.jwt.claims': JSON.stringify({ ...actor.claims, role: actor.role }),
  }
  const calls = Object.entries(settings).map(
    ([name, value]) => `set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, true)`,
  )
  return `select ${calls.join(', ')}`
}

/** What a setting holds, by its name. */
function guess(name: string, person: Person, tenant: Tenant | undefined): string {
  if (/role/i.test(name)) return 'admin'
  if (/mail/i.test(name)) return person.email
  if (/tenant|org|compan|workspace|team|account|client/i.test(name)) return tenant?.keys[0] ?? person.key
  return /user|uid|actor|sub|owner|_id$/i.test(name) ? person.key : 'true'
}

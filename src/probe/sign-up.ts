import type { Relation } from '../domain/catalog.ts'
import { relationByName } from '../domain/catalog.ts'
import type { Actor } from '../domain/population.ts'
import { quoteLiteral } from '../sql/quote.ts'
import type { Scene } from './scene.ts'

/** An account that somebody makes or changes, with metadata of his own choosing. */
export interface AccountStep {
  readonly actor: Actor
  readonly command: 'insert' | 'update'
  /** SQL for the superuser, which is what the auth service is to its tables */
  readonly sql: string
  /** the same without what was forged: what any account opens */
  readonly plain: string
  readonly detail: string
}

const NEWCOMER = { key: '5bd1e995-9d1e-4a6b-8c3f-2b7e151628ae', name: 'mallory' }

/** The project's triggers on accounts may believe what people write about themselves when they sign up, or later. */
export function accountSteps(scene: Scene): readonly AccountStep[] {
  const accounts = relationByName(scene.catalog, 'auth.users')
  if (!accounts) return []
  const liars = scene.population.actors.filter(({ forged }) => forged?.source === 'user_metadata')
  return liars
    .flatMap((liar) => [
      ...(hasTrigger(accounts, 'insert') ? [signUp(scene, liar)] : []),
      ...(hasTrigger(accounts, 'update') ? [change(scene, liar)] : []),
    ])
    .filter((step) => step !== null)
}

const hasTrigger = ({ triggers }: Relation, event: 'insert' | 'update'): boolean =>
  triggers.some(({ enabled, events }) => enabled && events.includes(event))

function signUp(scene: Scene, liar: Actor): AccountStep | null {
  const known = honest(scene, liar)
  if (!known) return null
  const { lies, keys } = known
  const rename = `replace(u.raw_user_meta_data::text, ${quoteLiteral(known.actor.name)}, ${quoteLiteral(NEWCOMER.name)})::jsonb`
  const email = `${NEWCOMER.name}@example.com`
  const insert = (metadata: string): string =>
    'insert into auth.users (id, instance_id, aud, role, email, encrypted_password, email_confirmed_at, created_at, updated_at, raw_app_meta_data, raw_user_meta_data) ' +
    `select ${quoteLiteral(NEWCOMER.key)}, u.instance_id, u.aud, u.role, ${quoteLiteral(email)}, '', u.email_confirmed_at, u.created_at, u.updated_at, ` +
    `'{"provider": "email", "providers": ["email"]}'::jsonb, ${metadata} from auth.users u where u.id::text = ${quoteLiteral(liar.user ?? '')}`
  const honestly = `(${rename} - ${keys})`
  return {
    actor: {
      ...known.actor,
      name: NEWCOMER.name,
      user: NEWCOMER.key,
      tenants: [],
      claims: { ...withoutMetadata(known.actor), sub: NEWCOMER.key, email },
    },
    command: 'insert',
    sql: insert(`${honestly} || ${lies}`),
    plain: insert(honestly),
    detail: liar.forged?.what ?? '',
  }
}

function change(scene: Scene, liar: Actor): AccountStep | null {
  const known = honest(scene, liar)
  if (!known) return null
  const update = (metadata: string): string =>
    `update auth.users u set raw_user_meta_data = ${metadata} where u.id::text = ${quoteLiteral(liar.user ?? '')}`
  return {
    actor: known.actor,
    command: 'update',
    sql: update(`u.raw_user_meta_data || ${known.lies}`),
    plain: update('u.raw_user_meta_data'),
    detail: liar.forged?.what ?? '',
  }
}

/** The same person without the forgery, and what it consists of. */
function honest(
  { population }: Scene,
  liar: Actor,
): { readonly actor: Actor; readonly lies: string; readonly keys: string } | undefined {
  const actor = population.actors.find(({ user, forged }) => user === liar.user && !forged)
  const forged = liar.claims['user_metadata'] as Readonly<Record<string, unknown>>
  const before = actor?.claims['user_metadata'] as Readonly<Record<string, unknown>> | undefined
  if (!actor || !before) return undefined
  const lies = Object.fromEntries(
    Object.entries(forged).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key])),
  )
  return {
    actor,
    lies: `${quoteLiteral(JSON.stringify(lies))}::jsonb`,
    keys: `array[${Object.keys(lies).map(quoteLiteral).join(', ')}]::text[]`,
  }
}

const withoutMetadata = ({ claims }: Actor): Actor['claims'] =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => name !== 'user_metadata'))

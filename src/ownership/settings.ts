import type { Catalog, Relation } from '../domain/catalog.ts'
import { settingsOf } from '../domain/config.ts'
import type { Config } from '../domain/config.ts'

/** A setting of the session that policies, or functions of the project, read. */
interface SettingUse {
  readonly name: string
  /** "own_notes on public.notes", or a function's signature */
  readonly where: readonly string[]
  readonly relations: ReadonlySet<number>
}

const READ = /\bcurrent_setting\s*\(\s*'([a-z_]\w*(?:\.\w+)+)'/gi
const WRITTEN = /\b(?:set_config\s*\(\s*|set\s+local\s+)'?([a-z_]\w*(?:\.\w+)+)/gi

/** Settings that policies ask for and that no session of the cast has. Those of PostgREST's request every session has. */
export interface UnsetSettings {
  /** the configuration that would set them, in a sentence; null where nothing is missing */
  readonly hint: string | null
  /** relations whose policies ask for some, with their names */
  readonly relations: ReadonlyMap<number, readonly string[]>
}

/** Without them every refusal is one of a session that does not say who it is. `granted`: roles that migrations grant to. */
export function unsetSettings(
  catalog: Catalog,
  relations: readonly Relation[],
  config: Pick<Config, 'identity' | 'found'>,
  platformSchemas: readonly string[],
  granted: readonly string[],
): UnsetSettings {
  const { identity } = config
  const set = settingsOf(config)
  const missing = usesIn(catalog, relations, platformSchemas).filter(
    ({ name }) => !(name in set) && !name.startsWith('request.'),
  )
  if (missing.length === 0) return { hint: null, relations: new Map() }
  const role = identity === 'supabase' ? roleOf(catalog, relations, granted) : identity.role
  const wanted = { ...set, ...Object.fromEntries(missing.map(({ name }) => [name, placeholderFor(name)])) }
  const settings = Object.entries(wanted).map(([name, value]) => `'${name}': '${value}'`)
  const them = missing.length === 1 ? 'it' : 'them'
  const byRelation = relations.map(
    ({ oid }) => [oid, missing.flatMap((use) => (use.relations.has(oid) ? [use.name] : []))] as const,
  )
  return {
    hint: `policies read ${missing.map(describe).join(' and ')}, which no session of this run sets: if the application sets ${them}, say so in rls.config.ts: identity: { role: '${role}', settings: { ${settings.join(', ')} } }`,
    relations: new Map(byRelation.filter(([, names]) => names.length > 0)),
  }
}

const describe = ({ name, where }: SettingUse): string =>
  `the setting ${name} (${where[0] ?? ''}${where.length > 1 ? ` and ${where.length - 1} more` : ''})`

interface Text {
  readonly where: string
  readonly relations: readonly number[]
  readonly text: string
}

function usesIn(
  { routines }: Catalog,
  relations: readonly Relation[],
  platformSchemas: readonly string[],
): readonly SettingUse[] {
  const own = routines.filter(({ schema }) => !platformSchemas.includes(schema))
  const policies = relations.flatMap(({ oid, qualified, policies: some }) =>
    some.map(({ name, using, withCheck }): Text => ({
      where: `${name} on ${qualified}`,
      relations: [oid],
      text: `${using ?? ''} ${withCheck ?? ''}`,
    })),
  )
  // a function counts where a policy calls it by name
  const called = own.flatMap(({ name, signature, body }): readonly Text[] => {
    const callers = policies.filter(({ text }) => text.includes(`${name}(`))
    return callers.length === 0
      ? []
      : [{ where: signature, relations: callers.flatMap((one) => one.relations), text: body }]
  })
  const written = new Set(own.flatMap(({ body }) => [...body.matchAll(WRITTEN)].map((match) => match[1])))
  const found = new Map<string, Text[]>()
  for (const one of [...policies, ...called])
    for (const [, name] of one.text.matchAll(READ))
      if (name !== undefined && !written.has(name)) found.set(name, [...(found.get(name) ?? []), one])
  return [...found].map(([name, texts]) => ({
    name,
    where: [...new Set(texts.map(({ where }) => where))],
    relations: new Set(texts.flatMap((one) => one.relations)),
  }))
}

/** Roles that the platform has anyway say nothing about who connects. */
const COMMON: ReadonlySet<string> = new Set([
  'public',
  'anon',
  'authenticated',
  'service_role',
  'postgres',
  'app_owner',
  'neondb_owner',
  'anonymous',
])

/** A role that policies name or migrations grant to, or one that owns the tables: whoever connects is most likely it. */
function roleOf({ roles }: Catalog, relations: readonly Relation[], granted: readonly string[]): string {
  const named = relations.flatMap(({ policies }) => policies.flatMap((policy) => policy.roles))
  const owners = relations.map(({ owner }) => owner)
  const own = [...named, ...granted, ...owners].find(
    (name) =>
      !COMMON.has(name) &&
      roles.some((role) => role.name === name && !role.superuser && !role.bypassRowSecurity),
  )
  return own ?? (roles.some(({ name }) => name === 'authenticated') ? 'authenticated' : 'your_app_role')
}

function placeholderFor(name: string): string {
  if (/tenant|org|workspace|company|account|team/i.test(name)) return '$tenant'
  return /user|uid|sub\b|member|profile|owner|customer/i.test(name) ? '$user' : '…'
}

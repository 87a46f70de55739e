import type { Catalog, Relation } from '../domain/catalog.ts'
import type { Config } from '../domain/config.ts'

/** A setting of the session that policies, or functions of the project, read. */
interface SettingUse {
  readonly name: string
  /** "own_notes on public.notes", or a function's signature */
  readonly where: readonly string[]
}

const READ = /\bcurrent_setting\s*\(\s*'([a-z_]\w*(?:\.\w+)+)'/gi
const WRITTEN = /\b(?:set_config\s*\(\s*|set\s+local\s+)'?([a-z_]\w*(?:\.\w+)+)/gi

/**
 * Settings that policies ask for and that no session of the cast has, with the configuration that would set them: without
 * it every refusal is one of a session that does not say who it is. Those of PostgREST's request are set for every session.
 */
export function settingHints(
  catalog: Catalog,
  relations: readonly Relation[],
  { identity }: Pick<Config, 'identity'>,
  platformSchemas: readonly string[],
): readonly string[] {
  const known = identity === 'supabase' ? [] : Object.keys(identity.settings)
  const missing = usesIn(catalog, relations, platformSchemas).filter(
    ({ name }) => !known.includes(name) && !name.startsWith('request.'),
  )
  if (missing.length === 0) return []
  const role = identity === 'supabase' ? roleOf(catalog, relations) : identity.role
  const set = identity === 'supabase' ? {} : identity.settings
  const wanted = { ...set, ...Object.fromEntries(missing.map(({ name }) => [name, placeholderFor(name)])) }
  const settings = Object.entries(wanted).map(([name, value]) => `'${name}': '${value}'`)
  const them = missing.length === 1 ? 'it' : 'them'
  return [
    `policies read ${missing.map(describe).join(' and ')}, which no session of this run sets: if the application sets ${them}, say so in rls.config.ts: identity: { role: '${role}', settings: { ${settings.join(', ')} } }`,
  ]
}

const describe = ({ name, where }: SettingUse): string =>
  `the setting ${name} (${where[0] ?? ''}${where.length > 1 ? ` and ${where.length - 1} more` : ''})`

function usesIn(
  { routines }: Catalog,
  relations: readonly Relation[],
  platformSchemas: readonly string[],
): readonly SettingUse[] {
  const own = routines.filter(({ schema }) => !platformSchemas.includes(schema))
  const policies = relations.flatMap(({ qualified, policies: some }) =>
    some.map(({ name, using, withCheck }) => ({
      where: `${name} on ${qualified}`,
      text: `${using ?? ''} ${withCheck ?? ''}`,
    })),
  )
  // a function counts where a policy calls it by name
  const called = own.filter(({ name }) => policies.some(({ text }) => new RegExp(`\\b${name}\\(`).test(text)))
  const texts = [...policies, ...called.map(({ signature, body }) => ({ where: signature, text: body }))]
  const written = new Set(own.flatMap(({ body }) => [...body.matchAll(WRITTEN)].map((match) => match[1])))
  const found = new Map<string, string[]>()
  for (const { where, text } of texts)
    for (const [, name] of text.matchAll(READ))
      if (name !== undefined && !written.has(name))
        found.set(name, [...new Set([...(found.get(name) ?? []), where])])
  return [...found].map(([name, where]) => ({ name, where }))
}

/** Roles that the platform has anyway say nothing about who connects. */
const COMMON: ReadonlySet<string> = new Set(['public', 'anon', 'authenticated', 'service_role'])

function roleOf({ roles }: Catalog, relations: readonly Relation[]): string {
  const named = relations.flatMap(({ policies }) => policies.flatMap((policy) => policy.roles))
  const own = named.find((name) => !COMMON.has(name))
  return own ?? (roles.some(({ name }) => name === 'authenticated') ? 'authenticated' : 'your_app_role')
}

function placeholderFor(name: string): string {
  if (/tenant|org|workspace|company|account|team/i.test(name)) return '$tenant'
  return /user|uid|sub\b|member|profile|owner|customer/i.test(name) ? '$user' : '…'
}

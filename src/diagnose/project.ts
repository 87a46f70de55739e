import type { Relation } from '../domain/catalog.ts'
import type { Config } from '../domain/config.ts'
import type { DiagnosisLine } from '../domain/diagnosis.ts'
import type { ReportedIdentity } from '../domain/identity.ts'
import { isExposed } from '../judge/static.ts'
import type { Prepared } from '../prepare.ts'
import type { Understood } from '../stages/understand.ts'
import { fine, note, someOf } from './lines.ts'

/** Which platform is installed, and which privileges new tables get. */
export function platformLines(config: Config, { apiPrivileges }: Prepared): readonly DiagnosisLine[] {
  const { apiPrivileges: wanted, supabase, platform, platformFrom } = config
  const why =
    wanted !== 'auto'
      ? 'as the configuration says'
      : supabase.autoExposeNewTables === undefined
        ? 'supabase/config.toml does not say otherwise'
        : `auto_expose_new_tables = ${supabase.autoExposeNewTables}`
  const regime =
    apiPrivileges === 'legacy'
      ? 'new tables are granted to anon and authenticated'
      : 'new tables are granted to nobody'
  return [
    fine(`${PROFILES[platform]}: ${platformFrom}`),
    ...(platform === 'none' ? [] : [fine(`API privileges: ${apiPrivileges} (${regime}): ${why}`)]),
  ]
}

const PROFILES: Readonly<Record<Config['platform'], string>> = {
  supabase: 'Supabase, whose roles, schemas and functions are there before the first migration',
  neon: 'Neon, whose roles and functions are there before the first migration',
  none: 'a plain PostgreSQL, with nothing before the first migration',
}

/** What is going to be judged. */
export function schemaLines({
  catalog,
  relations,
  routines,
  surroundings,
}: Understood): readonly DiagnosisLine[] {
  const exposed = relations.filter((relation) => isExposed(catalog, relation))
  const hidden = relations.filter((relation) => !isExposed(catalog, relation))
  return [
    fine(`tested: ${catalog.tested.join(', ')}`),
    fine(
      `${relations.length} relations, ${exposed.length} of them exposed; ${routines.length} functions that callers may execute; ${surroundings.buckets.length} buckets`,
    ),
    ...(hidden.length > 0
      ? [note(`no API role reaches ${someOf(hidden.map(({ qualified }) => qualified))}`)]
      : []),
  ]
}

/** Who people and tenants are, as it was inferred or declared. */
export function identityLines(
  { catalog, model, unset }: Understood,
  { from, roles, evidence, app, settings, claims }: ReportedIdentity,
): readonly DiagnosisLine[] {
  const owned = (kind: string): number =>
    [...model.ownerships.values()].filter(
      (one) =>
        one.kind === kind &&
        isProjects(
          catalog.tested,
          catalog.relations.find(({ oid }) => oid === one.relation),
        ),
    ).length
  return [
    fine(`callers come in as ${roles.join(', ')} (${evidence ?? SAID[from]})`),
    ...(app === undefined ? [] : [fine(`tried beside it, as an application may connect: ${app}`)]),
    ...settings.map(({ name, stands, labels, evidence: why }) =>
      (stands === 'unknown' ? note : fine)(
        `setting ${name} → ${stands === 'unknown' ? 'unknown: no session sets it' : [stands, ...labels].join(' ')} (${why})`,
      ),
    ),
    ...claims.map(({ path, stands, labels }) => fine(`claim ${path} → ${[stands, ...labels].join(' ')}`)),
    fine(
      `rows of ${owned('user')} tables belong to users, of ${owned('tenant')} to tenants, of ${owned('shared')} to nobody`,
    ),
    ...model.tenants.map(({ name, memberships, evidence }) =>
      fine(`tenants: ${name} (${evidence})${memberships.length === 0 ? ', without memberships' : ''}`),
    ),
    ...(unset.hint === null ? [] : [note(unset.hint)]),
  ]
}

const SAID: Readonly<Record<ReportedIdentity['from'], string>> = {
  platform: 'with claims as the platform sets them',
  declared: 'declared in the configuration',
  found: 'found in the migrations',
}

const isProjects = (tested: readonly string[], relation: Relation | undefined): boolean =>
  relation !== undefined &&
  tested.includes(relation.schema) &&
  (relation.kind === 'table' || relation.kind === 'partitioned')

/** What no policy decides about. */
export function policyLines({ config, catalog, relations }: Understood): readonly DiagnosisLine[] {
  const tables = relations.filter(
    (one) => (one.kind === 'table' || one.kind === 'partitioned') && isExposed(catalog, one),
  )
  const names = (some: readonly Relation[]): string => someOf(some.map(({ qualified }) => qualified))
  const off = tables.filter(({ rowSecurity }) => !rowSecurity.enabled)
  const bare = tables.filter(({ rowSecurity, policies }) => rowSecurity.enabled && policies.length === 0)
  const unbound = catalog.roles.filter(
    ({ name, superuser, bypassRowSecurity }) => name === config.app?.role && (superuser || bypassRowSecurity),
  )
  return [
    fine(
      `${tables.reduce((sum, { policies }) => sum + policies.length, 0)} policies on ${tables.length} exposed tables`,
    ),
    ...(off.length > 0 ? [note(`row security is off on ${off.length}: ${names(off)}`)] : []),
    ...(bare.length > 0 ? [note(`on, and no policy, on ${bare.length}: ${names(bare)}`)] : []),
    ...unbound.map(({ name }) => note(`no policy binds ${name}, as which the application connects`)),
  ]
}

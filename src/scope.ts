import type { Catalog, Relation, RelationName, Routine } from './domain/catalog.ts'
import type { Config } from './domain/config.ts'
import type { Audience } from './domain/vocabulary.ts'
import { widest } from './domain/vocabulary.ts'
import { HarnessError } from './errors.ts'
import { globToRegExp } from './judge/ignore.ts'
import { intentFor, isIntent } from './ownership/intents.ts'
import { PLATFORM_SCHEMAS } from './platform/install.ts'

/** Roles whose privileges matter, and those that callers come in as. */
export function rolesFor(config: Config): {
  readonly roles: readonly string[]
  readonly apiRoles: readonly string[]
} {
  const callers = config.identity === 'supabase' ? ['anon', 'authenticated'] : [config.identity.role]
  const apiRoles = [...callers, ...(config.app ? [config.app.role] : [])]
  return { roles: [...new Set([...apiRoles, 'service_role'])], apiRoles: [...new Set(apiRoles)] }
}

/** Whether what stands in a bucket or is sent under a topic is judged: `storage.objects` stands for all buckets. */
export function judgesArea(config: Config, relation: RelationName, scope: string | null): boolean {
  const schema = relation.slice(0, relation.indexOf('.'))
  if (config.schemas && !config.schemas.includes(schema)) return false
  const names = [relation, ...(scope === null ? [] : [`${relation}/${scope}`])]
  return config.relations?.some((glob) => names.some((name) => globToRegExp(glob).test(name))) ?? true
}

/** Schemas of the platform whose tables are judged by bucket and topic, not as tables. */
const IN_AREAS: ReadonlySet<string> = new Set(['storage', 'realtime'])

/** Relations of the tested schemas that are the project's own, as far as the run is not narrowed to some. */
export function judgedRelations(catalog: Catalog, config: Config): readonly Relation[] {
  const wanted = config.relations?.map(globToRegExp)
  return catalog.relations.filter(
    ({ schema, extension, qualified }) =>
      catalog.tested.includes(schema) &&
      !IN_AREAS.has(schema) &&
      extension === null &&
      (wanted === undefined || wanted.some((glob) => glob.test(qualified))),
  )
}

/** Whether a relation that is not there would be the project's own, and judged. */
export function wouldJudge(catalog: Catalog, config: Config, schema: string, qualified: string): boolean {
  const isOwn = !PLATFORM_SCHEMAS.includes(schema)
  const isTested =
    config.schemas?.includes(schema) ??
    (catalog.tested.includes(schema) || !catalog.schemas.some(({ name }) => name === schema))
  return isOwn && isTested && (config.relations?.some((glob) => globToRegExp(glob).test(qualified)) ?? true)
}

/** Functions and procedures of the tested schemas that a caller may execute, as far as the run is not narrowed to some. */
export function callableRoutines(catalog: Catalog, config: Config): readonly Routine[] {
  const wanted = config.relations?.map(globToRegExp)
  return catalog.routines.flatMap((routine) => {
    const usable = catalog.schemas.find(({ name }) => name === routine.schema)?.usableBy ?? []
    const callers = routine.executableBy.filter((role) => usable.includes(role))
    const isOne =
      catalog.tested.includes(routine.schema) &&
      !routine.isTrigger &&
      (routine.kind === 'function' || routine.kind === 'procedure') &&
      // types that only the server itself has values of
      !routine.arguments.some(({ type }) => type === 'internal' || type === 'cstring') &&
      callers.some((role) => catalog.apiRoles.includes(role)) &&
      (wanted === undefined || wanted.some((glob) => glob.test(routine.signature)))
    return isOne ? [{ ...routine, executableBy: callers }] : []
  })
}

/** The configuration's word on who may reach other people's rows through a function. */
export function functionAudience({ expect }: Config, { signature }: Routine): Audience | undefined {
  const declared = intentFor(expect, signature)
  if (declared === undefined || isIntent(declared)) return undefined
  const parts = typeof declared === 'string' ? [declared] : declared
  return widest(
    ...parts.filter((part) => typeof part === 'string').map((part) => (part === 'service' ? 'nobody' : part)),
  )
}

/**
 * A role that bypasses row security proves nothing about policies. The application's own role is exempt: that it walks
 * around them is what is to be found.
 *
 * @throws HarnessError PROBE_FAILED
 */
export function checkRoles(catalog: Catalog, config: Config): void {
  for (const { name, superuser, bypassRowSecurity } of catalog.roles) {
    if (!catalog.apiRoles.includes(name) || name === config.app?.role || !(superuser || bypassRowSecurity))
      continue
    throw new HarnessError(
      'PROBE_FAILED',
      `role ${name} ${superuser ? 'is a superuser' : 'has BYPASSRLS'}: its sessions are bound by no policy at all`,
      {
        hint: `Take it away (alter role ${name} ${superuser ? 'nosuperuser' : 'nobypassrls'}), or name the role as \`app.role\` to see what it reaches.`,
      },
    )
  }
  for (const role of catalog.apiRoles)
    if (!catalog.roles.some(({ name }) => name === role))
      throw new HarnessError('CONFIG_INVALID', `there is no role ${role} in the database`, {
        hint: 'The migrations must create it, or the configuration must name another one.',
      })
}

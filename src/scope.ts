import { didYouMean } from './config/nearest.ts'
import { DatabaseError } from './database/connection.ts'
import type { Connection } from './database/connection.ts'
import type { Surroundings } from './domain/area.ts'
import { relationByName } from './domain/catalog.ts'
import type { Catalog, Relation, RelationName, Routine } from './domain/catalog.ts'
import type { Config } from './domain/config.ts'
import type { Expectation } from './domain/expectation.ts'
import type { Audience } from './domain/vocabulary.ts'
import { widest } from './domain/vocabulary.ts'
import { HarnessError } from './errors.ts'
import { globToRegExp } from './judge/ignore.ts'
import type { Exemptions } from './judge/verdict.ts'
import { isIntent } from './ownership/infer.ts'
import { quoteQualified } from './sql/quote.ts'

/** Roles whose privileges matter, and those that callers come in as. */
export function rolesFor(config: Config): {
  readonly roles: readonly string[]
  readonly apiRoles: readonly string[]
} {
  const callers = config.identity === 'supabase' ? ['anon', 'authenticated'] : [config.identity.role]
  const apiRoles = [...callers, ...(config.app ? [config.app.role] : [])]
  return { roles: [...new Set([...apiRoles, 'service_role'])], apiRoles: [...new Set(apiRoles)] }
}

/** Relations of the tested schemas that are the project's own, as far as the run is not narrowed to some. */
/** Whether what stands in a bucket or is sent under a topic is judged: `storage.objects` stands for all buckets. */
export function judgesArea(config: Config, relation: RelationName, scope: string | null): boolean {
  const schema = relation.slice(0, relation.indexOf('.'))
  if (config.schemas && !config.schemas.includes(schema)) return false
  const names = [relation, ...(scope === null ? [] : [`${relation}/${scope}`])]
  return config.relations?.some((glob) => names.some((name) => globToRegExp(glob).test(name))) ?? true
}

/** Schemas of the platform whose tables are judged by bucket and topic, not as tables. */
const IN_AREAS: ReadonlySet<string> = new Set(['storage', 'realtime'])

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
  const declared = expect[signature]
  if (declared === undefined || isIntent(declared)) return undefined
  const parts = typeof declared === 'string' ? [declared] : declared
  return widest(
    ...parts.filter((part) => typeof part === 'string').map((part) => (part === 'service' ? 'nobody' : part)),
  )
}

/** Names in the configuration must name something. @throws HarnessError CONFIG_INVALID with the nearest name */
export function checkDeclarations(
  catalog: Catalog,
  config: Config,
  { buckets }: Pick<Surroundings, 'buckets'>,
): void {
  const inStorage = buckets.map(({ id }) => `storage.objects/${id}`)
  for (const [name, intent] of Object.entries(config.expect)) {
    if (checkFunction(catalog, name, intent)) continue
    if (inStorage.includes(name) || name.startsWith('realtime.messages/')) continue
    const relation = requireRelation(catalog, name, `expect["${name}"]`)
    if (!isIntent(intent)) continue
    for (const key of ['owner', 'tenant'] as const)
      if (intent[key] !== undefined) requireColumn(relation, intent[key], `expect["${name}"].${key}`)
  }
  config.tenants?.forEach(({ relation, column }, index) => {
    const found = requireRelation(catalog, relation, `tenants[${index}].relation`)
    if (column !== undefined) requireColumn(found, column, `tenants[${index}].column`)
  })
  for (const name of Object.keys(config.seed.values)) {
    const relation = requireRelation(catalog, name.slice(0, name.lastIndexOf('.')), `seed.values["${name}"]`)
    requireColumn(relation, name.slice(name.lastIndexOf('.') + 1), `seed.values["${name}"]`)
  }
}

/** Whether a name of the configuration is that of a function. @throws HarnessError CONFIG_INVALID where it is like one, and none */
function checkFunction(catalog: Catalog, name: string, intent: Config['expect'][string]): boolean {
  if (!name.includes('(')) return false
  const signatures = catalog.routines.map(({ signature }) => signature)
  const where = `expect["${name}"]`
  if (!signatures.includes(name))
    throw new HarnessError('CONFIG_INVALID', `${where}: there is no function ${name}`, {
      hint: didYouMean(name, signatures) ?? 'Write it as schema.name(type,type), as the report does.',
    })
  if (isIntent(intent))
    throw new HarnessError('CONFIG_INVALID', `${where}: a function has no commands`, {
      hint: `Write who may reach other people’s rows through it: '${name}': 'everyone'.`,
    })
  return true
}

function requireRelation(catalog: Catalog, name: string, where: string): Relation {
  const relation = relationByName(catalog, name)
  if (relation) return relation
  const names = catalog.relations
    .filter(({ schema }) => catalog.tested.includes(schema))
    .map(({ qualified }) => qualified)
  throw new HarnessError('CONFIG_INVALID', `${where}: there is no relation ${name}`, {
    hint: didYouMean(name, names) ?? 'Write it as schema.name, without quotes.',
  })
}

function requireColumn(relation: Relation, column: string, where: string): void {
  const names = relation.columns.map(({ name }) => name)
  if (names.includes(column)) return
  throw new HarnessError('CONFIG_INVALID', `${where}: "${column}" is not a column of ${relation.qualified}`, {
    hint: didYouMean(column, names) ?? `Its columns are ${names.join(', ')}.`,
  })
}

/** Rows for which a declaration names a wider audience: the condition is evaluated by the server, as superuser. */
export async function exemptionsFor(
  connection: Connection,
  relations: readonly Relation[],
  expectations: readonly Expectation[],
): Promise<ReadonlyMap<number, Exemptions>> {
  const found = new Map<number, Map<string, Audience>>()
  for (const { relation: oid, conditions } of expectations.filter(
    ({ conditions: some }) => some.length > 0,
  )) {
    const relation = relations.find((one) => one.oid === oid)
    if (!relation) continue
    const places = found.get(oid) ?? new Map<string, Audience>()
    found.set(oid, places)
    for (const { audience, where } of conditions)
      for (const place of await placesWhere(connection, relation, where))
        places.set(place, widest(audience, places.get(place) ?? 'nobody'))
  }
  return found
}

async function placesWhere(
  connection: Connection,
  relation: Relation,
  where: string,
): Promise<readonly string[]> {
  try {
    const rows = await connection.rows<{ place: string }>(
      `select t.tableoid::int8 || ':' || t.ctid as place from ${quoteQualified(relation.schema, relation.name)} t where (${where})`,
    )
    return rows.map(({ place }) => place)
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    throw new HarnessError(
      'CONFIG_INVALID',
      `expect["${relation.qualified}"]: the condition ${JSON.stringify(where)} is refused: ${error.error.message}`,
      {
        hint: `Write a condition over the columns of ${relation.qualified}, as behind WHERE.`,
      },
    )
  }
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

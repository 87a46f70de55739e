import { survey } from '../area/buckets.ts'
import { checkDeclarations } from '../check-declarations.ts'
import { readExtensions } from '../catalog/extensions.ts'
import type { Extensions } from '../catalog/extensions.ts'
import { introspect } from '../catalog/introspect.ts'
import type { Connection } from '../database/connection.ts'
import type { Catalog, Relation, Routine } from '../domain/catalog.ts'
import type { Surroundings } from '../domain/area.ts'
import type { Config } from '../domain/config.ts'
import type { Expectation } from '../domain/expectation.ts'
import type { Model } from '../domain/ownership.ts'
import type { RoutineFacts } from '../domain/routine-facts.ts'
import { HarnessError } from '../errors.ts'
import { expectAll } from '../ownership/expect.ts'
import { inferModel } from '../ownership/infer.ts'
import type { Reading } from '../ownership/policy-facts.ts'
import { routineFacts } from '../ownership/routine-facts.ts'
import { identifyCallers, identifySettings } from '../identify.ts'
import { grantsOf } from '../migrations/grants.ts'
import { unsetSettings } from '../ownership/settings.ts'
import type { UnsetSettings } from '../ownership/settings.ts'
import { FAITHFUL_STUBS, PLATFORM_SCHEMAS } from '../platform/install.ts'
import type { Prepared } from '../prepare.ts'
import { callableRoutines, checkRoles, judgedRelations, judgesArea, rolesFor } from '../scope.ts'

/** What is known of a project before a single row is seeded. */
export interface Understood {
  /** with what was found of who connects, where the configuration leaves it open */
  readonly config: Config
  readonly catalog: Catalog
  readonly relations: readonly Relation[]
  /** functions that a caller may execute */
  readonly routines: readonly Routine[]
  readonly routineFacts: ReadonlyMap<number, RoutineFacts>
  readonly model: Model
  readonly reading: Reading
  readonly expectations: readonly Expectation[]
  readonly unset: UnsetSettings
  readonly surroundings: Surroundings
  readonly extensions: Extensions
}

/** Catalog → ownership → expectations. @throws HarnessError where there is nothing to judge or a declaration names nothing */
export async function understand(
  connection: Connection,
  said: Config,
  definitions: Prepared['definitions'],
): Promise<Understood> {
  const called = await identifyCallers(connection, said)
  const catalog = await introspect(connection, {
    ...rolesFor(called),
    platformSchemas: PLATFORM_SCHEMAS,
    ...(called.schemas ? { schemas: called.schemas } : {}),
  })
  // the server looks up what nothing before the end of this needs, while we infer
  const extensions = readExtensions(connection, catalog, FAITHFUL_STUBS)
  extensions.catch(() => {})
  const config = identifySettings(catalog, called)
  const relations = judgedRelations(catalog, config)
  const granted = grantsOf(definitions).flatMap(({ roles }) => roles)
  const unsetIn = (some: readonly Relation[]): UnsetSettings =>
    unsetSettings(catalog, some, config, PLATFORM_SCHEMAS, granted)
  const routines = callableRoutines(catalog, config)
  const surroundings = await survey(connection, catalog, config.supabase.buckets ?? {})
  if (relations.length + routines.length === 0 && !hasAreas(catalog, surroundings, config)) {
    const own = catalog.relations.filter(({ schema }) => !PLATFORM_SCHEMAS.includes(schema))
    const hint = unsetIn(own).hint ?? whoConnects(config) ?? keptSchemas(own)
    throw nothingToJudge(catalog.tested, config.relations, hint)
  }
  const unset = unsetIn(relations)
  checkDeclarations(catalog, config, surroundings)
  checkRoles(catalog, config)
  const { model, reading } = inferModel(catalog, config, PLATFORM_SCHEMAS)
  return {
    config,
    catalog,
    relations,
    routines,
    routineFacts: routineFacts(catalog, model, reading, routines),
    model,
    reading,
    unset,
    expectations: expectAll(catalog, model, reading, relations, config),
    surroundings,
    extensions: await extensions,
  }
}

/** Policies of Storage or Realtime, or buckets, are something to judge even where there is no table. */
function hasAreas({ relations }: Catalog, { buckets }: Surroundings, config: Config): boolean {
  return (
    buckets.some(({ id }) => judgesArea(config, 'storage.objects', id)) ||
    relations.some(
      ({ qualified, policies }) =>
        AREA_RELATIONS.has(qualified) && policies.length > 0 && judgesArea(config, qualified, null),
    )
  )
}

const AREA_RELATIONS: ReadonlySet<string> = new Set([
  'storage.objects',
  'storage.buckets',
  'realtime.messages',
])

/** Tables that stand where no API role gets to: their owner may well want to see that proved. */
function keptSchemas(own: readonly Relation[]): string | null {
  const schemas = [...new Set(own.map(({ schema }) => schema))].sort()
  if (schemas.length === 0) return null
  const flags = schemas.map((name) => `--schema ${name}`).join(' ')
  return `Tables stand in ${schemas.join(', ')}, which no API role can use: ${flags} judges them all the same. Whoever reaches them otherwise is named by identity or app in rls.config.ts.`
}

/** Where nobody said who connects, and the platform has no roles for it, no caller can reach anything. */
const whoConnects = ({ platform, platformFrom, identity, app }: Config): string | null =>
  platform === 'none' && identity === 'supabase' && app === undefined
    ? `The database is taken for a plain PostgreSQL (${platformFrom}). Say in rls.config.ts which role the application connects as: identity: { role: '…', settings: {} } or app: { role: '…' }; or platform: 'supabase'.`
    : null

function nothingToJudge(
  schemas: readonly string[],
  globs: readonly string[] | undefined,
  unset: string | null,
): HarnessError {
  const where = schemas.length > 0 ? `schema ${schemas.join(', ')}` : 'any schema that an API role can use'
  const what =
    globs === undefined ? 'the migrations leave no table or view' : `no relation is like ${globs.join(', ')}`
  return new HarnessError('NOTHING_JUDGED', `there is nothing to judge: ${what} in ${where}`, {
    hint:
      globs === undefined
        ? (unset ?? 'Check that the right migrations were found, and `schemas` if it is set.')
        : 'Write --relation as schema.name, with * for any characters.',
  })
}

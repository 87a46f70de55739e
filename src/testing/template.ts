import { randomBytes } from 'node:crypto'
import { introspect } from '../catalog/introspect.ts'
import { Cleanup } from '../cleanup.ts'
import { loadConfig } from '../config/load.ts'
import { Connection } from '../database/connection.ts'
import { copyDatabase } from '../database/scratch.ts'
import type { Config } from '../domain/config.ts'
import type { ConnectionTarget } from '../domain/server.ts'
import { identifyCallers, identifySettings } from '../identify.ts'
import { inferModel } from '../ownership/infer.ts'
import { PLATFORM_SCHEMAS } from '../platform/install.ts'
import { prepare } from '../prepare.ts'
import { callableRoutines, judgedRelations, rolesFor } from '../scope.ts'
import { populateCast } from '../seed/cast-population.ts'
import type { CastPopulation } from '../seed/cast-population.ts'
import type { Handout, ProjectOptions } from './handout.ts'

export interface TemplateContext {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly onProgress: (text: string) => void
}

/** A server with the migrated database of a project, ready to be copied. Disposing of it stops or removes what was made. */
export interface Template extends AsyncDisposable {
  readonly handout: Handout
  /** what could not be made as it should, for people */
  readonly notices: readonly string[]
}

/**
 * Starts the server, applies the migrations and signs the cast up: once for a whole test run.
 *
 * @param root absolute; what `options` are relative to
 * @throws HarnessError as a run does where the project cannot be migrated
 */
export async function openTemplate(
  root: string,
  project: ProjectOptions,
  context: TemplateContext,
): Promise<Template> {
  const said = await configOf(root, project, context.environment)
  const stack = new Cleanup()
  try {
    const prepared = stack.use(await prepare(said, context))
    const migrated = prepared.target
    const called = await withCallers(migrated, said)
    const staged = await copyDatabase(migrated, `cast_${randomBytes(4).toString('hex')}`)
    const { notices, people, tenants, actors, config, ...known } = await stageCast(staged, called)
    const { engine, apiPrivileges, sources, definitions, failed, reused, skippedExtensions } = prepared
    return {
      handout: {
        root,
        project,
        config: hasFunctions(config) ? null : config,
        callers: callersOf(config),
        migrated,
        staged,
        ...known,
        prepared: { engine, apiPrivileges, sources, definitions, failed, reused, skippedExtensions },
        cast: { people, tenants, actors },
      },
      notices,
      [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
    }
  } catch (error) {
    await stack[Symbol.asyncDispose]()
    throw error
  }
}

const hasFunctions = ({ seed }: Config): boolean =>
  Object.values(seed.values).some((value) => typeof value === 'function')

/** The configuration that the set-up had. */
export async function handedConfig(
  { config, callers, root, project }: Handout,
  environment: TemplateContext['environment'],
): Promise<Config> {
  return config ?? { ...(await configOf(root, project, environment)), ...callers }
}

const callersOf = ({ identity, found, app }: Config): Handout['callers'] => ({
  identity,
  ...(found ? { found } : {}),
  ...(app ? { app } : {}),
})

/** Who connects, before the database is copied: a role that is made is granted its rights in all copies. */
async function withCallers(target: ConnectionTarget, config: Config): Promise<Config> {
  await using connection = await Connection.open(target)
  return await identifyCallers(connection, config)
}

/** The configuration that a run of the command line would have in that folder. */
function configOf(
  root: string,
  { dir, config }: ProjectOptions,
  environment: TemplateContext['environment'],
): Promise<Config> {
  return loadConfig({ cwd: root, dir, configPath: config, environment, flags: {} })
}

/** Makes the cast, and reads what the workers need not read again. */
async function stageCast(
  target: ConnectionTarget,
  called: Config,
): Promise<CastPopulation & Pick<Handout, 'surface' | 'catalog' | 'model'> & { readonly config: Config }> {
  await using connection = await Connection.open(target)
  const { roles, apiRoles } = rolesFor(called)
  const catalog = await introspect(connection, {
    roles: [...new Set([...roles, ...(await plainRoles(connection))])],
    apiRoles,
    platformSchemas: PLATFORM_SCHEMAS,
    ...(called.schemas ? { schemas: called.schemas } : {}),
  })
  const config = identifySettings(catalog, called)
  const { model } = inferModel(catalog, config, PLATFORM_SCHEMAS)
  const surface = {
    relations: judgedRelations(catalog, config).map(({ qualified }) => qualified),
    functions: callableRoutines(catalog, config).map(({ signature }) => signature),
  }
  const cast = await populateCast(connection, catalog, model, { config, platformSchemas: PLATFORM_SCHEMAS })
  return { ...cast, config, surface, catalog, model }
}

/** Every role that a test may act as: what it lacks must be known for a refusal to be understood. */
async function plainRoles(connection: Connection): Promise<readonly string[]> {
  const rows = await connection.rows<{ rolname: string }>(
    `select rolname from pg_roles where rolname !~ '^pg_' and not rolsuper`,
  )
  return rows.map(({ rolname }) => rolname)
}

import type { Config } from '../domain/config.ts'
import { HarnessError } from '../errors.ts'
import { describe, type Binaries, type Environment } from './binaries.ts'
import { installCommand, listEmbedded } from './embedded.ts'
import { startContainer, type ContainerServer } from './container.ts'
import { answeringDaemon, hasTestcontainers, TESTCONTAINERS_INSTALL } from './container-daemon.ts'
import { officialImage } from './container-image.ts'
import { externalServer, type ExternalServer } from './external.ts'
import { startLocalServer, type LocalServer, type Snapshots } from './local-server.ts'
import { listSystem } from './system.ts'

export interface EngineOptions {
  readonly database: Config['database']
  readonly projectDir: string
  readonly environment: Environment
  readonly onProgress?: (text: string) => void
  /** unlike progress, what is still worth knowing afterwards */
  readonly onNotice?: (text: string) => void
  /**
   * Flat folders of `<name>.control` and `<name>--<version>.sql`, offered as extensions where the server has no real
   * one of that name. They mean nothing to an external server.
   */
  readonly extensionDirs?: readonly string[]
  /** start from what LocalServer.saveSnapshot() kept under the first of these keys that is still there */
  readonly snapshots?: Snapshots
  /** gives up starting: the promise rejects, and nothing is left */
  readonly signal?: AbortSignal
  /** called whenever there is something to wait for: what is needed later can be loaded meanwhile */
  readonly onIdle?: () => void
}

/** Whatever a run can work on. */
export type AnyServer = LocalServer | ContainerServer | ExternalServer

/**
 * Starts the server that the configuration asks for: the one of `database.url`, else binaries from npm, else those
 * of the machine, else a container where a daemon answers. `database.engine` restricts that to one of them.
 *
 * @throws HarnessError ENGINE_UNAVAILABLE when the wanted version is not there, ENGINE_FAILED when it does not start,
 *   DATABASE_REFUSED and CONFIG_INVALID for the URL
 */
export async function startServer(options: EngineOptions): Promise<AnyServer> {
  const { database, environment } = options
  if (database.engine === 'external' || (database.engine === undefined && database.url !== undefined)) {
    return externalServer(requireUrl(database.url), { allowExternal: database.allowExternal, environment })
  }
  if (database.engine === 'container') return containerOf(options)
  const binaries = await chooseBinaries(options)
  if (binaries === 'none') return containerOf(options)
  return startLocalServer({
    binaries,
    environment,
    useCache: database.cache,
    extensionDirs: options.extensionDirs ?? [],
    snapshots: options.snapshots,
    signal: options.signal,
    onProgress: options.onProgress ?? (() => {}),
    onIdle: options.onIdle ?? (() => {}),
  })
}

function containerOf({
  database,
  projectDir,
  environment,
  ...rest
}: EngineOptions): Promise<ContainerServer> {
  const starting = startContainer({
    image: database.image,
    version: database.version,
    reuse: database.reuse ?? false,
    projectDir,
    environment,
    extensionDirs: rest.extensionDirs ?? [],
    signal: rest.signal,
    onProgress: rest.onProgress ?? (() => {}),
    onNotice: rest.onNotice ?? (() => {}),
  })
  rest.onIdle?.()
  return starting
}

function requireUrl(url: string | undefined): string {
  if (url !== undefined) return url
  throw new HarnessError('CONFIG_INVALID', 'database.engine is "external", but there is no database URL', {
    hint: 'Give --database-url or RLS_DATABASE_URL, or choose another engine.',
  })
}

/**
 * The machine is searched only when npm's packages do not answer: that takes a process per installation. `none`: no
 * program has the wanted version, but a container can.
 */
async function chooseBinaries(options: EngineOptions): Promise<Binaries | 'none'> {
  const { database, projectDir, environment } = options
  const { engine, version } = database
  const embedded = engine === 'system' ? [] : listEmbedded(projectDir)
  const fitting = embedded.find(({ major }) => major === version)
  if (fitting) return fitting
  const system = engine === 'embedded' ? [] : await listSystem(environment)
  const installed = system.find(({ major }) => major === version)
  if (installed) return installed
  const found = [...embedded, ...system]
  if (engine !== undefined || !(await answeringDaemon(environment))) throw unavailable(database, found)
  if (!hasTestcontainers(projectDir)) throw unavailable(database, found, TESTCONTAINERS_INSTALL)
  options.onNotice?.(
    `no PostgreSQL ${version} among the packages and programs of this machine: starting ${database.image ?? officialImage(version)} in a container`,
  )
  return 'none'
}

function unavailable(
  { engine, version }: Config['database'],
  found: readonly Binaries[],
  testcontainers?: string,
): HarnessError {
  const there = found.length === 0 ? 'none was found' : `there is ${found.map(describe).join(', ')}`
  const wanted = `PostgreSQL ${version}${engine === undefined ? '' : ` (${engine})`}`
  const command = engine === 'system' ? undefined : installCommand(version)
  const remedy = command
    ? `Install it: ${command}`
    : `Install PostgreSQL ${version} on this machine and put it on PATH.`
  const majors = [...new Set(found.map(({ major }) => major))].filter((major) => major !== version)
  const other =
    majors.length > 0
      ? `Or take a version that is there: --pg-version ${majors.join(' or ')}`
      : 'Or ask for another version (--pg-version)'
  const container = testcontainers ? `\nOr run it in a container: ${testcontainers}` : ''
  return new HarnessError('ENGINE_UNAVAILABLE', `${wanted} is not there: ${there}`, {
    hint: `${remedy}${container}\n${other}, or give a server's URL (--database-url).`,
  })
}

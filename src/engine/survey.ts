import type { Config } from '../domain/config.ts'
import { describe, type Environment } from './binaries.ts'
import { answeringDaemon, hasTestcontainers, TESTCONTAINERS_INSTALL } from './container-daemon.ts'
import { installCommand, listEmbedded } from './embedded.ts'
import { listSystem } from './system.ts'

/** Which servers there are for a run, and which it would take. */
export interface EngineSurvey {
  /** for people: "PostgreSQL 17.10 (embedded, …)"; absent: none has the wanted version */
  readonly chosen?: string
  readonly found: readonly { readonly major: number; readonly text: string }[]
  /** the address of a daemon that answers */
  readonly daemon?: string
  readonly testcontainers: boolean
  /** commands that make the wanted version available */
  readonly install: readonly string[]
}

/** Looks at what `startServer` would choose from, without starting anything. */
export async function surveyEngines(
  { engine, version, url, image }: Config['database'],
  projectDir: string,
  environment: Environment,
): Promise<EngineSurvey> {
  const binaries = [...listEmbedded(projectDir), ...(await listSystem(environment))]
  const daemon = await answeringDaemon(environment)
  const testcontainers = hasTestcontainers(projectDir)
  const isContained = daemon !== undefined && testcontainers
  const wanted = binaries.filter(({ kind }) => engine === undefined || kind === engine)
  const local = wanted.find(({ major }) => major === version)
  const contained =
    isContained && (engine === undefined || engine === 'container')
      ? `${image ?? `PostgreSQL ${version}`} in a container`
      : undefined
  const external = engine === 'external' || (engine === undefined && url !== undefined)
  const chosen = external
    ? url === undefined
      ? undefined
      : 'the server of the database URL'
    : engine === 'container'
      ? contained
      : local
        ? describe(local)
        : contained
  const install = installCommand(version)
  return {
    ...(chosen === undefined ? {} : { chosen }),
    found: binaries.map((one) => ({ major: one.major, text: describe(one) })),
    ...(daemon === undefined ? {} : { daemon }),
    testcontainers,
    install: [
      ...(install === undefined ? [] : [install]),
      ...(daemon !== undefined && !testcontainers ? [TESTCONTAINERS_INSTALL] : []),
    ],
  }
}

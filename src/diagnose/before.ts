import type { Config } from '../domain/config.ts'
import type { DiagnosisLine, DiagnosisSection } from '../domain/diagnosis.ts'
import { surveyEngines } from '../engine/survey.ts'
import { findSources } from '../migrations/find.ts'
import type { PrepareContext } from '../prepare.ts'
import { fine, note, problem, problemOf } from './lines.ts'

const DEFAULTS: Pick<Config['database'], 'version'> = { version: 17 }

/** What there is to know before a server is started. */
export async function before(
  projectDir: string,
  config: Config | undefined,
  { environment }: Pick<PrepareContext, 'environment'>,
): Promise<readonly DiagnosisSection[]> {
  const wanted = config?.database ?? { ...DEFAULTS, allowExternal: false, keep: false, cache: true }
  return [
    { name: 'engine', lines: await engineLines(wanted, projectDir, environment) },
    ...(config ? [{ name: 'sources', lines: sourceLines(config) } as const] : []),
  ]
}

async function engineLines(
  database: Config['database'],
  projectDir: string,
  environment: PrepareContext['environment'],
): Promise<readonly DiagnosisLine[]> {
  const { chosen, found, daemon, testcontainers, install } = await surveyEngines(
    database,
    projectDir,
    environment,
  )
  const { engine, version } = database
  const asked = `PostgreSQL ${version}${engine === undefined ? '' : ` (${engine})`}`
  const majors = [...new Set(found.map(({ major }) => major))].filter((major) => major !== version)
  const otherwise =
    majors.length > 0 ? [`or take one that is there: --pg-version ${majors.join(' or ')}`] : []
  return [
    chosen === undefined
      ? problem(`${asked} is asked for, and is not there`, [...install, ...otherwise].join('\n'))
      : fine(`${asked} is asked for: ${chosen}`),
    ...found.filter(({ text }) => text !== chosen).map(({ text }) => fine(`there is ${text}`)),
    daemon === undefined
      ? fine('no container daemon answers: none is needed for the other engines')
      : fine(
          `a container daemon answers at ${daemon}${testcontainers ? '' : '; testcontainers is not installed'}`,
        ),
  ]
}

function sourceLines(config: Config): readonly DiagnosisLine[] {
  try {
    const sources = findSources(config.projectDir, config.sources)
    return [
      fine(config.sourcesFrom.startsWith('detected') ? config.sourcesFrom : `named in ${config.sourcesFrom}`),
      ...sources.flatMap(({ tool, files, notes }) => {
        const [first, last] = [files[0]?.path, files.at(-1)?.path]
        const range = first === last ? first : `${first} to ${last}`
        return [
          files.length === 0
            ? problem(`${tool}: no files`)
            : fine(`${tool}: ${files.length} file${files.length === 1 ? '' : 's'}, ${range}`),
          ...notes.map((text) => note(text)),
        ]
      }),
    ]
  } catch (error) {
    return [problemOf(error)]
  }
}

import type { SourceConfig } from '../../domain/config.ts'
import { isFile, namesIn, textOf, type Detector } from './detector.ts'
import { FOLDERS } from './folders.ts'

const VERSIONED = /^[VB]\d+(?:[._]\d+)*__.*\.sql$/
const CLASSPATH = 'src/main/resources'
const PLACES = [`${CLASSPATH}/db/migration`, `${CLASSPATH}/db/migrations`, 'db/migration', ...FOLDERS, '.']

/** Flyway: flyway.toml or flyway.conf with scripts, else a folder of `V1__name.sql`; Spring says in its settings which. */
export const flyway: Detector = {
  title: 'Flyway',
  where: 'flyway.toml, flyway.conf or V<version>__<name>.sql in src/main/resources/db/migration and the like',
  find(projectDir) {
    if (isFile(projectDir, 'flyway.toml') || isFile(projectDir, 'flyway.conf'))
      return [{ tool: 'flyway', dir: '.' }]
    const places = [...new Set([...springLocations(projectDir), ...PLACES])]
    const found = places.filter((dir) => holdsVersions(projectDir, dir))
    return found.slice(0, 1).map((dir): SourceConfig => ({ tool: 'flyway', dir }))
  },
}

/** Scripts may lie one folder deeper: Flyway looks into all of them. */
function holdsVersions(projectDir: string, dir: string): boolean {
  const names = namesIn(projectDir, dir)
  if (names.some((name) => VERSIONED.test(name))) return true
  return (
    dir.startsWith(CLASSPATH) &&
    names.some((name) => namesIn(projectDir, dir, name).some((inner) => VERSIONED.test(inner)))
  )
}

/** `spring.flyway.locations` of application.properties or application.yml. */
function springLocations(projectDir: string): readonly string[] {
  return ['application.properties', 'application.yml', 'application.yaml'].flatMap((name) => {
    const text = textOf(projectDir, CLASSPATH, name)
    const [, said = ''] = /\bflyway\b[\s\S]{0,300}?\blocations\s*[:=]\s*(.+)/.exec(text) ?? []
    return [...said.matchAll(/classpath:\/?([\w./-]+)/g)].map(([, path]) => `${CLASSPATH}/${path}`)
  })
}

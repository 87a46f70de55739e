import { posix } from 'node:path'
import { isFile, readText } from './text-file.ts'
import { field, parseToml } from './toml.ts'

export interface FlywaySettings {
  /** folders, relative to the project */
  readonly locations: readonly string[]
  /** by their names in lower case, as Flyway compares them */
  readonly placeholders: ReadonlyMap<string, string>
}

const STANDARD: readonly (readonly [string, string])[] = [
  ['flyway:defaultschema', 'public'],
  ['flyway:database', 'postgres'],
  ['flyway:user', 'postgres'],
  ['flyway:table', 'flyway_schema_history'],
]

/** What flyway.toml or flyway.conf of a folder says; without one, the folder itself is where the scripts are. */
export function readFlywaySettings(projectDir: string, folder: string): FlywaySettings {
  for (const [name, read] of [
    ['flyway.toml', readToml],
    ['flyway.conf', readConf],
  ] as const) {
    const path = posix.join(folder, name)
    if (!isFile(projectDir, path)) continue
    const entries = read(path, readText(projectDir, path))
    return {
      locations: locationsIn(entries.get('locations') ?? 'sql', folder),
      placeholders: new Map([...STANDARD, ...placeholdersIn(entries)]),
    }
  }
  return { locations: [folder], placeholders: new Map(STANDARD) }
}

function locationsIn(text: string, folder: string): readonly string[] {
  return text.split(',').flatMap((entry) => {
    const [, kind, path = ''] = /^\s*(?:(filesystem|classpath):)?(.*?)\s*$/.exec(entry) ?? []
    if (path === '' || /^\w+:/.test(path)) return []
    const plain = path.replace(/\/?[*?].*$/, '')
    return [
      kind === 'classpath' ? posix.join(folder, 'src/main/resources', plain) : posix.join(folder, plain),
    ]
  })
}

function placeholdersIn(entries: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...entries].flatMap(([key, value]) =>
    key.startsWith('placeholders.')
      ? [[key.slice('placeholders.'.length).toLowerCase(), value] as const]
      : [],
  )
}

/** `flyway.locations=filesystem:sql` */
function readConf(_path: string, text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/^\s*flyway\.([\w.:-]+)\s*=\s*(.*?)\s*$/gm)].map(([, key = '', value = '']) => [
      key,
      value,
    ]),
  )
}

/** `[flyway] locations = ["filesystem:sql"]`, `[flyway.placeholders]` */
function readToml(path: string, text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>()
  const flyway = field(parseToml(path, text), 'flyway')
  const locations = field(flyway, 'locations')
  if (Array.isArray(locations)) entries.set('locations', locations.map(String).join(','))
  else if (typeof locations === 'string') entries.set('locations', locations)
  const placeholders = field(flyway, 'placeholders')
  if (typeof placeholders === 'object' && placeholders !== null)
    for (const [key, value] of Object.entries(placeholders)) entries.set(`placeholders.${key}`, String(value))
  return entries
}

/** Puts in what `${name}` stands for; one that nobody has set stays as it is. */
export function withPlaceholders(text: string, placeholders: ReadonlyMap<string, string>): string {
  return text.replaceAll(
    /\$\{([\w.:-]+)\}/g,
    (whole, name: string) => placeholders.get(name.toLowerCase()) ?? whole,
  )
}

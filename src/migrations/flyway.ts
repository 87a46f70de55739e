import { posix, resolve } from 'node:path'
import { globSync } from 'tinyglobby'
import { DEFAULT_FOLDERS } from '../domain/config.ts'
import type { Source } from '../domain/source.ts'
import { readFlywaySettings, withPlaceholders, type FlywaySettings } from './flyway-settings.ts'
import { codeOrder } from './natural-order.ts'
import { sameVersion } from './numbered.ts'
import { SourceBuilder } from './read.ts'
import { displayPath, isFile, readText } from './text-file.ts'

/** `V1_2__name.sql`: versioned, baseline, undo; `R__name.sql`: repeatable; `beforeMigrate.sql`, `afterMigrate__x.sql` */
const NAME = /^(?:(?<kind>[VBU])(?<version>\d+(?:[._]\d+)*)|(?<again>R))__(?<title>.*)\.sql$/
const CALLBACK = /^(?<event>beforeMigrate|afterMigrate)(?:__.*)?\.sql$/

interface Script {
  readonly path: string
  readonly name: string
  readonly kind: 'V' | 'B' | 'U' | 'R' | 'before' | 'after'
  /** `1.2`; '' where there is none */
  readonly version: string
  readonly title: string
}

/**
 * Flyway: baseline, then versions in the order of their numbers, then repeatable ones by description, with what is to run
 * before and after. Folders are read with all that is in them.
 */
export function findFlyway(projectDir: string, dir = DEFAULT_FOLDERS.flyway): Source {
  const folder = displayPath(projectDir, dir)
  const settings = readFlywaySettings(projectDir, folder)
  const source = new SourceBuilder(projectDir, 'flyway')
  const scripts = settings.locations.flatMap((location) => scriptsIn(projectDir, location, source))
  for (const script of inOrder(scripts, source)) {
    const trim = (text: string): string => withPlaceholders(text, settings.placeholders)
    const alone = runsAlone(projectDir, script.path)
    source.add(script.path, 'migration', { trim, ...(alone ? { transaction: 'never' as const } : {}) })
    noteUnknown(source, script.path, projectDir, settings)
  }
  return source.build()
}

function scriptsIn(projectDir: string, location: string, source: SourceBuilder): readonly Script[] {
  const files = globSync('**/*', { cwd: resolve(projectDir, location) }).sort(codeOrder)
  return files.flatMap((file) => {
    const path = displayPath(projectDir, posix.join(location, file))
    const script = scriptOf(path)
    if (script) return [script]
    if (/(^|\/)[VRB][\d._]*__\w+\.(java|kt|class|py|sh|ps1)$/.test(file))
      source.note(`${path} is not run: it is code, which only Flyway itself can run`)
    else if (file.endsWith('.sql')) source.note(`${path} is not run: Flyway takes no such name`)
    return []
  })
}

function scriptOf(path: string): Script | undefined {
  const name = posix.basename(path)
  const { kind, version = '', again, title = '' } = NAME.exec(name)?.groups ?? {}
  const { event } = CALLBACK.exec(name)?.groups ?? {}
  const base = { path, name, version: version.replaceAll('_', '.'), title }
  if (event !== undefined) return { ...base, kind: event === 'beforeMigrate' ? 'before' : 'after' }
  if (kind === 'V' || kind === 'B' || kind === 'U') return { ...base, kind }
  return again === undefined ? undefined : { ...base, kind: 'R' }
}

function inOrder(scripts: readonly Script[], source: SourceBuilder): readonly Script[] {
  const of = (kind: Script['kind']): readonly Script[] => scripts.filter((one) => one.kind === kind)
  const baseline = of('B').toSorted(byVersion).at(-1)
  const versioned = of('V').toSorted(byVersion)
  versioned.forEach((one, at) => {
    const twin = versioned[at - 1]
    if (twin && byVersion(twin, one) === 0) throw sameVersion('Flyway', one.version, [twin.path, one.path])
  })
  const covered = baseline ? versioned.filter((one) => byVersion(one, baseline) <= 0) : []
  if (baseline && covered.length > 0)
    source.note(
      `${baseline.path} is run in the stead of ${covered.length} versions before it, as in any new database`,
    )
  return [
    ...of('before'),
    ...(baseline ? [baseline] : []),
    ...versioned.filter((one) => !covered.includes(one)),
    ...of('R').toSorted((a, b) => codeOrder(a.title, b.title)),
    ...of('after'),
  ]
}

/** Number by number: 1.10 comes after 1.9, and 1 is 1.0. */
function byVersion(a: Script, b: Script): number {
  const [left, right] = [a, b].map(({ version }) => version.split('.').map(BigInt))
  for (let at = 0; at < Math.max(left?.length ?? 0, right?.length ?? 0); at += 1) {
    const [one, other] = [left?.[at] ?? 0n, right?.[at] ?? 0n]
    if (one !== other) return one < other ? -1 : 1
  }
  return 0
}

/** `V2__x.sql.conf` says how V2 is run. */
function runsAlone(projectDir: string, path: string): boolean {
  const conf = `${path}.conf`
  return isFile(projectDir, conf) && /^\s*executeInTransaction\s*=\s*false/m.test(readText(projectDir, conf))
}

function noteUnknown(
  source: SourceBuilder,
  path: string,
  projectDir: string,
  { placeholders }: FlywaySettings,
): void {
  const text = withPlaceholders(readText(projectDir, path), placeholders)
  const unknown = [...new Set([...text.matchAll(/\$\{([\w.:-]+)\}/g)].map(([, name]) => name))]
  if (unknown.length > 0)
    source.note(`${path}: nothing says what ${unknown.map((name) => `\${${name}}`).join(', ')} stands for`)
}

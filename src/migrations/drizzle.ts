import { DEFAULT_FOLDERS } from '../domain/config.ts'
import { drizzleOut, isDrizzleConfig } from '../domain/drizzle-config.ts'
import type { Source } from '../domain/source.ts'
import { HarnessError } from '../errors.ts'
import { SourceBuilder } from './read.ts'
import { displayPath, isFile, isInside, namesIn, readText } from './text-file.ts'

/**
 * Drizzle up to 0.45 keeps its order in `meta/_journal.json`, v1 has a folder per migration. Statements are
 * separated by `--> statement-breakpoint`, which is a comment to a splitter.
 */
export function findDrizzle(projectDir: string, dir?: string): Source {
  const folder = displayPath(projectDir, dir ?? configuredFolder(projectDir) ?? DEFAULT_FOLDERS.drizzle)
  const source = new SourceBuilder(projectDir, 'drizzle')
  if (isFile(projectDir, `${folder}/meta/_journal.json`)) addJournal(source, folder)
  else addFolders(source, folder)
  return source.build()
}

function addJournal(source: SourceBuilder, folder: string): void {
  const journal = `${folder}/meta/_journal.json`
  const tags = tagsOf(journal, readText(source.projectDir, journal))
  for (const tag of tags) {
    const path = `${folder}/${tag}.sql`
    if (!isFile(source.projectDir, path)) {
      throw new HarnessError('SOURCES_NOT_FOUND', `${path} is missing: ${journal} lists it`, {
        hint: 'Restore the file from git, or take its entry out of the journal: drizzle-kit migrate stops here, too.',
      })
    }
    source.add(path, 'migration')
  }
  for (const name of namesIn(source.projectDir, folder)) {
    const unlisted = name.endsWith('.sql') && !tags.includes(name.slice(0, -'.sql'.length))
    if (unlisted) source.note(`${folder}/${name} is not run: ${journal} does not list it`)
  }
}

function addFolders(source: SourceBuilder, folder: string): void {
  for (const name of namesIn(source.projectDir, folder)) {
    const path = `${folder}/${name}/migration.sql`
    if (isFile(source.projectDir, path)) source.add(path, 'migration')
    else if (name.endsWith('.sql'))
      source.note(`${folder}/${name} is not run: there is no meta/_journal.json`)
  }
}

function tagsOf(path: string, text: string): readonly string[] {
  let journal: unknown
  try {
    journal = JSON.parse(text)
  } catch (error) {
    throw new HarnessError('SOURCES_NOT_FOUND', `${path} is not valid JSON`, { cause: error })
  }
  const entries: unknown =
    typeof journal === 'object' && journal !== null ? Reflect.get(journal, 'entries') : null
  if (!Array.isArray(entries)) throw new HarnessError('SOURCES_NOT_FOUND', `${path} has no list "entries"`)
  return entries.map((entry: unknown) => {
    const tag: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, 'tag') : null
    if (typeof tag !== 'string')
      throw new HarnessError('SOURCES_NOT_FOUND', `${path} has an entry without tag`)
    return tag
  })
}

/** `out` of drizzle.config.*, read as text: running the project's code to learn a folder's name is not worth it. */
function configuredFolder(projectDir: string): string | undefined {
  const config = namesIn(projectDir, '.').find(isDrizzleConfig)
  if (config === undefined) return undefined
  const out = drizzleOut(readText(projectDir, config))
  if (out === undefined || isInside(projectDir, out)) return out
  throw new HarnessError('SOURCES_NOT_FOUND', `${config} has its migrations outside of the project: ${out}`, {
    hint: `If that is meant, write migrations: [{ tool: 'drizzle', dir: '${out}' }] in rls.config.ts.`,
  })
}

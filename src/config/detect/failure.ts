import { HarnessError } from '../../errors.ts'
import { isFile, type Detector, type Found } from './detector.ts'
import { migrationsKey, placeOf, written } from './written.ts'

const named = (found: readonly Found[]): readonly string[] =>
  found.map(({ detector, source }) => `${detector.title} (${placeOf(source)})`)

const remarks = (found: readonly Found[]): readonly string[] =>
  found.flatMap(({ remark }) => (remark ? [remark] : []))

const COMMAND =
  'A command gets the throw-away database as DATABASE_URL and PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE; it is the project’s code, so it only runs where the configuration says so.'

/** Several tools in one project. */
export function ambiguous(found: readonly Found[]): HarnessError {
  const hasCommand = found.some(({ source }) => 'command' in source)
  const lines = [
    'Say in rls.config.ts which of them are applied, in order:',
    migrationsKey(found.map(({ source }) => source)),
    ...(hasCommand ? [COMMAND] : []),
    ...remarks(found),
  ]
  return new HarnessError(
    'SOURCES_AMBIGUOUS',
    `migrations of several tools are here: ${named(found).join(', ')}`,
    { hint: lines.join('\n') },
  )
}

/** The only migrations are those that a tool has to run itself. */
export function undeclared(found: Found): HarnessError {
  const lines = [
    'Say so in rls.config.ts (rls-harness init writes it):',
    `export default {\n${migrationsKey([found.source])}\n}`,
    COMMAND,
    ...remarks([found]),
  ]
  return new HarnessError(
    'SOURCES_AMBIGUOUS',
    `the migrations are those of ${found.detector.title}, which only ${found.detector.title} itself can run: ${placeOf(found.source)}`,
    { hint: lines.join('\n') },
  )
}

/** How many places are shown, of many. */
const SHOWN = 12

/** Nothing in the project itself, something in folders of it. */
export function severalFolders(found: readonly Found[]): HarnessError {
  const shown = found.slice(0, SHOWN)
  const more = found.length > SHOWN ? [`  and ${found.length - SHOWN} more`] : []
  const places = named(shown).map((name) => `  ${name}`)
  const folders = [...new Set(shown.flatMap(({ folder }) => (folder === undefined ? [] : [folder])))]
  const lines = [
    `Check one of them: ${folders
      .map((folder) => `rls-harness check ${folder}`)
      .slice(0, 3)
      .join(', or ')}`,
    'Or say in rls.config.ts which of them make the database, in order:',
    migrationsKey(shown.map(({ source }) => source)),
    ...remarks(shown),
  ]
  return new HarnessError(
    'SOURCES_AMBIGUOUS',
    ['there are no migrations in this folder itself, but below it:', ...places, ...more].join('\n'),
    { hint: lines.join('\n') },
  )
}

export function notFound(projectDir: string, detectors: readonly Detector[]): HarnessError {
  const looked = detectors.map(({ title, where }) => `  ${title}: ${where}`)
  const settingsOnly = isFile(projectDir, 'supabase', 'config.toml')
    ? '\nsupabase/config.toml is there, but supabase/migrations holds no .sql file.'
    : ''
  return new HarnessError(
    'SOURCES_NOT_FOUND',
    `no migrations found in ${projectDir}; looked for\n${looked.join('\n')}${settingsOnly}`,
    {
      hint: `Name them in rls.config.ts: export default { migrations: [${written({ sql: ['db/*.sql'] })}] }, or give the project: rls-harness check <dir>`,
    },
  )
}

import { readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { globSync } from 'tinyglobby'
import type { SourceConfig } from '../../domain/config.ts'
import { isDirectory, isFile } from './detector.ts'
import type { PlatformText } from './platform.ts'

/** Migrations are written in these, whatever applies them. */
const WRITTEN_IN = '**/*.{sql,py,ts,js,mjs,cjs,rb,ex,exs,go,xml,yaml,yml}'
const IGNORED = ['**/node_modules/**', '**/.*/**', '**/dist/**', '**/vendor/**', '**/venv/**']
const DEPTH = 8

/** What is larger is data, and says nothing more of the server. */
const LARGEST_BYTES = 4 * 1024 * 1024
const MOST_FILES = 2000

/** The files of the sources, as far as they are text. What cannot be read is complained of where it is run. */
export function platformTexts(projectDir: string, sources: readonly SourceConfig[]): readonly PlatformText[] {
  const paths = sources.flatMap((source) => pathsOf(projectDir, source))
  return [...new Set(paths)].slice(0, MOST_FILES).flatMap((path) => {
    const text = textOf(resolve(projectDir, path))
    return text === undefined ? [] : [{ path, text }]
  })
}

function pathsOf(projectDir: string, source: SourceConfig): readonly string[] {
  if ('sql' in source)
    return globSync([...source.sql], {
      cwd: projectDir,
      dot: true,
      ignore: ['**/node_modules/**'],
    }).toSorted()
  const dir = ('command' in source ? source.cwd : source.dir) ?? '.'
  return globSync(WRITTEN_IN, { cwd: join(projectDir, dir), deep: DEPTH, ignore: IGNORED })
    .toSorted()
    .map((name) => (dir === '.' ? name : `${dir}/${name}`))
}

function textOf(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (!stat?.isFile() || stat.size > LARGEST_BYTES) return undefined
  return readFileSync(file, 'utf8')
}

/** Files that are kept in a repository and say how an application is set up; never one that holds secrets. */
const EXAMPLES = ['.env.example', '.env.sample', '.env.template', '.env.local.example']

/** What beside the migrations says that the database is Supabase's, in the project or above it in its repository. */
export function supabaseBeside(projectDir: string): string | undefined {
  if (isFile(projectDir, 'supabase', 'config.toml')) return 'supabase/config.toml is there'
  for (const dir of upwards(projectDir)) {
    const [name] = /"@supabase\/[\w-]+"(?=\s*:)/.exec(textOf(join(dir, 'package.json')) ?? '') ?? []
    if (name !== undefined)
      return `${place(projectDir, dir, 'package.json')} names ${name.replaceAll('"', '')}`
    const example = EXAMPLES.find((file) =>
      /^[^#\n]*(?:SUPABASE_URL|\bsupabase\.co)/im.test(textOf(join(dir, file)) ?? ''),
    )
    if (example !== undefined) return `${place(projectDir, dir, example)} names Supabase`
  }
  return undefined
}

/** The project and what it lies in, up to the top of its repository; outside of one, the project alone. */
function upwards(projectDir: string): readonly string[] {
  const dirs = [projectDir]
  for (let dir = projectDir; !isTop(dir); dir = dirname(dir)) {
    if (dirname(dir) === dir) return [projectDir]
    dirs.push(dirname(dir))
  }
  return dirs
}

const isTop = (dir: string): boolean => isDirectory(dir, '.git') || isFile(dir, '.git')

const place = (projectDir: string, dir: string, name: string): string =>
  relative(projectDir, join(dir, name)).replaceAll('\\', '/')

import { watch } from 'chokidar'
import { dirname, join, resolve, sep } from 'node:path'
import type { Config } from '../domain/config.ts'
import type { AppliedSource } from '../domain/source.ts'

/** Several files are saved at once, and one in several steps. */
const QUIET_MS = 120

/** Watches files until it is disposed of. */
export interface FileWatch extends AsyncDisposable {
  /** also these from now on */
  readonly add: (paths: readonly string[]) => void
}

/** Tells once when files of these folders have changed and it is quiet again; resolves when it is ready to hear. */
export function watchFiles(paths: readonly string[], onChange: () => void): Promise<FileWatch> {
  const watcher = watch([...paths], {
    ignoreInitial: true,
    ignored: (path) => /(^|[\\/])(node_modules|\.git)([\\/]|$)|~$|\.sw[px]$|\.tmp$/.test(path),
  })
  let timer: NodeJS.Timeout | undefined
  watcher.on('all', () => {
    clearTimeout(timer)
    timer = setTimeout(onChange, QUIET_MS)
  })
  const watching: FileWatch = {
    add: (more) => void watcher.add([...more]),
    [Symbol.asyncDispose]: async () => {
      clearTimeout(timer)
      await watcher.close()
    },
  }
  return new Promise((ready, fail) => {
    watcher.once('ready', () => ready(watching))
    watcher.once('error', fail)
  })
}

const CONFIGS = ['rls.config.ts', 'rls.config.js', 'rls.config.mjs', 'rls.config.json']

/** Where what a run is made of lies: configuration, folders of migrations. */
export function placesOf({ projectDir, configFile, sources }: Config): readonly string[] {
  const places = [
    ...(configFile === undefined ? CONFIGS : [configFile]),
    'supabase/config.toml',
    ...sources.flatMap((source) => {
      if ('sql' in source) return source.sql.map(withoutGlob)
      const { tool, dir } = source
      return dir ?? DEFAULTS[tool]
    }),
  ]
  return [...new Set(places.map((place) => resolve(projectDir, place)))]
}

const DEFAULTS = {
  supabase: 'supabase',
  drizzle: 'drizzle',
  prisma: 'prisma/migrations',
  sql: 'migrations',
} as const

/** The folders of files that ran: with what they include, they may lie elsewhere. */
export const foldersOf = ({ projectDir }: Config, sources: readonly AppliedSource[]): readonly string[] => [
  ...new Set(sources.flatMap(({ files }) => files.map(({ path }) => dirname(join(projectDir, path))))),
]

/** The folder above the first part that is a pattern. */
function withoutGlob(path: string): string {
  const parts = path.split(/[\\/]/)
  const at = parts.findIndex((part) => /[*?[\]{}!()]/.test(part))
  return at === -1 ? path : parts.slice(0, at).join(sep) || '.'
}

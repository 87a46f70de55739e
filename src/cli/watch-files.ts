import { watch } from 'chokidar'
import { dirname, join, resolve, sep } from 'node:path'
import { DEFAULT_FOLDERS, type Config } from '../domain/config.ts'
import { isByCommand } from '../domain/place.ts'
import type { AppliedSource } from '../domain/source.ts'

/** Several files are saved at once, and one in several steps. */
const QUIET_MS = 120

/** Watches files until it is disposed of. */
export interface FileWatch extends AsyncDisposable {
  /** also these from now on */
  readonly add: (paths: readonly string[]) => void
}

/** Tells once when something of a project has changed and it is quiet again; resolves when it is ready to hear. */
export async function watchFiles(config: Config, onChange: () => void): Promise<FileWatch> {
  let timer: NodeJS.Timeout | undefined
  const onEvent = (): void => {
    clearTimeout(timer)
    timer = setTimeout(onChange, QUIET_MS)
  }
  const watchers = [
    watch([...placesOf(config)], {
      ignoreInitial: true,
      ignored: (path) => /(^|[\\/])(node_modules|\.git)([\\/]|$)|~$|\.sw[px]$|\.tmp$/.test(path),
    }),
    // what is not there yet is heard of by its folder alone
    watch(config.projectDir, { ignoreInitial: true, depth: 1, ignored: (path) => !isConfig(config, path) }),
  ]
  await Promise.all(
    watchers.map(
      (watcher) =>
        new Promise<void>((ready, fail) => {
          watcher.on('all', onEvent).once('error', fail).once('ready', ready)
        }),
    ),
  )
  return {
    add: (more) => void watchers[0]?.add([...more]),
    [Symbol.asyncDispose]: async () => {
      clearTimeout(timer)
      await Promise.all(watchers.map((watcher) => watcher.close()))
    },
  }
}

/** Whether a path is the project's folder, a configuration in it, or on the way to one. */
const isConfig = ({ projectDir }: Config, path: string): boolean =>
  ['.', ...CONFIGS, 'supabase', 'supabase/config.toml'].some(
    (name) => resolve(projectDir, name) === resolve(path),
  )

const CONFIGS = ['rls.config.ts', 'rls.config.js', 'rls.config.mjs', 'rls.config.json']

/** Where what a run is made of lies: configuration, folders of migrations. */
export function placesOf({ projectDir, configFile, sources }: Config): readonly string[] {
  const places = [
    ...(configFile === undefined ? [] : [configFile]),
    ...sources.flatMap((source) => {
      if ('sql' in source) return source.sql.map(withoutGlob)
      if ('command' in source) return [source.cwd ?? '.', ...(source.inputs ?? []).map(withoutGlob)]
      return source.dir ?? DEFAULT_FOLDERS[source.tool]
    }),
  ]
  return [...new Set(places.map((place) => resolve(projectDir, place)))]
}

/** The folders of files that ran: with what they include, they may lie elsewhere. */
export const foldersOf = ({ projectDir }: Config, sources: readonly AppliedSource[]): readonly string[] => [
  ...new Set(
    sources.flatMap(({ files }) =>
      files.flatMap(({ path }) => (isByCommand(path) ? [] : [dirname(join(projectDir, path))])),
    ),
  ),
]

/** The folder above the first part that is a pattern. */
function withoutGlob(path: string): string {
  const parts = path.split(/[\\/]/)
  const at = parts.findIndex((part) => /[*?[\]{}!()]/.test(part))
  return at === -1 ? path : parts.slice(0, at).join(sep) || '.'
}

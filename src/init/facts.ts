import type { SourceConfig } from '../domain/config.ts'

export const PACKAGE_MANAGERS = ['npm', 'pnpm', 'yarn', 'bun'] as const
export type PackageManager = (typeof PACKAGE_MANAGERS)[number]

export const CI_PROVIDERS = ['github', 'gitlab', 'none'] as const
export type CiProvider = (typeof CI_PROVIDERS)[number]

/** Migrations that are in the project, and of which tool. */
export interface FoundSource {
  readonly title: string
  readonly place: string
  readonly source: SourceConfig
  readonly files: number
}

/** How the project installs its packages. */
export interface Packages {
  readonly manager: PackageManager
  /** whether there is a lock file: without one nothing can be installed exactly */
  readonly locked: boolean
  /** Yarn 2 and later, which has another flag for a frozen installation */
  readonly modernYarn: boolean
  /** `packageManager` of package.json, which pnpm's action reads */
  readonly pinned: boolean
  /** what package.json names */
  readonly named: readonly string[]
}

/** What was seen of a project. Paths are relative to it, with forward slashes. */
export interface Facts {
  /** the configuration that is there already */
  readonly config: string | null
  readonly sources: readonly FoundSource[]
  /** what may be the migrations where none were recognised: those of a tool in a folder inside, other folders with .sql files */
  readonly candidates: readonly FoundSource[]
  /** names of settings that the migrations ask for with current_setting, without Supabase's own */
  readonly settings: readonly string[]
  /** null: there is no package.json */
  readonly packages: Packages | null
  /** "type": "module" */
  readonly modules: boolean
  readonly typescript: boolean
  /** whether the compiler follows Node's rules for modules, by which a CommonJS file may not import an ES module */
  readonly nodeModules: boolean
  /** a configuration of Vitest, or of Vite, which Vitest reads as well */
  readonly vitestConfig: { readonly path: string; readonly ready: boolean } | null
  /** where tests live */
  readonly testFolder: string
  /** Jest runs the project's tests: policy tests must not be called like tests */
  readonly jest: boolean
  /** a suite that init has written before, whatever its extension */
  readonly suite: string | null
  /** who runs the project's checks, as far as that shows */
  readonly ci: CiProvider | null
  /** the project as seen from the repository, '' where it is the repository */
  readonly prefix: string
  /** from the project to the repository: '', '..', '../..' */
  readonly up: string
}

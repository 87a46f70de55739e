import type { Catalog } from '../domain/catalog.ts'
import type { Config } from '../domain/config.ts'
import type { Model } from '../domain/ownership.ts'
import type { Actor, Tenant } from '../domain/population.ts'
import type { ConnectionTarget } from '../domain/server.ts'
import type { Prepared } from '../prepare.ts'
import type { Person } from '../seed/cast.ts'

/** Which project tests are about. Everything is optional: the default is the folder that Vitest runs in. */
export interface ProjectOptions {
  /** the project, relative to the root of Vitest's project */
  readonly dir?: string
  /** a configuration of another name or place, relative to the root of Vitest's project */
  readonly config?: string
}

/** What the set-up of a test run hands to its workers: plain data, for they are other processes. */
export interface Handout {
  /** absolute */
  readonly root: string
  readonly project: ProjectOptions
  /** null where it holds functions, which no other process can be handed: workers read it again */
  readonly config: Config | null
  /** who connects, as policies and grants have it where the configuration leaves it open */
  readonly callers: Pick<Config, 'identity' | 'found' | 'app'>
  /** the database as the migrations left it; nobody can connect to it, it is there to be copied */
  readonly migrated: ConnectionTarget
  /** the same with the cast in it */
  readonly staged: ConnectionTarget
  readonly prepared: Pick<
    Prepared,
    'engine' | 'apiPrivileges' | 'sources' | 'definitions' | 'failed' | 'reused' | 'skippedExtensions'
  >
  /** what the migrations made, with what every role of the server may */
  readonly catalog: Catalog
  readonly model: Model
  /** what a run judges: names in their order */
  readonly surface: {
    readonly relations: readonly string[]
    readonly functions: readonly string[]
  }
  readonly cast: {
    readonly people: readonly Person[]
    readonly tenants: readonly Tenant[]
    readonly actors: readonly Actor[]
  }
}

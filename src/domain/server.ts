import type { EngineKind } from './config.ts'

/** How to reach a server; `host` may be a directory that holds a unix socket. */
export interface ConnectionTarget {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password?: string
  readonly database: string
  readonly ssl?: boolean
}

/** A running PostgreSQL. Disposing of it stops what was started for it and removes its files. */
export interface Server extends AsyncDisposable {
  readonly kind: EngineKind
  /** "17.10" */
  readonly version: string
  readonly major: number
  readonly target: ConnectionTarget
  /** the key under which what is made from this server may be cached; absent: nothing may be cached */
  readonly cacheKey?: string
  /** for people: what was chosen and why */
  readonly description: string
}

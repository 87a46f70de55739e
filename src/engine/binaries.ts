import { createHash } from 'node:crypto'

/** What the harness was started with; nothing in this folder reads `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Executables of one PostgreSQL version. */
export interface Binaries {
  readonly kind: 'embedded' | 'system'
  /** "17.10" */
  readonly version: string
  readonly major: number
  /** the folder that holds `postgres` and `initdb` */
  readonly bin: string
  /** the npm package that ships them; absent: they belong to the machine */
  readonly packageDir?: string
}

/** The file name of an executable on this platform. */
export function executable(name: string): string {
  return process.platform === 'win32' ? `${name}.exe` : name
}

/** For people: which version, and where it comes from. */
export function describe(binaries: Binaries): string {
  return `PostgreSQL ${binaries.version} (${binaries.kind}, ${binaries.packageDir ?? binaries.bin})`
}

/** A short name for a file in the cache whose content depends on `parts` and on nothing else. */
export function fingerprint(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256')
  // The length keeps ['ab', 'c'] and ['a', 'bc'] apart.
  for (const part of parts) hash.update(`${part.length}:`).update(part)
  return hash.digest('hex').slice(0, 20)
}

import { createHash } from 'node:crypto'
import type { Config } from './domain/config.ts'
import type { MigrationFile, Source } from './domain/source.ts'
import { BLAME_SQL } from './migrations/blame.ts'
import { platformFingerprint } from './platform/fingerprint.ts'
import { assumedExtensions } from './platform/assumed.ts'
import { isForNeon } from './platform/install.ts'

/** A file with the tool that it belongs to, in the order in which all files run. */
export interface Placed {
  readonly tool: string
  readonly file: MigrationFile
}

export const filesIn = (sources: readonly Source[]): readonly Placed[] =>
  sources.flatMap(({ tool, files }) => files.map((file) => ({ tool, file })))

/** Whether the platform that the sources are written for has Neon's functions beside Supabase's. */
export const wantsNeon = ({ platform }: Pick<Config, 'platform'>, sources: readonly Source[]): boolean =>
  platform === 'supabase' && isForNeon(filesIn(sources).map(({ file }) => file.text))

/** Extensions that the sources use and do not make. */
export const wantsExtensions = (
  { platform }: Pick<Config, 'platform'>,
  sources: readonly Source[],
): readonly string[] =>
  assumedExtensions(
    filesIn(sources).map(({ file }) => file.text),
    platform,
  )

/**
 * What a database is made of after no file, the first, the first two, … and all of them, as a key each: equal keys mean
 * equal databases.
 */
export function chainOf(
  config: Pick<Config, 'platform' | 'lenient'>,
  sources: readonly Source[],
  apiPrivileges: string,
  prelude = '',
): readonly string[] {
  const keys = [
    digest([
      platformFingerprint(),
      BLAME_SQL,
      config.platform,
      apiPrivileges,
      wantsNeon(config, sources),
      wantsExtensions(config, sources),
      prelude,
      config.lenient,
    ]),
  ]
  for (const { tool, file } of filesIn(sources)) {
    const { path, sha256, transaction, role } = file
    keys.push(digest([keys.at(-1), tool, path, sha256, transaction, role]))
  }
  return keys
}

/** How many files two chains begin with alike; -1 where not even the platform is the same. */
export function sharedFiles(a: readonly string[], b: readonly string[]): number {
  const differ = a.findIndex((key, at) => key !== b[at])
  return (differ === -1 ? a.length : differ) - 1
}

const digest = (parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24)

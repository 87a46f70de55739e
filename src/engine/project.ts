import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { fingerprint, type Environment } from './binaries.ts'
import { openCache, snapshotFile, type Cache } from './cache.ts'

/** What the last runs of a project were made of: one chain of keys each, the newest first. */
const CHAINS = 3
/** A snapshot is 30 to 40 MB: of one project no more are kept than somebody who edits a migration needs. */
const SNAPSHOTS = 6

interface ProjectRecord {
  readonly chains: readonly (readonly string[])[]
  /** names of snapshots, the last used first */
  readonly snapshots: readonly string[]
}

const NOTHING: ProjectRecord = { chains: [], snapshots: [] }

/**
 * Notes what the sources of a project are made of now, and gives what they were made of in the runs before.
 *
 * @param project the folder that people think of as the project
 */
export function exchangeChain(
  environment: Environment,
  project: string,
  chain: readonly string[],
): readonly (readonly string[])[] {
  const cache = openCache(environment)
  if (!cache) return []
  const record = read(cache, project)
  const isThis = (one: readonly string[]): boolean => one.at(-1) === chain.at(-1)
  const others = record.chains.filter((one) => !isThis(one))
  write(cache, project, { ...record, chains: [chain, ...others].slice(0, CHAINS) })
  return others
}

/** Notes that a project uses a snapshot, and removes those that it has not used for longest. */
export function keepSnapshot(cache: Cache, project: string, name: string): void {
  const record = read(cache, project)
  const names = [name, ...record.snapshots.filter((one) => one !== name)]
  for (const old of names.slice(SNAPSHOTS)) fs.rmSync(snapshotFile(cache, old), { force: true })
  write(cache, project, { ...record, snapshots: names.slice(0, SNAPSHOTS) })
}

const fileOf = (cache: Cache, project: string): string =>
  join(cache.dir, `project-${fingerprint([project])}.json`)

function read(cache: Cache, project: string): ProjectRecord {
  try {
    const content: unknown = JSON.parse(fs.readFileSync(fileOf(cache, project), 'utf8'))
    return isRecord(content) ? content : NOTHING
  } catch {
    return NOTHING
  }
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

const isRecord = (value: unknown): value is ProjectRecord =>
  typeof value === 'object' &&
  value !== null &&
  'chains' in value &&
  Array.isArray(value.chains) &&
  value.chains.every(isTexts) &&
  'snapshots' in value &&
  isTexts(value.snapshots) &&
  value.snapshots.every((name) => /^[0-9a-f]+$/.test(name))

/** Appears whole or not at all: another run may read it meanwhile. */
function write(cache: Cache, project: string, record: ProjectRecord): void {
  const file = fileOf(cache, project)
  const draft = `${file}.${process.pid}.${randomUUID()}.tmp`
  try {
    fs.writeFileSync(draft, JSON.stringify(record), { mode: 0o600 })
    fs.renameSync(draft, file)
  } catch {
    // the next run does the same work again
    fs.rmSync(draft, { force: true })
  }
}

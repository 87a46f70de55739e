import { createRequire } from 'node:module'
import type { Config } from './domain/config.ts'
import type {
  AccessChanges,
  DriftAccess,
  DriftReport,
  NotRebuilt,
  SchemaObject,
  Snapshot,
} from './domain/drift.ts'
import { compare } from './compare/compare.ts'
import { changesBetween, describeChanges, keyOf } from './drift/compare.ts'
import type { Finding, Report } from './domain/report.ts'
import type { Change } from './drift/compare.ts'
import { nameOf } from './drift/names.ts'
import { fileState, liveState, snapshotOf } from './drift-states.ts'
import type { Opened, Other, OtherState } from './drift-states.ts'
import { HarnessError } from './errors.ts'
import { prepare } from './prepare.ts'
import type { PrepareContext, Prepared } from './prepare.ts'
import { definitionsFor, placesOf } from './drift-places.ts'
import { judgePrepared } from './run.ts'
import type { RunContext } from './run.ts'

export interface DriftOptions {
  readonly other: Other
  /** compare what the two states let through, too */
  readonly access: boolean
}

/**
 * What the migrations of a project make, held against another statement of the same schema: first as text, then by
 * trying who gets through in either state.
 *
 * @throws HarnessError where one of the two cannot be had
 */
export async function findDrift(
  config: Config,
  { other, access }: DriftOptions,
  context: RunContext,
): Promise<DriftReport> {
  const preparing: PrepareContext = {
    ...context,
    onProgress: (name) => context.progress({ kind: 'step', name }),
    onNotice: (text) => context.progress({ kind: 'notice', text }),
  }
  // first what may not answer
  const live = other.kind === 'live' ? await liveState(other.url, config, preparing) : undefined
  await using prepared = await prepare(config, preparing)
  const own = await snapshotOf(prepared.target, config, live === undefined)
  await using state = other.kind === 'file' ? await fileState(other, config, own, preparing) : live
  if (!state) throw new Error('there is nothing to compare with')
  const stated = changesBetween(comparedOf(own, state), comparedOf(state.snapshot, state))
  const areAlike = own.major === state.snapshot.major
  const opened = stated.length > 0 && (access || !areAlike) ? await state.open() : undefined
  const changes = areAlike || !opened ? stated : withoutPrinting(stated, own, opened)
  const differences = describeChanges(changes, {
    objects: [...own.objects, ...state.snapshot.objects],
    placeOf: placesOf(prepared.definitions),
  })
  const isTried = access && changes.length > 0 && opened !== undefined
  return {
    schemaVersion: 1,
    tool: { name: 'rls-harness', version: packageVersion() },
    engine: prepared.engine,
    migrations: namesOf(prepared),
    other: state.side,
    outcome: differences.length > 0 ? 'drift' : 'same',
    differences,
    access: isTried
      ? await tryBoth(prepared, opened, { side: state.side.name, changes, config, context })
      : untried(changes.length > 0),
    notRebuilt: isTried ? notRebuiltIn(opened, areAlike) : [],
    notes: [...state.notes, ...notesOn(own, state)],
  }
}

/**
 * Majors print some expressions differently. What the server of the migrations took, and then prints as it prints what
 * the migrations make, is no difference.
 */
function withoutPrinting(
  changes: readonly Change[],
  own: Snapshot,
  { state, left }: Opened,
): readonly Change[] {
  const real = new Set(changesBetween(own.objects, state.objects).map((change) => keyOf(objectOf(change))))
  const taken = new Set(
    left.flatMap(({ change, isPrintedOtherwise }) => (isPrintedOtherwise ? [keyOf(objectOf(change))] : [])),
  )
  return changes.filter((change) => {
    const key = keyOf(objectOf(change))
    return real.has(key) || !taken.has(key)
  })
}

const objectOf = ({ before, after }: Change): SchemaObject => {
  const object = after ?? before
  if (!object) throw new Error('a change of nothing')
  return object
}

const notRebuiltIn = ({ left }: Opened, areAlike: boolean): readonly NotRebuilt[] =>
  left
    .filter(({ isPrintedOtherwise }) => areAlike || !isPrintedOtherwise)
    .map(({ change, reason }) => {
      const object = objectOf(change)
      return { kind: object.kind, name: nameOf(object), relation: object.relation, reason }
    })

const comparedOf = ({ objects }: Snapshot, { unstated }: OtherState): readonly SchemaObject[] =>
  objects.filter((object) => !unstated.is(object))

const untried = (differs: boolean): DriftAccess =>
  differs
    ? { kind: 'not asked', reason: '--no-access: only the structure was compared' }
    : { kind: 'same schema', reason: 'both state the same schema, which lets the same people through' }

interface Trial {
  readonly side: string
  readonly changes: readonly Change[]
  readonly config: Config
  readonly context: RunContext
}

/** Checks both states, each in a throw-away database of its own. One that cannot be checked is a doubt, not a pass. */
async function tryBoth(
  own: Prepared,
  { prepared: other }: Opened,
  { side, changes, config, context }: Trial,
): Promise<DriftAccess> {
  const definitions = definitionsFor(own.definitions, changes, side)
  try {
    // first the one that is less likely to be checkable
    const after = await judgePrepared(
      { ...other, apiPrivileges: own.apiPrivileges, definitions },
      config,
      context,
    )
    const before = await judgePrepared(own, config, context)
    return { kind: 'compared', ...accessChanges(before, after, side) }
  } catch (error) {
    const cause = await other.causeOf(await own.causeOf(error))
    context.signal.throwIfAborted()
    if (!(cause instanceof HarnessError)) throw cause
    return { kind: 'failed', reason: cause.message }
  }
}

/** What the two let through differently. What is not there lets nobody through, and neither does what is closed. */
function accessChanges(before: Report, after: Report, side: string): AccessChanges {
  const { access, findings, untested } = compare(
    { state: { name: 'migrations' }, report: before },
    { state: { name: side }, report: after },
  )
  return {
    changes: access.flatMap(({ subject, aspect, before: from, after: to, direction }) =>
      direction === 'told'
        ? []
        : [{ relation: subject, command: aspect, from: from ?? null, to: to ?? null }],
    ),
    opened: findings.opened.map(({ finding }) => shown(finding)),
    closed: findings.closed.map(shown),
    untested: [...new Set(untested.opened.map((one) => `${called(one)} ${one.command}`))],
  }
}

const called = ({ relation, scope }: Pick<Finding, 'relation' | 'scope'>): string =>
  scope === undefined ? relation : `${relation}/${scope}`

const shown = (finding: Finding): AccessChanges['opened'][number] => {
  const { id, code, severity, command, title } = finding
  return { id, code, severity, relation: called(finding), command, title }
}

const namesOf = ({ sources }: Prepared): string =>
  sources
    .map(({ tool, files }) => `${files.length} ${files.length === 1 ? 'file' : 'files'} (${tool})`)
    .join(' and ')

/** What a person must know to read the differences. */
function notesOn(own: Snapshot, { snapshot, side }: OtherState): readonly string[] {
  const majors =
    own.major === snapshot.major
      ? []
      : [
          `The migrations ran on PostgreSQL ${own.major}, ${side.name} is ${snapshot.major}. --pg-version ${snapshot.major} compares like with like.`,
        ]
  const books = [...new Set([...own.bookkeeping, ...snapshot.bookkeeping])]
  return [
    ...majors,
    ...(books.length > 0
      ? [
          `Left out, because a migration tool keeps its books there and no caller may look: ${books.join(', ')}.`,
        ]
      : []),
  ]
}

function packageVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('../package.json')
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '0.0.0'
}

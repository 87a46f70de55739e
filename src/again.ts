import { affectedBy } from './affected/affected.ts'
import type { State } from './affected/affected.ts'
import { nameOf } from './affected/thing.ts'
import { Connection } from './database/connection.ts'
import type { Config, Only } from './domain/config.ts'
import type { Report } from './domain/report.ts'
import { prepare } from './prepare.ts'
import type { Prepared } from './prepare.ts'
import { judgePrepared, prepareStep } from './run.ts'
import type { RunContext } from './run.ts'
import { settingsOf } from './shard.ts'
import { stateOf } from './stages/state.ts'
import { understand } from './stages/understand.ts'

/** What a run is held against: a commit, or the run before. */
export interface Before {
  /** what people call it */
  readonly since: string
  /** a text: why it cannot be told what is different now */
  readonly known: Known | string
}

/** What the result of a run follows from. */
export interface Known {
  readonly state: State
  /** digest of what the configuration says beside the sources */
  readonly settings: string
}

export interface AgainContext extends RunContext {
  /** the folder that people think of as the project */
  readonly project?: string
}

/**
 * Judges what can have changed since, as a part of a run; everything where that cannot be told, or where `before` is
 * missing.
 *
 * @throws HarnessError as run() does
 */
export async function runAgain(
  config: Config,
  before: Before | undefined,
  context: AgainContext,
): Promise<{ readonly report: Report; readonly known: Known }> {
  await using prepared = await prepareStep(config, context)
  try {
    const known = await knownOf(prepared, config)
    if (!before) return { known, report: await judgePrepared(prepared, config, context) }
    const only = onlyOf(before, known)
    if ('all' in only) {
      context.progress({ kind: 'notice', text: `everything is judged: ${only.all}` })
      const report = await judgePrepared(prepared, config, context)
      const changed = { since: before.since, all: only.all, judged: [], left: [] }
      return { known, report: { ...report, run: { ...report.run, changed } } }
    }
    return { known, report: await judgePrepared(prepared, { ...config, only }, context) }
  } catch (error) {
    throw await prepared.causeOf(error)
  }
}

/** What a project is like, without judging it. */
export async function look(config: Config, context: AgainContext): Promise<Known> {
  await using prepared = await prepare(config, {
    ...context,
    onProgress: (name) => context.progress({ kind: 'step', name }),
  })
  // not before it is known: the database goes with this scope
  return await knownOf(prepared, config)
}

async function knownOf(prepared: Prepared, config: Config): Promise<Known> {
  await using connection = await Connection.open(prepared.target)
  const known = await understand(connection, config, prepared.definitions)
  return { state: await stateOf(connection, known, prepared), settings: settingsOf(config) }
}

function onlyOf({ since, known: before }: Before, now: Known): Only | { readonly all: string } {
  if (typeof before === 'string') return { all: before }
  if (before.settings !== now.settings) return { all: 'the configuration changed' }
  const affected = affectedBy(before.state, now.state)
  if (affected.kind === 'all') return { all: affected.reason }
  const judged = [...affected.reasons].map(([thing, reason]) => [nameOf(thing), reason] as const)
  return { since, judged: Object.fromEntries(judged), openers: [...affected.openers] }
}

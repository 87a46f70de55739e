import { runAgain } from '../../src/again.ts'
import type { Known } from '../../src/again.ts'
import { affectedBy } from '../../src/affected/affected.ts'
import { nameOf } from '../../src/affected/thing.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Report } from '../../src/domain/report.ts'

export interface Whole {
  readonly report: Report
  readonly known: Known
}

/** A whole run of a project, and what it follows from. */
export async function whole(dir: string): Promise<Whole> {
  const config = await loadConfig({ cwd: dir, environment: {}, flags: {} })
  const { signal } = new AbortController()
  return runAgain(config, undefined, {
    environment: process.env,
    signal,
    progress: () => {},
    today: '2026-01-15',
  })
}

export interface Compared {
  /** why everything is affected */
  readonly all: string | undefined
  readonly affected: readonly string[]
  /** what has a verdict after the change */
  readonly judged: readonly string[]
  /** what has another verdict, and is said to be as it was */
  readonly missed: readonly string[]
  readonly differing: readonly string[]
}

/** Holds what is said to be affected against the whole reports of both states. */
export function compare(before: Whole, after: Whole): Compared {
  const affected = affectedBy(before.known.state, after.known.state)
  const [old, present] = [verdicts(before.report), verdicts(after.report)]
  const judged = [...after.report.relations, ...after.report.functions].map(({ name }) => name)
  const names = affected.kind === 'all' ? judged : [...affected.reasons.keys()].map(nameOf)
  const differing = [...present].flatMap(([name, verdict]) => (old.get(name) === verdict ? [] : [name]))
  return {
    all: affected.kind === 'all' ? affected.reason : undefined,
    affected: judged.filter((name) => names.includes(name)),
    judged,
    differing,
    missed: affected.kind === 'all' ? [] : differing.filter((name) => !names.includes(name)),
  }
}

/** What is said of each relation, function and sequence, without where it stands and how it was seen. */
function verdicts({ relations, functions, findings, coverage }: Report): ReadonlyMap<string, string> {
  const found = new Map<string, unknown[]>()
  const say = (name: string, what: unknown): void => void found.set(name, [...(found.get(name) ?? []), what])
  for (const { name, scope, cells, access } of relations) say(name, [scope, cells, access])
  for (const { name, access } of functions) say(name, access)
  for (const { relation, scope, command, actor, code, severity } of findings)
    say(relation, [scope, command, actor, code, severity])
  for (const { relation, scope, command, actor } of coverage.untested) say(relation, [scope, command, actor])
  return new Map(
    [...found].map(([name, list]) => [
      name,
      list
        .map((one) => JSON.stringify(one))
        .sort()
        .join('\n'),
    ]),
  )
}

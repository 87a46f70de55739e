import { randomBytes } from 'node:crypto'
import { copyDatabase, dropDatabase } from '../database/scratch.ts'
import type { Config } from '../domain/config.ts'
import type { Blame, Cell, Finding, Report, Untested } from '../domain/report.ts'
import { COMMANDS, SEVERITIES, STANDINGS } from '../domain/vocabulary.ts'
import type { Command, Standing } from '../domain/vocabulary.ts'
import { globToRegExp } from '../judge/ignore.ts'
import type { Handout } from './handout.ts'
import { handedConfig } from './template.ts'

/** What is judged; without anything everything that the configuration names. */
export interface IsolationScope {
  readonly schemas?: readonly string[]
  /** globs of relations and functions: `public.chat*` */
  readonly relations?: readonly string[]
}

/** The names that the scope picks, in the order of the catalog. */
export function namesIn({ surface }: Handout, scope: IsolationScope): Handout['surface'] {
  const globs = scope.relations?.map(globToRegExp)
  const isPicked = (name: string): boolean =>
    (scope.schemas?.includes(name.slice(0, name.indexOf('.'))) ?? true) &&
    (globs?.some((glob) => glob.test(name)) ?? true)
  return {
    relations: surface.relations.filter(isPicked),
    functions: surface.functions.filter(isPicked),
  }
}

/** A whole run on a copy of the migrated database: seeded, probed, judged, as `rls-harness check` does. */
export async function isolationReport(
  handout: Handout,
  scope: IsolationScope,
  context: {
    readonly environment: Readonly<Record<string, string | undefined>>
    readonly signal: AbortSignal
    readonly today: string
  },
): Promise<{ readonly report: Report; readonly gate: Config['gate'] }> {
  const whole = await handedConfig(handout, context.environment)
  const config: Config = {
    ...whole,
    ...(scope.schemas ? { schemas: scope.schemas } : {}),
    ...(scope.relations ? { relations: scope.relations } : {}),
  }
  const target = await copyDatabase(handout.migrated, `judged_${randomBytes(6).toString('hex')}`)
  try {
    const prepared = {
      ...handout.prepared,
      target,
      causeOf: (error: unknown) => Promise.resolve(error),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }
    // only here: files that generate nothing need no pipeline
    const { judgePrepared } = await import('../run.ts')
    const report = await judgePrepared(prepared, config, { ...context, progress: () => {} })
    return { report, gate: config.gate }
  } finally {
    await dropDatabase(target)
  }
}

/** What a report says about one test's part of it. */
export interface Part {
  readonly findings: readonly Finding[]
  readonly untested: readonly Untested[]
  /** what the matrix shows; absent where the part is no cell */
  readonly cell?: Cell
  /** why it proves nothing, whatever the gate: sentences */
  readonly doubts?: readonly string[]
  /** what only a strict gate stops at */
  readonly notices?: readonly string[]
}

const UNNAMED: Pick<Part, 'doubts'> = { doubts: ['the report does not name it: nothing was tried'] }

/** One command on one relation by somebody of one standing. */
export function cellPart(report: Report, relation: string, command: Command, standing: Standing): Part {
  const cell = report.relations.find((one) => one.name === relation && one.scope === undefined)?.cells[
    standing
  ][command]
  return {
    findings: report.findings.filter(
      (one) =>
        one.relation === relation &&
        one.command === command &&
        one.actor === standing &&
        one.scope === undefined,
    ),
    untested: report.coverage.untested.filter(
      (one) =>
        one.relation === relation &&
        one.command === command &&
        one.scope === undefined &&
        (one.actor === standing || one.actor === 'all'),
    ),
    ...(cell === undefined ? UNNAMED : { cell }),
  }
}

/** What is said of a relation that belongs to no cell: privileges beside the policies, how it is declared. */
export function restOf(report: Report, relation: string): Part {
  const isNamed = report.relations.some(({ name }) => name === relation)
  return { ...outsideCells(report, relation), ...(isNamed ? {} : UNNAMED) }
}

/** What is said of a function. */
export function routinePart(report: Report, signature: string): Part {
  const isNamed = report.functions.some(({ name }) => name === signature)
  return { ...outsideCells(report, signature), ...(isNamed ? {} : UNNAMED) }
}

function outsideCells(report: Report, name: string): Part {
  const isCell = (command: string, actor: string | undefined): boolean =>
    COMMANDS.some((one) => one === command) && actor !== undefined
  return {
    findings: report.findings.filter(
      (one) => one.relation === name && one.scope === undefined && !isCell(one.command, one.actor),
    ),
    untested: report.coverage.untested.filter(
      (one) => one.relation === name && one.scope === undefined && !isCell(one.command, one.actor),
    ),
  }
}

/** What no test of a relation or function shows: buckets, topics, schemas, what several share. */
export function beyond(report: Report, { relations, functions }: Handout['surface']): Part {
  const isNamed = (one: { readonly relation: string; readonly scope?: string }): boolean =>
    one.scope === undefined && (relations.includes(one.relation) || functions.includes(one.relation))
  return {
    findings: report.findings.filter((one) => !isNamed(one)),
    untested: report.coverage.untested.filter((one) => !isNamed(one)),
    doubts: judgesNothing(report) ? ['nothing was judged: there was nothing to try in any relation'] : [],
    notices: report.notices,
  }
}

/** Whether tests of relations alone were generated, and none of them had anything to try. */
const judgesNothing = ({ relations, functions }: Report): boolean =>
  functions.length === 0 &&
  relations.every(({ cells }) =>
    STANDINGS.every((standing) =>
      COMMANDS.every((command) => ['none', 'untested'].includes(cells[standing][command])),
    ),
  )

/** Why the part fails, for a person; null where it is isolated. What is suppressed or below the gate passes. */
export function failureOf(part: Part, { failOn, strict }: Config['gate']): string | null {
  const { doubts = [], notices = [] } = part
  if (failOn === 'never') return doubts.length === 0 ? null : doubts.join('\n\n')
  const least = SEVERITIES.indexOf(failOn)
  const stopping = part.findings.filter(
    ({ suppressed, severity }) => suppressed === undefined && SEVERITIES.indexOf(severity) >= least,
  )
  const lines = [
    ...doubts,
    ...stopping.map(findingText),
    ...part.untested
      .filter(({ accepted }) => accepted === undefined)
      .map(({ reason }) => `untested: ${reason}`),
    ...(strict ? notices : []),
  ]
  return lines.length === 0 ? null : lines.join('\n\n')
}

function findingText({ code, id, title, evidence, blame, reproduction, remedy }: Finding): string {
  return [
    `${code} (${id}): ${title}`,
    `  ${evidence}`,
    ...blame.map((one) => `  because    ${blameText(one)}`),
    ...(remedy ? [`  remedy     ${remedy.sql}`] : []),
    ...(reproduction === undefined ? [] : [`  reproduce  npx rls-harness repro ${id} (a script for psql)`]),
  ].join('\n')
}

const blameText = ({ statement = '', file, line }: Blame): string =>
  `${statement.replaceAll(/\s+/g, ' ')}${file === undefined ? '' : `   ${file}:${line ?? 1}`}`

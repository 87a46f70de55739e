import type { Catalog, Relation, Routine } from '../domain/catalog.ts'
import type { Fact, Part } from '../domain/fact.ts'
import type { About, FailedStatement, WrittenName } from '../domain/failed-statement.ts'
import type { Untested } from '../domain/report.ts'
import { PRIVILEGES, unitKey } from '../domain/shard.ts'
import type { Unit } from '../domain/shard.ts'
import { COMMANDS } from '../domain/vocabulary.ts'
import type { Command } from '../domain/vocabulary.ts'
import { spreadDoubts } from './doubt-spread.ts'

export interface Judged {
  readonly catalog: Catalog
  readonly relations: readonly Relation[]
  readonly routines: readonly Routine[]
  readonly areas: readonly { readonly relation: Relation; readonly scope: string | null }[]
  /** whether a relation that is not there would be judged if it were */
  readonly wouldJudge: (schema: string, qualified: string) => boolean
}

/**
 * Statements of the migrations that were passed over leave doubt about what they were about, and about all that depends on
 * it: it is untested, whatever was seen. What was found there stands, and says so.
 */
export function withDoubts(
  parts: readonly Part[],
  failed: readonly FailedStatement[],
  judged: Judged,
): readonly Part[] {
  if (failed.length === 0) return parts
  const doubts = spreadDoubts(directDoubts(failed, judged.catalog), judged.catalog)
  return [
    ...parts.map((part) => ({ ...part, facts: part.facts.map((fact) => noted(fact, doubts)) })),
    ...untestedUnits(judged, doubts),
    ...missingThings(failed, judged),
  ]
}

/** Relations and functions that a statement is about, by their names, also those that are not there; `*` stands for all. */
export function concerned({ about }: FailedStatement, { relations, routines }: Catalog): readonly string[] {
  if (about.everything) return ['*']
  return [
    ...relations.filter((one) => concernsRelation(about, one)).map(({ qualified }) => qualified),
    ...missingOf(about.relations, relations).map(nameOf),
    ...routines.filter((one) => concernsRoutine(about, one)).map(({ signature }) => signature),
    ...missingOf(about.functions, routines).map((one) => `${nameOf(one)}()`),
  ]
}

const missingOf = (
  written: readonly WrittenName[],
  there: readonly (WrittenName & { readonly schema: string })[],
): readonly WrittenName[] => written.filter((name) => !there.some((one) => isCalled(name, one)))

const nameOf = ({ schema, name }: WrittenName): string => `${schema ?? 'public'}.${name}`

function directDoubts(failed: readonly FailedStatement[], catalog: Catalog): ReadonlyMap<string, string> {
  const doubts = new Map<string, string>()
  const note = (name: string, about: (one: About) => boolean): void => {
    const [first, ...others] = failed.filter((one) => about(one.about))
    if (!first) return
    const more = others.length > 0 ? `, and ${others.length} more` : ''
    doubts.set(name, `a statement about it failed: ${first.file}:${first.line}${more}`)
  }
  for (const relation of catalog.relations) note(relation.qualified, (one) => concernsRelation(one, relation))
  for (const routine of catalog.routines) note(routine.signature, (one) => concernsRoutine(one, routine))
  return doubts
}

const concernsRelation = (about: About, one: WrittenName & { readonly schema: string }): boolean =>
  about.relations.some((written) => isCalled(written, one)) || concernsAny(about, one)

const concernsRoutine = (about: About, one: WrittenName & { readonly schema: string }): boolean =>
  about.functions.some((written) => isCalled(written, one)) || concernsAny(about, one)

const concernsAny = (
  { everything, schemas, words }: About,
  { schema, name }: { readonly schema: string; readonly name: string },
): boolean => everything || schemas.includes(schema) || words.includes(name)

const isCalled = (written: WrittenName, { schema, name }: WrittenName): boolean =>
  written.name === name && (written.schema === null || written.schema === schema)

const noted = (fact: Fact, doubts: ReadonlyMap<string, string>): Fact => {
  const doubt = doubts.get(fact.subject.qualified)
  return doubt === undefined ? fact : { ...fact, evidence: `${fact.evidence} (${doubt})` }
}

function untestedUnits(
  { relations, routines, areas }: Judged,
  doubts: ReadonlyMap<string, string>,
): readonly Part[] {
  const doubtful = <Thing>(things: readonly Thing[], nameOf: (one: Thing) => string) =>
    things.flatMap((one) => {
      const reason = doubts.get(nameOf(one))
      return reason === undefined ? [] : [{ one, reason }]
    })
  return [
    ...doubtful(relations, ({ qualified }) => qualified).map(({ one, reason }) =>
      partOf('relations', { kind: 'relation', name: one.qualified }, commandsOf(one), reason),
    ),
    ...doubtful(areas, ({ relation }) => relation.qualified).map(({ one: { relation, scope }, reason }) =>
      partOf(
        'areas',
        { kind: 'area', name: relation.qualified, ...(scope === null ? {} : { scope }) },
        COMMANDS,
        reason,
      ),
    ),
    ...doubtful(routines, ({ signature }) => signature).map(({ one, reason }) =>
      partOf('functions', { kind: 'function', name: one.signature }, ['execute'], reason),
    ),
  ]
}

/** What a statement takes for granted, or would have made, and nobody could look at. */
function missingThings(failed: readonly FailedStatement[], judged: Judged): readonly Part[] {
  const { relations, routines } = judged.catalog
  const missing = new Map<string, Part>()
  for (const { about, file, line } of failed) {
    const reason = `it is not there: a statement about it failed: ${file}:${line}`
    const add = (one: WrittenName, ending: string, commands: readonly Untested['command'][]): void => {
      const name = `${nameOf(one)}${ending}`
      if (missing.has(name) || !judged.wouldJudge(one.schema ?? 'public', name)) return
      const part = partOf('privileges', { kind: 'relation', name }, commands, reason)
      missing.set(name, { ...part, unit: unitKey(PRIVILEGES) })
    }
    for (const one of missingOf(about.expected, relations)) add(one, '', COMMANDS)
    for (const one of missingOf(about.functions, routines)) add(one, '()', ['execute'])
  }
  return [...missing.values()]
}

function commandsOf({ view }: Relation): readonly Command[] {
  if (!view) return COMMANDS
  const { insertable: insert, updatable: update, deletable } = view
  const writable = { select: true, insert, update, delete: deletable }
  return COMMANDS.filter((command) => writable[command])
}

function partOf(
  surface: Part['surface'],
  unit: Unit,
  commands: readonly Untested['command'][],
  reason: string,
): Part {
  const { name: relation, scope } = unit
  return {
    surface,
    unit: unitKey(unit),
    facts: [],
    ascents: [],
    untested: commands.map((command) => ({
      relation,
      ...(scope === undefined ? {} : { scope }),
      command,
      actor: 'all',
      reason,
    })),
  }
}

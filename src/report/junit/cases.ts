import type { Cell, Finding, Report, ReportedRelation, Untested } from '../../domain/report.ts'
import { COMMANDS, STANDINGS, type Operation, type Standing } from '../../domain/vocabulary.ts'
import { placeOf } from '../place.ts'

/** What one test case is about: a relation or function, a command, who asks. */
export interface Case {
  /** `public.chats`, `storage.objects/avatars`, `public.get_chats(uuid)` */
  readonly place: string
  readonly command: Operation
  /** `select as foreign`; of what the schema alone says `select: row-security-off` */
  readonly name: string
  /** what the matrix shows, where it is about a cell */
  readonly cell?: Cell
  readonly findings: readonly Finding[]
  readonly untested: readonly Untested[]
}

/**
 * Everything that was tried or planned, in the order of the report: a case per relation, command and standing, and per
 * function and who called it. Nothing to try is no case; what only a finding or a gap tells of is one.
 */
export function casesOf(report: Report): readonly Case[] {
  const tried = [...report.relations.flatMap(ofRelation), ...ofFunctions(report)]
  const told = report.findings.map((finding) => emptyCase(finding, nameOf(finding)))
  const known = unique([...tried, ...told])
  const gaps = report.coverage.untested
  const loose = gaps.filter((gap) => !known.some((one) => isAbout(gap, one)))
  const all = unique([...known, ...loose.map((gap) => emptyCase(gap, gapName(gap)))])
  return all.map((one) => ({
    ...one,
    findings: report.findings.filter((finding) => sameCase(one, emptyCase(finding, nameOf(finding)))),
    untested: gaps.filter((gap) => isAbout(gap, one)),
  }))
}

const asWho = (command: string, actor: string): string => `${command} as ${actor}`

const nameOf = ({ command, actor, code }: Finding): string =>
  actor === undefined ? `${command}: ${code}` : asWho(command, actor)

const gapName = ({ command, actor }: Untested): string => (actor === 'all' ? command : asWho(command, actor))

interface Subject {
  readonly relation: string
  readonly scope?: string
  readonly command: Operation
}

const emptyCase = ({ relation, scope, command }: Subject, name: string): Case => ({
  place: placeOf(relation, scope),
  command,
  name,
  findings: [],
  untested: [],
})

function ofRelation({ name, scope, cells }: ReportedRelation): readonly Case[] {
  return COMMANDS.flatMap((command) =>
    STANDINGS.flatMap((standing) => {
      const cell = cells[standing][command]
      const subject = { relation: name, ...(scope === undefined ? {} : { scope }), command }
      return cell === 'none' ? [] : [{ ...emptyCase(subject, asWho(command, standing)), cell }]
    }),
  )
}

/** Functions that were called, by who called them: whoever has a session is a stranger to somebody's keys. */
function ofFunctions({ functions, probes }: Report): readonly Case[] {
  const [relation, command, actor] = ['relation', 'command', 'actor'].map((name) =>
    probes.columns.indexOf(name),
  )
  const calls = probes.rows.filter((row) => row[command ?? -1] === 'execute')
  return functions.flatMap(({ name }) => {
    const callers = calls.filter((row) => row[relation ?? -1] === name).map((row) => row[actor ?? -1])
    const standings: readonly Standing[] = callers.map((one) => (one === 'anon' ? 'anon' : 'foreign'))
    return STANDINGS.filter((standing) => standings.includes(standing)).map((standing) =>
      emptyCase({ relation: name, command: 'execute' }, asWho('execute', standing)),
    )
  })
}

const sameCase = (a: Case, b: Case): boolean => a.place === b.place && a.name === b.name

/** A gap of all standings is one of each case of its command. */
function isAbout(gap: Untested, one: Case): boolean {
  if (one.place !== placeOf(gap.relation, gap.scope) || one.command !== gap.command) return false
  return gap.actor === 'all' || one.name === gapName(gap)
}

function unique(cases: readonly Case[]): readonly Case[] {
  const first = new Map<string, Case>()
  for (const one of cases) {
    const key = JSON.stringify([one.place, one.name])
    if (!first.has(key)) first.set(key, one)
  }
  return [...first.values()]
}

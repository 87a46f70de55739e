import type { FindingCode } from '../domain/finding.ts'
import type { Finding, FindingGroup, GroupId, GroupedRelation, ReportedRelation } from '../domain/report.ts'
import { COMMANDS, OPERATIONS, SEVERITIES, STANDINGS } from '../domain/vocabulary.ts'
import type { Command, Severity } from '../domain/vocabulary.ts'
import { declarationOf } from './group-declaration.ts'

/** Fewer relations than this are no pattern of a project: each is told by itself. */
const LEAST = 5
/** and less than this share of the exposed tables is an exception, not the rule */
const LEAST_SHARE = 0.6
/** Lists of what may be meant to be public need no majority: each relation of them is named. */
const LEAST_READ = 3

export interface Grouped {
  readonly findings: readonly Finding[]
  readonly groups: readonly FindingGroup[]
}

/**
 * Findings that have one cause in most of a project are told as one; what counts does not change. Accepted findings, and
 * whatever else is found on the same relations, stay by themselves.
 *
 * @param extent `part`: flags narrowed the run, and the share is one of what was judged
 */
export function groupFindings(
  findings: readonly Finding[],
  relations: readonly ReportedRelation[],
  extent: 'all' | 'part',
): Grouped {
  const tables = new Map(relations.filter(isExposedTable).map((one) => [one.name, one]))
  const open = findings.filter(({ suppressed, scope }) => suppressed === undefined && scope === undefined)
  const unprotected = majorityOf(unprotectedOf(open, tables), tables)
  const others = open.filter((one) => !unprotected.includes(one))
  const team = majorityOf(
    others.filter((one) => isOneTeam(one, tables)),
    tables,
  )
  const read = readByAll(others.filter((one) => !team.includes(one)))
  const members = new Map<GroupId, readonly Finding[]>([
    ['unprotected', unprotected],
    ['one-team', team],
    ...read,
  ])
  const groupOf = new Map([...members].flatMap(([id, some]) => some.map((one) => [one, id] as const)))
  const ofTables = `${tables.size} exposed table${tables.size === 1 ? '' : 's'}${extent === 'part' ? ' that were judged' : ''}`
  return {
    findings: findings.map((one) => {
      const group = groupOf.get(one)
      return group === undefined ? one : { ...one, group }
    }),
    groups: [...members].flatMap(([id, some]) =>
      some.length === 0 ? [] : [groupFrom(id, some, relations, ofTables)],
    ),
  }
}

const isExposedTable = ({ kind, exposed, scope }: ReportedRelation): boolean =>
  exposed && scope === undefined && (kind === 'table' || kind === 'partitioned')

/** The findings, where they are about enough of the tables to be the rule. */
function majorityOf(
  some: readonly Finding[],
  tables: ReadonlyMap<string, ReportedRelation>,
): readonly Finding[] {
  const { size } = new Set(some.map(({ relation }) => relation))
  return size >= LEAST && size >= tables.size * LEAST_SHARE ? some : []
}

/** What gets through wherever nothing stands in the way. Rights that somebody raises for himself, and what they open, are more than that. */
const PLAIN: ReadonlySet<FindingCode> = new Set([
  'read-leak',
  'world-readable',
  'insert-leak',
  'update-leak',
  'giveaway-leak',
  'delete-leak',
  'open-insert',
  'unowned-access',
])

/** Tables without row security that have no policies either: where there are some, somebody meant to switch it on. */
function unprotectedOf(
  open: readonly Finding[],
  tables: ReadonlyMap<string, ReportedRelation>,
): readonly Finding[] {
  const off = new Set(
    open.flatMap(({ code, relation }) =>
      code === 'row-security-off' && tables.has(relation) ? [relation] : [],
    ),
  )
  return open.filter(
    ({ relation, code }) => off.has(relation) && (code === 'row-security-off' || PLAIN.has(code)),
  )
}

/** A stranger who is signed in gets through because a policy asks for no more; without a session nobody does. */
function isOneTeam(
  { code, relation, command, actor }: Finding,
  tables: ReadonlyMap<string, ReportedRelation>,
): boolean {
  const table = tables.get(relation)
  const asked = COMMANDS.find((one) => one === command)
  if (!table || !asked || actor !== 'foreign' || !PLAIN.has(code) || !table.rowSecurity.enabled) return false
  if (got(table, 'anon', asked)) return false
  const policies = table.policies.filter((one) => one.command === asked || one.command === 'all')
  if (policies.some(({ permissive }) => !permissive)) return false
  // a new owner is a matter of what may be left behind
  const side = asked === 'insert' || code === 'giveaway-leak' ? 'check' : 'using'
  return policies.some(({ open }) => open?.includes(side) === true)
}

const got = ({ cells }: ReportedRelation, standing: 'anon' | 'foreign', command: Command): boolean =>
  cells[standing][command] === 'open' || cells[standing][command] === 'leak'

/** Rows with an owner that are read through a policy without a condition, by who reads them. */
function readByAll(some: readonly Finding[]): readonly (readonly [GroupId, readonly Finding[]])[] {
  const read = some.filter(({ code, command }) => code === 'world-readable' && command === 'select')
  const public_ = new Set(read.filter(({ actor }) => actor === 'anon').map(({ relation }) => relation))
  const lists: readonly (readonly [GroupId, readonly Finding[]])[] = [
    ['read-by-all', read.filter(({ relation }) => public_.has(relation))],
    ['read-by-signed-in', read.filter(({ relation }) => !public_.has(relation))],
  ]
  return lists.map(([id, list]) => [
    id,
    new Set(list.map(({ relation }) => relation)).size >= LEAST_READ ? list : [],
  ])
}

function groupFrom(
  id: GroupId,
  some: readonly Finding[],
  relations: readonly ReportedRelation[],
  ofTables: string,
): FindingGroup {
  const names = [...new Set(some.map(({ relation }) => relation))].sort()
  const declaration = declarationOf(id, names, some, relations)
  return {
    id,
    severity: highest(some),
    title: TITLES[id](names.length, ofTables),
    remedy: REMEDIES[id],
    ...(declaration === undefined ? {} : { declaration }),
    relations: names.map((name) =>
      grouped(
        name,
        some.filter(({ relation }) => relation === name),
      ),
    ),
  }
}

const TITLES: Readonly<Record<GroupId, (count: number, ofTables: string) => string>> = {
  unprotected: (count, ofTables) =>
    `row security is off on ${count} of ${ofTables}: the privileges of the API roles alone decide`,
  'one-team': (count, ofTables) =>
    `any signed-in user gets at all rows of ${count} of ${ofTables}: policies ask for a session alone`,
  'read-by-all': (count) => `anybody reads everybody’s rows of ${count} tables through using (true)`,
  'read-by-signed-in': (count) =>
    `every signed-in user reads everybody’s rows of ${count} tables through using (true)`,
}

const REMEDIES: Readonly<Record<GroupId, string>> = {
  unprotected:
    'Where the application goes through a server alone: revoke all on the tables from anon and authenticated, and their default privileges. Else alter table … enable row level security, with a policy for each command that is meant.',
  'one-team':
    'Compare the row’s owner or tenant with the session. Where all who can sign in are one team, and nobody else can sign up, declare it.',
  'read-by-all':
    'Declare those that are meant to be public; compare the owner with the session in the others.',
  'read-by-signed-in':
    'Declare those that are meant for everybody who signs in; compare the owner with the session in the others.',
}

const highest = (some: readonly Finding[]): Severity =>
  SEVERITIES.findLast((severity) => some.some((one) => one.severity === severity)) ?? 'note'

function grouped(relation: string, some: readonly Finding[]): GroupedRelation {
  return {
    relation,
    access: STANDINGS.flatMap((actor) => {
      const commands = OPERATIONS.filter((command) =>
        some.some((one) => one.actor === actor && one.command === command),
      )
      return commands.length > 0 ? [{ actor, commands }] : []
    }),
    findings: some.map(({ id }) => id),
  }
}

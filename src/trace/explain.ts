import type { Connection } from '../database/connection.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import type { Sighting } from '../domain/fact.ts'
import type { Actor, Values } from '../domain/population.ts'
import type { Check, Truth } from '../domain/report.ts'
import type { Command } from '../domain/vocabulary.ts'
import { failed } from './ask.ts'
import type { Came } from './ask.ts'
import { branchOf } from './branch.ts'
import { consultedBy, sidesAsked } from './consulted.ts'
import type { Consulted } from './consulted.ts'
import { admits, weigh } from './evaluate.ts'
import type { Weighed } from './evaluate.ts'
import { rolesOf } from './sides.ts'
import { stateOf } from './way.ts'
import type { Stop } from './way.ts'

/** Where something stands in the migrations, and what is said of it. */
export interface Placed {
  readonly statement?: string
  readonly file?: string
  readonly line?: number
}

/** What is known of where things come from. */
export interface Places {
  readonly catalog: Catalog
  /** where an object was last defined */
  readonly definition: (objectType: string, identity: string) => Placed
  /** who gave a role a privilege that it has */
  readonly grant: (relation: Relation, privilege: Command, role: string) => Placed
}

/** What is to be explained: a statement of an actor, and the row that it is about. */
export interface Matter {
  readonly sighting: Sighting
  readonly actor: Actor
  /** from the relation that the statement names to the table */
  readonly way: readonly Stop[]
  /** the row as it stood before, and as the statement left it */
  readonly old?: Values | undefined
  readonly new?: Values | undefined
}

/** A policy that let the row through, and by which of its branches. */
export interface Admitting {
  readonly policy: string
  readonly through: string | null
}

export interface Explanation {
  /** in the server's order */
  readonly checks: readonly Check[]
  /** permissive policies for the command itself; null where none of them was asked, or not all answered */
  readonly admitting: readonly Admitting[] | null
}

/** Explains what was done to rows of one table with the same rights: all policies are asked in one message. */
export async function explain(
  connection: Connection,
  places: Places,
  table: Relation,
  matters: readonly Matter[],
  rightsOf?: string,
): Promise<readonly Explanation[]> {
  const questions = matters.flatMap((matter) => askedAbout(places.catalog, matter))
  const weighed = await weigh(
    connection,
    table,
    questions.map(({ row }) => row),
    questions.map(({ matter, sides }, at) => ({ actor: matter.actor, sides, rows: [at] })),
    rightsOf,
  )
  return matters.map((matter) => {
    const answers = questions.flatMap((question, at) =>
      question.matter === matter ? [{ ...question, weighed: weighed[at]?.[0] ?? [] }] : [],
    )
    return {
      checks: [
        ...matter.way.flatMap((stop, at) => checksOf(places, matter, stop, at)),
        ...answers.flatMap(({ consulted, weighed: all }) =>
          all.map((one) => policyCheck(places, table, consulted, one)),
        ),
      ],
      admitting: admittingOf(matter, answers),
    }
  })
}

interface Question {
  readonly matter: Matter
  readonly consulted: Consulted
  readonly sides: ReturnType<typeof sidesAsked>
  readonly row: Values
}

function askedAbout(catalog: Catalog, matter: Matter): readonly Question[] {
  const { sighting, way } = matter
  const last = way.at(-1)
  if (!last || last.relation.view || stateOf(catalog, last) !== 'on') return []
  return consultedBy(sighting.command, sighting.statement).flatMap((consulted) => {
    const row = consulted.row === 'old' ? matter.old : matter.new
    const sides = sidesAsked(last.relation.policies, rolesOf(catalog, last.role), consulted)
    return row ? [{ matter, consulted, sides, row }] : []
  })
}

/** What is checked at a stop beside the policies: the privilege, whose rights count from here, row security. */
function checksOf(places: Places, { sighting, way }: Matter, stop: Stop, at: number): readonly Check[] {
  const { relation, role } = stop
  const held = relation.privileges.find((one) => one.role === role)
  const owns = relation.owner === role
  const holds = (command: Command): boolean =>
    owns ||
    (held?.relation.includes(command) ?? false) ||
    (command !== 'delete' && (held?.columns[command] ?? []).length > 0)
  const needed = consultedBy(sighting.command, sighting.statement)
    .map(({ command }) => command)
    .sort((a, b) => Number(b === sighting.command) - Number(a === sighting.command))
  const known = held !== undefined || owns
  return [
    ...(known ? [...new Set(needed)] : []).map((command): Check => ({
      kind: 'privilege',
      role,
      privilege: command,
      on: relation.qualified,
      held: holds(command),
      ...(owns
        ? { statement: `${role} owns it` }
        : holds(command)
          ? places.grant(relation, command, role)
          : {}),
    })),
    ...(relation.view ? [viewCheck(places, stop, way[at + 1]?.role ?? relation.owner)] : []),
    ...(relation.view ? [] : [rowSecurityCheck(places, stop)]),
  ]
}

function viewCheck({ definition }: Places, { relation }: Stop, runsAs: string): Check {
  const type = relation.kind === 'materialized' ? 'materialized view' : 'view'
  return {
    kind: 'view',
    name: relation.qualified,
    runsAs: relation.view?.securityInvoker ? runsAs : relation.owner,
    ...(relation.view?.securityInvoker ? { statement: 'security_invoker' } : {}),
    ...definition(type, relation.qualified),
  }
}

function rowSecurityCheck({ catalog, definition }: Places, stop: Stop): Check {
  return {
    kind: 'row security',
    relation: stop.relation.qualified,
    state: stateOf(catalog, stop),
    ...definition('table', stop.relation.qualified),
  }
}

function policyCheck(
  { definition }: Places,
  { qualified }: Relation,
  { command, side }: Consulted,
  { side: { policy, atoms }, came, atoms: values }: Weighed,
): Check {
  return {
    kind: 'policy',
    relation: qualified,
    policy: policy.name,
    permissive: policy.permissive,
    command,
    side,
    ...told(came),
    atoms: atoms.flatMap(({ text }, at) => (text === null ? [] : [{ text, ...told(values[at] ?? null) }])),
    ...definition('policy', `${policy.name} on ${qualified}`),
  }
}

const told = (came: Came): { readonly came: Truth; readonly error?: string } =>
  failed(came) ? { came: null, error: came.error } : { came }

/** Which policies let a row through is known only where they do so together. */
function admittingOf(
  { sighting }: Matter,
  answers: readonly (Question & { readonly weighed: readonly Weighed[] })[],
): readonly Admitting[] | null {
  const own = answers.filter(({ consulted }) => consulted.command === sighting.command)
  if (sighting.left) own.reverse()
  // what a policy says of the row as it was does not explain how it could be left
  if (sighting.left && own[0]?.consulted.side !== 'check') return null
  if (own.length === 0 || own.some(({ weighed }) => admits(weighed) !== true)) return null
  const found = new Map<string, Admitting>()
  for (const { weighed } of own)
    for (const one of weighed)
      if (one.side.policy.permissive && one.came === true) {
        const { name } = one.side.policy
        found.set(name, found.get(name) ?? { policy: name, through: branchOf(one) })
      }
  return [...found.values()]
}

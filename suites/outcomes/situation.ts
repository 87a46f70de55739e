import type { Catalog } from '../../src/domain/catalog.ts'
import { relationByName } from '../../src/domain/catalog.ts'
import type { Connection } from '../../src/database/connection.ts'
import { DatabaseError } from '../../src/database/connection.ts'
import { sessionSql } from '../../src/database/impersonate.ts'
import type { Model } from '../../src/domain/ownership.ts'
import type { Actor } from '../../src/domain/population.ts'
import type { Outcome } from '../../src/domain/probe.ts'
import { COMMANDS } from '../../src/domain/vocabulary.ts'
import type { Needs } from '../../src/probe/needs.ts'
import { classify } from '../../src/probe/outcome.ts'
import { targetOf } from '../../src/probe/target.ts'

export const MAJORS = [15, 16, 17, 18] as const
export type Major = (typeof MAJORS)[number]

/** One row of the outcome table: a statement, what the server says to it and what that is to mean. */
export interface Situation {
  /** the subject of a sentence that goes on: "is read as …" */
  readonly title: string
  /** the probed relation, `schema.name` */
  readonly on: string
  readonly statement: string
  /** absent: the statement's first word */
  readonly command?: Needs['command']
  /** SQLSTATE and routine; absent where the statement succeeds */
  readonly says?: string | ((major: Major) => string) | undefined
  readonly means: Meaning
  /**
   * Whether the error comes before or after the policy is evaluated. Such a situation is repeated with a policy that
   * refuses and with one that raises an exception: they show the order.
   */
  readonly decided?: 'before' | 'after'
  /** the policy `p` of this table is the one that is varied; absent: that of the relation itself */
  readonly policyOn?: string
  readonly writes?: Needs['writes']
  readonly reads?: Needs['reads']
  /** `stranger` is not among the roles that the catalog was asked about */
  readonly role?: 'anon' | 'authenticated' | 'stranger'
  readonly settings?: Readonly<Record<string, string>>
  /** done as the superuser beforehand, in the same transaction */
  readonly before?: string
  /** first major that has the feature */
  readonly since?: Major
}

export type Meaning =
  | 'admitted'
  | 'broken'
  | 'denied by policy'
  | 'denied by privilege'
  | 'denied by check option'
  | `affected ${number}`
  | `returned ${number}`

export interface Answer {
  /** SQLSTATE and routine */
  readonly says: string | undefined
  readonly means: string
}

/** What the policy is made to be; `hides` is one whose USING refuses, where WITH CHECK would not. */
export type Variant = 'true' | 'false' | 'raises' | 'hides'

const NO_MODEL: Model = {
  ownerships: new Map(),
  tenants: [],
  privileges: [],
  shares: [],
  rowStates: new Map(),
  lookups: new Set(),
  claims: [],
  userRoots: [],
  literals: new Map(),
  emailColumns: new Set(),
  emailShapes: { literals: [], columns: [] },
}

/** Sends the statement as the product sends its probes, and reads the answer with the product's classifier. */
export async function provoke(
  connection: Connection,
  catalog: Catalog,
  situation: Situation,
  variant?: Variant,
): Promise<Answer> {
  const message = [
    'rollback',
    'begin',
    ...(situation.before === undefined ? [] : [situation.before]),
    ...(variant === undefined ? [] : [policySql(situation, variant)]),
    sessionSql(actorOf(situation)),
    situation.statement,
    'set constraints all immediate',
  ]
  try {
    const results = await connection.results(message.join(';\n'))
    const rows = results.at(-2)?.count ?? 0
    const verb = commandOf(situation) === 'select' ? 'returned' : 'affected'
    return { says: undefined, means: `${verb} ${rows}` }
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    const says = `${error.error.sqlstate} ${error.error.routine}`
    return { says, means: meaning(classify(error.error, readingOf(catalog, situation)), says) }
  }
}

function actorOf({ role = 'authenticated', settings = {} }: Situation): Actor {
  const nobody = { user: null, tenants: [], claims: {}, purpose: 'judged' } as const
  return { ...nobody, name: role, role, login: 'authenticator', settings }
}

function readingOf(catalog: Catalog, situation: Situation): Parameters<typeof classify>[1] {
  const relation = relationByName(catalog, situation.on)
  if (!relation) throw new Error(`the catalog does not know ${situation.on}`)
  const { writes = [], reads = [], role = 'authenticated' } = situation
  const needs: Needs = { relation, command: commandOf(situation), writes, reads }
  return { catalog, role, needs, base: targetOf(catalog, NO_MODEL, relation).base }
}

export function commandOf({ title, statement, ...given }: Situation): Needs['command'] {
  const command = given.command ?? COMMANDS.find((name) => new RegExp(`^\\s*${name}\\b`).test(statement))
  if (!command) throw new Error(`${title}: what command is ${statement}?`)
  return command
}

/** Rows that a DELETE may touch are decided by USING, those that an INSERT or UPDATE leaves behind by WITH CHECK. */
function policySql(situation: Situation, variant: Variant): string {
  const expression = variant === 'raises' ? 'public.raises()' : variant
  const clause =
    variant === 'hides'
      ? 'using (false) with check (true)'
      : commandOf(situation) === 'delete'
        ? `using (${expression})`
        : `using (true) with check (${expression})`
  return `alter policy p on ${situation.policyOn ?? situation.on} ${clause}`
}

/** What was admitted must say why it failed nevertheless: by the server's own code. */
function meaning(outcome: Outcome, says: string): string {
  switch (outcome.kind) {
    case 'returned':
    case 'affected':
      return `${outcome.kind} ${outcome.rows}`
    case 'denied':
      return `denied by ${outcome.by}`
    case 'admitted':
      return says.startsWith(`${outcome.thenFailedWith} `) ? 'admitted' : `admitted ${outcome.thenFailedWith}`
    case 'broken':
      return says.startsWith(`${outcome.sqlstate} `) ? 'broken' : `broken ${outcome.sqlstate}`
  }
}

export const saidBy = ({ says }: Situation, major: Major): string | undefined =>
  typeof says === 'function' ? says(major) : says

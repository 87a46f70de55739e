import { Connection, DatabaseError } from '../../src/database/connection.ts'
import { BECOME_SUPERUSER, PREPARE_CONNECTION, sessionSql } from '../../src/database/impersonate.ts'
import { bypassOf } from '../../src/domain/bypass.ts'
import type { Catalog, Relation } from '../../src/domain/catalog.ts'
import { holdsRows } from '../../src/domain/catalog.ts'
import type { Config } from '../../src/domain/config.ts'
import type { Actor, SeededRow } from '../../src/domain/population.ts'
import type { ConnectionTarget } from '../../src/domain/server.ts'
import type { Command } from '../../src/domain/vocabulary.ts'
import { quoteQualified } from '../../src/sql/quote.ts'
import { seedAll } from '../../src/stages/seed.ts'
import { understand } from '../../src/stages/understand.ts'
import { failed } from '../../src/trace/ask.ts'
import type { Came } from '../../src/trace/ask.ts'
import { admits, weigh } from '../../src/trace/evaluate.ts'
import { isFor, rolesOf, sideFor } from '../../src/trace/sides.ts'
import type { Side } from '../../src/trace/sides.ts'

/** What the server's own verdict and the policies', evaluated one by one, were compared on. */
export interface Agreement {
  /** (row, actor, command) that were compared, and on which both said the same */
  pairs: number
  agreed: number
  /** of those, what the server let through */
  seen: number
  /** why others were not, and how many */
  readonly left: Map<string, number>
  readonly disagreements: string[]
}

export const noAgreement = (): Agreement => ({
  pairs: 0,
  agreed: 0,
  seen: 0,
  left: new Map(),
  disagreements: [],
})

type Compared = 'select' | 'update' | 'delete'

/** Seeds a migrated database, and compares for every table with row security, row and actor. */
export async function compareAll(
  target: ConnectionTarget,
  config: Config,
  name: string,
  agreement: Agreement,
  commands: readonly Compared[],
): Promise<void> {
  await using connection = await Connection.open(target)
  const known = await understand(connection, config, [])
  const { population } = await seedAll(connection, known, config)
  await connection.run(PREPARE_CONNECTION)
  const { catalog } = known
  const tables = catalog.relations.filter(
    (relation) => holdsRows(relation) && relation.kind !== 'foreign' && relation.rowSecurity.enabled,
  )
  for (const relation of tables) {
    const rows = population.rows.get(relation.oid) ?? []
    if (rows.length > 0)
      await compare({ connection, catalog, relation, rows, name, agreement }, population.actors, commands)
  }
}

interface Comparing {
  readonly connection: Connection
  readonly catalog: Catalog
  readonly relation: Relation
  readonly rows: readonly SeededRow[]
  readonly name: string
  readonly agreement: Agreement
}

async function compare(
  comparing: Comparing,
  actors: readonly Actor[],
  commands: readonly Compared[],
): Promise<void> {
  const { connection, relation, rows } = comparing
  const all = rows.map((_, at) => at)
  const asked = actors.flatMap((actor) =>
    commands.flatMap((command) => {
      const why = incomparable(comparing, actor.role, command)
      if (why !== null) return leave(comparing.agreement, why, rows.length)
      return [{ actor, command, rows: all, sides: sidesFor(comparing, actor, command) }]
    }),
  )
  const weighed = await weigh(
    connection,
    relation,
    rows.map(({ values }) => values),
    asked,
  )
  for (const [at, { actor, command }] of asked.entries()) {
    const ours = all.map((row): Came => {
      const here = weighed[at]?.[row] ?? []
      const [own, select] = [applying(here, command), applying(here, 'select')]
      return command === 'update' ? both(admits(own), admits(select)) : admits(own)
    })
    tally(comparing, actor, command, ours, await visible(comparing, actor, command))
  }
}

const applying = <One extends { readonly side: Side }>(
  all: readonly One[],
  command: Command,
): readonly One[] =>
  all.filter(({ side }) => side.policy.command === 'all' || side.policy.command === command)

/** What the server may not do at all it refuses before it looks at a row. */
const both = (a: Came, b: Came): Came => (failed(a) || (a !== true && !failed(b)) ? a : b)

/** SELECT … FOR UPDATE asks both for SELECT and for UPDATE (manual, "Policies Applied by Command Type"). */
function sidesFor({ catalog, relation }: Comparing, actor: Actor, command: Compared): readonly Side[] {
  const commands = command === 'update' ? ['update', 'select', 'all'] : [command, 'all']
  return relation.policies
    .filter((policy) => commands.includes(policy.command) && isFor(policy, rolesOf(catalog, actor.role)))
    .flatMap((policy) => sideFor(policy, 'using') ?? [])
}

/** Places of the rows that the server lets an actor reach; a text where it says why none. */
async function visible(
  { connection, relation }: Comparing,
  actor: Actor,
  command: Compared,
): Promise<ReadonlySet<string> | string> {
  const table = quoteQualified(relation.schema, relation.name)
  const places = `select t.tableoid::int8 || ':' || t.ctid as place from ${table} t`
  const attempt = {
    select: [places],
    update: [`${places} for update`],
    delete: [`delete from ${table}`, BECOME_SUPERUSER, places],
  }[command]
  const begin = ['rollback', 'begin', 'set local session_replication_role = replica', sessionSql(actor)]
  try {
    const results = await connection.results([...begin, ...attempt].join(';\n'))
    return new Set((results.at(-1)?.rows ?? []).map(({ place }) => String(place)))
  } catch (error) {
    if (error instanceof DatabaseError) return `${error.error.sqlstate} ${error.error.message}`
    throw error
  }
}

function tally(
  { relation, rows, name, agreement }: Comparing,
  actor: Actor,
  command: Compared,
  ours: readonly Came[],
  theirs: ReadonlySet<string> | string,
): void {
  const where = `${name}: ${relation.qualified} ${command} as ${actor.name}`
  if (typeof theirs === 'string') {
    if (ours.some(failed)) leave(agreement, 'a policy raises an error on both sides', rows.length)
    else agreement.disagreements.push(`${where}: ${theirs}`)
    return
  }
  for (const [at, row] of rows.entries()) {
    const said = ours[at] ?? null
    if (failed(said)) leave(agreement, 'an expression raises an error that the server did not come to', 1)
    else {
      agreement.pairs += 1
      const seen = theirs.has(row.place) !== (command === 'delete')
      if (seen) agreement.seen += 1
      if (seen === (said === true)) agreement.agreed += 1
      else
        agreement.disagreements.push(`${where}: ${row.place} ${JSON.stringify(row.values)}: server ${seen}`)
    }
  }
}

/** Why the policies decide nothing of what a role does. */
function incomparable({ catalog, relation }: Comparing, role: string, command: Compared): string | null {
  if (bypassOf(catalog, relation, role) !== null) return 'no policy binds the role'
  const granted = relation.privileges.find((one) => one.role === role)
  const usable =
    catalog.schemas.find(({ name }) => name === relation.schema)?.usableBy.includes(role) ?? false
  const needed = command === 'update' ? (['select', 'update'] as const) : ([command] as const)
  return usable && needed.every((one) => granted?.relation.includes(one))
    ? null
    : 'the role lacks the privilege'
}

function leave({ left }: Agreement, why: string, count: number): readonly [] {
  left.set(why, (left.get(why) ?? 0) + count)
  return []
}

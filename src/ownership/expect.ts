import type { Catalog, Policy, Relation } from '../domain/catalog.ts'
import { policiesFor, relationByOid } from '../domain/catalog.ts'
import type { Config } from '../domain/config.ts'
import type { Expectation } from '../domain/expectation.ts'
import type { Model, Ownership } from '../domain/ownership.ts'
import { COMMANDS, includes, widest } from '../domain/vocabulary.ts'
import type { Audience, Command } from '../domain/vocabulary.ts'
import { shownBesides } from './view-intent.ts'
import { shownColumns, viewPath } from './view-path.ts'
import { declaredFor, intentFor } from './intents.ts'
import type { Declared } from './intents.ts'
import { predicateFor, readPredicate } from './policy-facts.ts'
import type { PredicateFacts, Reading } from './policy-facts.ts'

/** Audiences of every relation that an API role can reach, per command. */
export function expectAll(
  catalog: Catalog,
  model: Model,
  reading: Reading,
  relations: readonly Relation[],
  config: Pick<Config, 'expect'>,
): readonly Expectation[] {
  return relations.flatMap((relation) =>
    COMMANDS.map((command) => expect(catalog, model, reading, relation, command, config)),
  )
}

function expect(
  catalog: Catalog,
  model: Model,
  reading: Reading,
  relation: Relation,
  command: Command,
  config: Pick<Config, 'expect'>,
): Expectation {
  const base = baseOf(catalog, relation)
  const ownership = model.ownerships.get(base.oid)
  const facts = factsFor(base, command, catalog.apiRoles, reading)
  const closedBy = closure(catalog, relation, base, command, facts)
  const declared = declaredFor(intentFor(config.expect, relation.qualified), command)
  const inherited = declared ?? inheritedFor(catalog, model, reading, relation, command, config)
  const kinds = relation.view
    ? viewTables(catalog, relation).map(({ oid }) => model.ownerships.get(oid))
    : [ownership]
  const common = {
    relation: relation.oid,
    command,
    admits: closedBy === null,
    closedBy,
    trivialPolicy: trivialPolicy(base, command, facts),
    people: model.userRoots.some(({ relation: root }) => root === base.oid),
    shared: kinds.every((one) => one === undefined || one.kind === 'shared'),
    ownerInside: kinds.some(
      (one) => one?.kind === 'tenant' && (one.owners.length > 0 || one.authors.length > 0),
    ),
  }
  if (inherited) {
    const { audience, conditions } = inherited
    return {
      ...common,
      upper: audience,
      // a view may well show less than its table
      lower: declared ? audience : 'nobody',
      declared: true,
      conditions,
      why: 'declared in the configuration',
    }
  }
  const upper = inferredUpper(kinds, command)
  return {
    ...common,
    upper,
    lower: lowerEnd(relation, base, ownership, facts, upper, closedBy),
    declared: false,
    conditions: [],
    why: `inferred: ${kinds[0]?.evidence[0] ?? 'nobody’s rows'}`,
  }
}

/** What is declared of its table holds for a view, but not for what the view shows of others. */
function inheritedFor(
  catalog: Catalog,
  model: Model,
  reading: Reading,
  view: Relation,
  command: Command,
  { expect: all }: Pick<Config, 'expect'>,
): Declared | undefined {
  if (!view.view) return undefined
  const base = baseOf(catalog, view)
  const declaredOf = ({ qualified }: Relation): Declared | undefined =>
    declaredFor(intentFor(all, qualified), command)
  const upperOf = (table: Relation): Audience =>
    declaredOf(table)?.audience ?? inferredUpper([model.ownerships.get(table.oid)], command)
  if (base.view) {
    // a join: its rows are as private as the most private of its tables
    const tables = viewTables(catalog, view)
    const audience = narrowest(...tables.map(upperOf))
    const inferred = inferredUpper(
      tables.map(({ oid }) => model.ownerships.get(oid)),
      command,
    )
    return command === 'select' && audience !== inferred ? { audience, conditions: [] } : undefined
  }
  const declared = declaredOf(base)
  if (!declared || command !== 'select') return declared
  const besides = shownBesides(catalog, view, reading).flatMap((other) => viewTables(catalog, other))
  const most = narrowest(...besides.map(upperOf))
  return {
    audience: narrowest(declared.audience, most),
    conditions: declared.conditions.filter(({ audience }) => narrowest(audience, most) === audience),
  }
}

const narrowest = (...audiences: readonly Audience[]): Audience =>
  audiences.reduce((a, b) => (widest(a, b) === a ? b : a), 'everyone')

/** The table whose policies decide about writes and about the rows of a view that the server can rewrite. */
export function baseOf(catalog: Catalog, relation: Relation, depth = 0): Relation {
  const oid = relation.view?.base?.relation
  const base = oid === undefined || depth > 16 ? undefined : relationByOid(catalog, oid)
  return base ? baseOf(catalog, base, depth + 1) : relation
}

/** All tables that a view reads, through other views; of a table itself. */
function viewTables(catalog: Catalog, view: Relation): readonly Relation[] {
  const seen = new Set<number>()
  const visit = (oid: number): readonly Relation[] => {
    const relation = seen.has(oid) ? undefined : relationByOid(catalog, oid)
    seen.add(oid)
    if (!relation) return []
    return relation.view ? relation.view.reads.flatMap(visit) : [relation]
  }
  return visit(view.oid)
}

/** A row of a view is as private as the most private thing in it. */
function inferredUpper(ownerships: readonly (Ownership | undefined)[], command: Command): Audience {
  const kinds = ownerships.map((ownership) => ownership?.kind ?? 'shared')
  if (kinds.includes('user')) return 'owner'
  if (kinds.includes('tenant')) return 'tenant'
  return command === 'select' ? 'everyone' : 'nobody'
}

function factsFor(
  base: Relation,
  command: Command,
  roles: readonly string[],
  reading: Reading,
): ReadonlyMap<Policy, PredicateFacts> {
  const policies = new Set(
    roles.filter((role) => role !== 'service_role').flatMap((role) => policiesFor(base, command, role)),
  )
  return new Map(
    [...policies]
      .filter(({ permissive }) => permissive)
      .map((policy) => [policy, decisiveFacts(base, policy, command, reading)]),
  )
}

function decisiveFacts(base: Relation, policy: Policy, command: Command, reading: Reading): PredicateFacts {
  return readPredicate(base, predicateFor(policy, command === 'insert' ? 'check' : 'using'), reading)
}

/** Why nobody of the API can get through; null where somebody might. */
function closure(
  catalog: Catalog,
  relation: Relation,
  base: Relation,
  command: Command,
  facts: ReadonlyMap<Policy, PredicateFacts>,
): string | null {
  const usable = catalog.schemas.find(({ name }) => name === relation.schema)?.usableBy ?? []
  const holders = relation.privileges.filter(
    ({ role, relation: granted, columns }) =>
      catalog.apiRoles.includes(role) &&
      usable.includes(role) &&
      (granted.includes(command) || (command !== 'delete' && columns[command].length > 0)),
  )
  if (holders.length === 0) return `no API role has the privilege to ${command}`
  if (relation.kind === 'materialized' && command !== 'select') return 'a materialized view cannot be written'
  if (relation.view && !writable(relation, command)) return `the view cannot be written by ${command}`
  // with whose rights the last of the views reads the table decides, whatever stands before it (manual, CREATE VIEW)
  const views = viewPath(catalog, relation)
  const walksAround = views.length > 0 && !views.at(-1)?.view?.securityInvoker
  if (!base.rowSecurity.enabled || walksAround || !isTable(base)) return null
  if (facts.size === 0) return `no policy for ${command}`
  const admitting = [...facts.values()].filter((fact) => fact.constant !== false && !fact.serviceOnly)
  if (admitting.length === 0) return `no policy for ${command} that a role of the API could satisfy`
  return command === 'insert' && views.length > 0 && lacksOwner(views, base, admitting)
    ? 'no policy takes a row without its owner, for whom the view has no column'
    : null
}

/** Whether every policy compares a column with the session that the view does not have and that nothing else fills. */
function lacksOwner(views: readonly Relation[], base: Relation, facts: readonly PredicateFacts[]): boolean {
  const shown = shownColumns(views)
  const isLeftEmpty = (name: string): boolean =>
    !shown.has(name) && base.columns.some((column) => column.name === name && column.default === null)
  const isFilled = [base, ...views].some(({ triggers }) =>
    triggers.some(({ timing, events }) => timing !== 'after' && events.includes('insert')),
  )
  return (
    !isFilled && facts.every(({ userColumns }) => userColumns.length > 0 && userColumns.every(isLeftEmpty))
  )
}

const isTable = (relation: Relation): boolean => relation.kind === 'table' || relation.kind === 'partitioned'

export function writable(relation: Relation, command: Command): boolean {
  const { view } = relation
  if (!view || command === 'select') return true
  if (relation.kind === 'materialized') return false
  return command === 'insert' ? view.insertable : command === 'update' ? view.updatable : view.deletable
}

function trivialPolicy(
  base: Relation,
  command: Command,
  facts: ReadonlyMap<Policy, PredicateFacts>,
): string | null {
  if (!base.rowSecurity.enabled) return null
  const open = [...facts].find(([, { constant }]) => constant === true)
  return command === 'select' || command === 'insert' ? (open?.[0].name ?? null) : null
}

/** `owner` where a permissive policy compares the session's user with the row, so that the owner must get through. */
function lowerEnd(
  relation: Relation,
  base: Relation,
  ownership: Ownership | undefined,
  facts: ReadonlyMap<Policy, PredicateFacts>,
  upper: Audience,
  closedBy: string | null,
): Audience {
  if (closedBy !== null || !base.rowSecurity.enabled || !ownership || ownership.kind === 'shared')
    return 'nobody'
  if (relation !== base && (!relation.view?.securityInvoker || relation.view.base === null)) return 'nobody'
  if (!includes(upper, 'own')) return 'nobody'
  return [...facts.values()].some(({ userColumns }) => userColumns.length > 0) ? 'owner' : 'nobody'
}

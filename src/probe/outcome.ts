import type { Catalog, Relation } from '../domain/catalog.ts'
import { relationByOid } from '../domain/catalog.ts'
import type { Outcome } from '../domain/probe.ts'
import type { ServerError } from '../domain/server-error.ts'
import { lacksPrivilege, lacksUsage } from './needs.ts'
import type { Needs } from './needs.ts'

/** What must be known to read a server's refusal. */
export interface Reading {
  readonly catalog: Catalog
  readonly role: string
  readonly needs: Needs
  /** the table whose policies decide: the relation itself, or a view's base */
  readonly base: Relation
}

const SEQUENCE_ROUTINES: ReadonlySet<string> = new Set([
  'nextval_internal',
  'do_setval',
  'currval_oid',
  'lastval',
])
const AFTER_CHECK: ReadonlySet<string> = new Set([
  'ExecConstraints',
  'ReportNotNullViolationError',
  '_bt_check_unique',
  'check_exclusion_or_unique_constraint',
])
const TOO_LARGE: ReadonlySet<string> = new Set(['_bt_check_third_page', 'RelationGetBufferForTuple'])

/**
 * Reads an error as a fact about row security. Decided by SQLSTATE and the server's routine, never by the wording,
 * which servers translate; whatever is not known for sure is broken. The order of checks that this rests on (INSERT:
 * privileges, BEFORE triggers, WITH CHECK, constraints, indexes, foreign keys) was measured on PostgreSQL 15 to 18;
 * suites/outcomes.suite.ts provokes all of it.
 */
export function classify(error: ServerError, reading: Reading): Outcome {
  const { sqlstate, routine = '' } = error
  const broken: Outcome = { kind: 'broken', sqlstate, message: error.message }
  if (sqlstate === '42501') return refusal(error, reading) ?? broken
  // a rule writes elsewhere without a word about it in the error, and before the policies of an UPDATE are asked
  if (hasRules(reading)) return broken
  // the view's own CHECK OPTION is tested after row security let the row in
  if (sqlstate === '44000' && routine === 'ExecWithCheckOptions' && isDirect(error))
    return { kind: 'denied', by: 'check option' }
  if (isAdmitted(error, reading)) return { kind: 'admitted', thenFailedWith: sqlstate }
  // a schema without USAGE hides its relations from the search path
  if (
    sqlstate === '42P01' &&
    isDirect(error) &&
    lacksUsage(reading.catalog, reading.role, reading.needs.relation)
  )
    return { kind: 'denied', by: 'privilege' }
  return broken
}

/** Raised by the statement itself, not by a trigger, function or internal query on its way. */
function isDirect(error: ServerError): boolean {
  const where = (error.where ?? '')
    .split('\n')
    .filter((line) => line !== '' && !/^(unnamed )?portal\b/.test(line))
  return where.length === 0 && error.internalQuery === undefined
}

function refusal(error: ServerError, reading: Reading): Outcome | undefined {
  const { catalog, role, needs, base } = reading
  const routine = error.routine ?? ''
  if (!isDirect(error)) return undefined
  // the refused table stands in the message alone; a partition or a child is refused under the name of its root
  if (routine === 'ExecWithCheckOptions')
    return !hasRules(reading) && error.message.includes(`"${base.name}"`)
      ? { kind: 'denied', by: 'policy' }
      : undefined
  // a policy that reads what the role may not read says the same as a missing privilege
  const isPrivilege = SEQUENCE_ROUTINES.has(routine)
    ? drawsFromSequence(reading)
    : routine === 'aclcheck_error' && lacksPrivilege(catalog, role, needs)
  return isPrivilege ? { kind: 'denied', by: 'privilege' } : undefined
}

/** Whether a column that the statement leaves to its default takes it from a sequence; else a policy may have asked for one. */
function drawsFromSequence({ needs, base }: Reading): boolean {
  return (
    needs.command === 'insert' &&
    base.columns.some(
      (column) =>
        (column.default ?? '').includes('nextval(') &&
        // a view may call the column something else
        (needs.relation !== base || !needs.writes.includes(column.name)),
    )
  )
}

function isAdmitted(error: ServerError, reading: Reading): boolean {
  const { catalog, base, needs } = reading
  const { sqlstate, routine = '' } = error
  const isNamed = ({ schema, name }: Relation): boolean => schema === error.schema && name === error.table
  const family = familyOf(catalog, base)
  const isConstraint = sqlstate.startsWith('23')
  // the foreign key's own action failed further down: the row itself was let through
  if (isConstraint && needs.command !== 'insert' && isForeignKeyAction(error)) return true
  if (!isDirect(error)) return false
  if (sqlstate === '54000')
    return TOO_LARGE.has(routine) && (error.table === undefined || family.some(isNamed))
  if (!isConstraint) return false
  if (routine === 'ri_ReportViolation') {
    const table = [...family, ...referencing(catalog, family)].find(isNamed)
    return table !== undefined && !(isDeferrable(table, error) && mayLeaveBehind(reading))
  }
  // named directly, a leaf is checked after its policies; a partition with partitions before, where the row is routed
  if (routine === 'ExecPartitionCheckEmitError')
    return needs.command === 'insert' && base.kind === 'table' && family.some(isNamed)
  // the only one that names no table
  if (routine === 'ExecWithoutOverlapsNotEmpty') return true
  return AFTER_CHECK.has(routine) && family.some(isNamed)
}

function isForeignKeyAction(error: ServerError): boolean {
  const lines = (error.where ?? '').split('\n').filter((line) => line !== '')
  return (
    lines.length > 0 &&
    error.internalQuery === undefined &&
    lines.every((line) => /^SQL statement "(DELETE FROM|UPDATE) ONLY /.test(line))
  )
}

/** The key of that name; partitions have copies of their root's under other names, which are all that may be meant. */
function isDeferrable({ foreignKeys }: Relation, { constraint }: ServerError): boolean {
  const named = foreignKeys.filter(({ name }) => name === constraint)
  return (named.length > 0 ? named : foreignKeys).some(({ deferrable }) => deferrable)
}

/**
 * Whether a trigger runs before any policy has let a row through: what it wrote may break a deferred key long after
 * the statement ended, with nothing in the error that tells of the trigger.
 */
function mayLeaveBehind({ catalog, needs }: Reading): boolean {
  const { command } = needs
  return chainOf(catalog, needs.relation).some(({ triggers }) =>
    triggers.some(
      ({ enabled, forEachRow, timing, events }) =>
        enabled &&
        events.some((event) => event === command) &&
        (!forEachRow || (timing !== 'after' && command !== 'delete')),
    ),
  )
}

const hasRules = ({ catalog, needs, base }: Reading): boolean =>
  [base, ...chainOf(catalog, needs.relation)].some((relation) => relation.hasRules)

/** The relation and, of a view, what the server writes to in its place. */
function chainOf(catalog: Catalog, relation: Relation): readonly Relation[] {
  const base = relation.view?.base && relationByOid(catalog, relation.view.base.relation)
  return base ? [relation, ...chainOf(catalog, base)] : [relation]
}

/** The relation, its partitions and its inheritance children: constraint errors name the leaf. */
export function familyOf(catalog: Catalog, base: Relation): readonly Relation[] {
  const children = catalog.relations.filter(({ parents }) => parents.includes(base.oid))
  return [base, ...children.flatMap((child) => familyOf(catalog, child))]
}

/** Tables whose foreign keys hold rows of the family, and those that hold what a cascade, of a DELETE or an UPDATE, would change. */
function referencing(catalog: Catalog, family: readonly Relation[]): readonly Relation[] {
  const found = new Set<Relation>()
  const queue = [...family]
  for (let relation = queue.pop(); relation; relation = queue.pop())
    for (const other of catalog.relations)
      for (const key of other.foreignKeys)
        if (key.target === relation.oid && !found.has(other)) {
          found.add(other)
          queue.push(other)
        }
  return [...found]
}

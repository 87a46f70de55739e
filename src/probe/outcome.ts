import type { Catalog, Relation } from '../domain/catalog.ts'
import type { Outcome } from '../domain/probe.ts'
import type { ServerError } from '../domain/server-error.ts'
import { lacksPrivilege } from './needs.ts'
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
 * privileges, BEFORE triggers, WITH CHECK, constraints, indexes, foreign keys) was measured on PostgreSQL 15 to 18.
 */
export function classify(error: ServerError, reading: Reading): Outcome {
  const direct = isDirect(error)
  const { sqlstate, routine = '' } = error
  if (sqlstate === '42501') return refusal(error, reading, direct)
  // the view's own CHECK OPTION is tested after row security let the row in
  if (sqlstate === '44000' && routine === 'ExecWithCheckOptions' && direct)
    return { kind: 'denied', by: 'check option' }
  if (isAdmitted(error, reading, direct)) return { kind: 'admitted', thenFailedWith: sqlstate }
  // a schema without USAGE hides its relations from the search path
  if (sqlstate === '42P01' && lacksPrivilege(reading.catalog, reading.role, reading.needs))
    return { kind: 'denied', by: 'privilege' }
  return { kind: 'broken', sqlstate, message: error.message }
}

/** Raised by the statement itself, not by a trigger, function or internal query on its way. */
function isDirect(error: ServerError): boolean {
  const where = (error.where ?? '')
    .split('\n')
    .filter((line) => line !== '' && !/^(unnamed )?portal\b/.test(line))
  return where.length === 0 && error.internalQuery === undefined
}

function refusal(error: ServerError, { catalog, role, needs, base }: Reading, direct: boolean): Outcome {
  const broken: Outcome = { kind: 'broken', sqlstate: error.sqlstate, message: error.message }
  const routine = error.routine ?? ''
  if (!direct) return broken
  // a rule could have written elsewhere and been refused there, without a word about it in the error
  if (routine === 'ExecWithCheckOptions')
    return base.hasRules || !namesTable(error, catalog, base, needs.relation)
      ? broken
      : { kind: 'denied', by: 'policy' }
  if (SEQUENCE_ROUTINES.has(routine)) return { kind: 'denied', by: 'privilege' }
  // a policy that reads a table which the role may not read says the same as a missing privilege
  if (routine === 'aclcheck_error')
    return lacksPrivilege(catalog, role, needs) ? { kind: 'denied', by: 'privilege' } : broken
  return broken
}

/** The refused relation stands in the message alone, behind the last opening quote that its name fits. */
function namesTable(error: ServerError, catalog: Catalog, base: Relation, relation: Relation): boolean {
  return [relation, ...familyOf(catalog, base)].some(({ name }) => error.message.includes(`"${name}"`))
}

function isAdmitted(error: ServerError, { catalog, base, needs }: Reading, direct: boolean): boolean {
  const { sqlstate, routine = '' } = error
  const family = familyOf(catalog, base)
  const inFamily = family.some(({ schema, name }) => schema === error.schema && name === error.table)
  const writesAway = needs.command === 'delete' || needs.command === 'update'
  // the foreign key's own action failed further down: the row itself was let through
  if (sqlstate.startsWith('23') && writesAway && isForeignKeyAction(error)) return true
  if (!direct) return false
  if (sqlstate === '54000') return TOO_LARGE.has(routine)
  if (!sqlstate.startsWith('23')) return false
  if (routine === 'ri_ReportViolation')
    return (
      inFamily ||
      referencing(catalog, family).some(({ schema, name }) => schema === error.schema && name === error.table)
    )
  if (routine === 'ExecPartitionCheckEmitError') return inFamily && needs.command === 'insert'
  if (routine === 'ExecWithoutOverlapsNotEmpty') return true
  return AFTER_CHECK.has(routine) && inFamily
}

function isForeignKeyAction(error: ServerError): boolean {
  const lines = (error.where ?? '').split('\n').filter((line) => line !== '')
  return (
    lines.length > 0 &&
    error.internalQuery === undefined &&
    lines.every((line) => /^SQL statement "(DELETE FROM|UPDATE) ONLY /.test(line))
  )
}

/** The relation, its partitions and its inheritance children: constraint errors name the leaf. */
export function familyOf(catalog: Catalog, base: Relation): readonly Relation[] {
  const children = catalog.relations.filter(({ parents }) => parents.includes(base.oid))
  return [base, ...children.flatMap((child) => familyOf(catalog, child))]
}

/** Tables whose foreign keys hold rows of the family, and those that hold what a cascade would delete. */
function referencing(catalog: Catalog, family: readonly Relation[]): readonly Relation[] {
  const found = new Set<Relation>()
  const queue = [...family]
  for (let relation = queue.pop(); relation; relation = queue.pop())
    for (const other of catalog.relations)
      for (const key of other.foreignKeys)
        if (key.target === relation.oid && !found.has(other)) {
          found.add(other)
          if (key.onDelete !== 'no action' && key.onDelete !== 'restrict') queue.push(other)
        }
  return [...found]
}

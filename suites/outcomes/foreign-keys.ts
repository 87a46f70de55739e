import type { Major, Situation } from './situation.ts'

const violation = { says: '23503 ri_ReportViolation', means: 'admitted' } as const
const restricted = (major: Major): string => `${major >= 18 ? '23001' : '23503'} ri_ReportViolation`
const notNull = (major: Major): string =>
  `23502 ${major >= 18 ? 'ReportNotNullViolationError' : 'ExecConstraints'}`

type Rest = Pick<Situation, 'says' | 'means'>

function removed(subject: string, table: string, rest: Rest): Situation {
  const on = `fk.${table}`
  return {
    title: `a deleted row ${subject}`,
    on,
    statement: `delete from ${on} where id = 1`,
    decided: 'after',
    ...rest,
  }
}

function moved(subject: string, table: string, rest: Rest): Situation {
  const on = `fk.${table}`
  return {
    title: `a row with a new key ${subject}`,
    on,
    statement: `update ${on} set id = 50 where id = 1`,
    decided: 'after',
    ...rest,
  }
}

/** Rows that others refer to: section 4 of the table. */
export const foreignKeys: readonly Situation[] = [
  removed('that another refers to', 'kept', violation),
  moved('that another refers to', 'kept', violation),
  removed('that another refers to by a deferred key', 'kept_deferred', violation),
  moved('that another refers to by a deferred key', 'kept_deferred', violation),
  removed('under RESTRICT', 'restricted', { says: restricted, means: 'admitted' }),
  moved('under RESTRICT', 'restricted', { says: restricted, means: 'admitted' }),
  removed('under CASCADE', 'cascaded', { means: 'affected 1' }),
  moved('under CASCADE', 'cascaded', { means: 'affected 1' }),
  removed('under a CASCADE that stops two tables on', 'chained', violation),
  removed('under SET NULL of a NOT NULL column', 'nulled', { says: notNull, means: 'admitted' }),
  removed('under SET DEFAULT without such a parent', 'defaulted', violation),
  moved('under a CASCADE that a CHECK stops', 'updated', {
    says: '23514 ExecConstraints',
    means: 'admitted',
  }),
  moved('under a CASCADE that stops one table on', 'updated_chain', violation),
  removed('under a CASCADE into a table that is closed', 'closed_child', { means: 'affected 1' }),
  removed('under a CASCADE that a trigger skips', 'skipping_child', { means: 'affected 1' }),
  removed('under a CASCADE in which a trigger raises', 'raising_child', {
    says: 'P0001 exec_stmt_raise',
    means: 'broken',
  }),
  removed('under a CASCADE in which a trigger makes a duplicate', 'doubling_child', {
    says: '23505 _bt_check_unique',
    means: 'broken',
  }),
  {
    title: 'a child without its parent under a BEFORE trigger',
    on: 'fk.guarded',
    statement: 'insert into fk.guarded values (1, 9)',
    decided: 'after',
    ...violation,
  },
  removed('that another row of its table refers to', 'self', violation),
  {
    title: 'an inserted row whose parent in its own table is missing',
    on: 'fk.self',
    statement: 'insert into fk.self values (3, 9)',
    decided: 'after',
    ...violation,
  },
  removed('of a partition that another table refers to', 'partitioned', violation),
  removed('of a partition, named directly, that another table refers to', 'partition_of_parent', violation),
  removed('that a partition refers to', 'whole', violation),
  {
    title: 'a child of a row that the policy hides',
    on: 'fk.of_kept',
    statement: 'insert into fk.of_kept values (1)',
    before: 'alter policy p on fk.kept using (false)',
    means: 'affected 1',
  },
]

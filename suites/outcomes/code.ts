import type { Situation } from './situation.ts'

const raised = { says: 'P0001 exec_stmt_raise', means: 'broken' } as const
const duplicate = { says: '23505 _bt_check_unique', means: 'broken' } as const
const elsewhere = { says: '42501 ExecWithCheckOptions', means: 'broken' } as const

/** An INSERT and an UPDATE of the same table that come to the same end. */
function both(
  subject: string,
  table: string,
  rest: Pick<Situation, 'says' | 'means' | 'decided'>,
): readonly Situation[] {
  const on = `code.${table}`
  return [
    { title: `${subject}, on INSERT,`, on, statement: `insert into ${on} values (9, 9)`, ...rest },
    { title: `${subject}, on UPDATE,`, on, statement: `update ${on} set n = 9`, ...rest },
  ]
}

/** The project's own code on the way: sections 1 and 3 of the table. */
export const code: readonly Situation[] = [
  ...both('a BEFORE ROW trigger that raises', 'raises_before', { ...raised, decided: 'before' }),
  ...both('a BEFORE STATEMENT trigger that raises', 'raises_first', { ...raised, decided: 'before' }),
  ...both('an AFTER ROW trigger that raises', 'raises_after', { ...raised, decided: 'after' }),
  ...both('a deferred trigger that raises', 'raises_deferred', { ...raised, decided: 'after' }),
  ...both('an AFTER STATEMENT trigger that raises', 'raises_last', { ...raised, decided: 'after' }),
  {
    title: 'a BEFORE ROW trigger that raises, on DELETE,',
    on: 'code.raises_before',
    statement: 'delete from code.raises_before',
    decided: 'after',
    ...raised,
  },
  {
    title: 'an AFTER STATEMENT trigger that raises, on DELETE of no row,',
    on: 'code.raises_last',
    statement: 'delete from code.raises_last',
    before: 'alter policy p on code.raises_last using (false)',
    ...raised,
  },
  ...both('a BEFORE trigger with a duplicate in another table', 'logs_before', {
    ...duplicate,
    decided: 'before',
  }),
  ...both('an AFTER trigger with a duplicate in another table', 'logs_after', {
    ...duplicate,
    decided: 'after',
  }),
  ...both('a BEFORE trigger with a duplicate in the same table', 'writes_itself_before', {
    ...duplicate,
    // the trigger's own row has to pass the same policy; it is inserted before the statement's
    means: 'broken',
  }),
  {
    title: 'a function among the values with a duplicate in the same table',
    on: 'code.writes_in_values',
    statement: `insert into code.writes_in_values values (9, code.insert_into('code.writes_in_values'))`,
    ...duplicate,
  },
  {
    title: 'a policy’s function with a duplicate in the same table',
    on: 'code.writes_in_policy',
    statement: 'insert into code.writes_in_policy values (9, 9)',
    before: `alter policy p on code.writes_in_policy with check (id < 5 or code.is_fine_for('code.writes_in_policy'))`,
    ...duplicate,
  },
  {
    title: 'a CHECK’s function with a duplicate in the same table',
    on: 'code.writes_in_check',
    statement: 'insert into code.writes_in_check values (9, 9)',
    decided: 'after',
    ...duplicate,
  },
  ...both('an exception that poses as a denial', 'forges_denial', {
    says: '42501 exec_stmt_raise',
    means: 'broken',
    decided: 'before',
  }),
  ...both('an exception that poses as a duplicate', 'forges_duplicate', {
    says: '23505 exec_stmt_raise',
    means: 'broken',
    decided: 'before',
  }),
  ...both('a BEFORE trigger that skips the row', 'skips', { means: 'affected 0', decided: 'before' }),
  {
    title: 'an UPDATE without a change that a trigger suppresses',
    on: 'code.suppresses',
    statement: 'update code.suppresses set n = 1',
    decided: 'before',
    means: 'affected 0',
  },
  ...both('a BEFORE trigger that is refused elsewhere', 'refused_elsewhere', {
    ...elsewhere,
    decided: 'before',
  }),
  ...both('an AFTER trigger that is refused elsewhere', 'refused_after', elsewhere),
  ...both('a BEFORE trigger that is refused on a namesake of the table', 'namesake', {
    ...elsewhere,
    decided: 'before',
  }),
  {
    title: 'a rule that is refused on a namesake of the table',
    on: 'code.rule_namesake',
    statement: 'insert into code.rule_namesake values (9, 9)',
    ...elsewhere,
  },
  {
    title: 'a CTE that is refused elsewhere',
    on: 'code.suppresses',
    statement: `with other as (insert into code_elsewhere.refusing values (1))
      insert into code.suppresses values (9, 9)`,
    command: 'insert',
    ...elsewhere,
  },
  {
    title: 'a CTE with a duplicate elsewhere',
    on: 'code.suppresses',
    statement: 'with other as (insert into code.log values (1)) insert into code.suppresses values (9, 9)',
    command: 'insert',
    ...duplicate,
  },
  {
    title: 'a rule of a view that is refused on a namesake of the base',
    on: 'code.rule_view',
    policyOn: 'code.behind_view',
    statement: 'insert into code.rule_view values (9, 9)',
    ...elsewhere,
  },
  {
    title: 'a rule that does nothing instead',
    on: 'code.rule_does_nothing',
    statement: 'insert into code.rule_does_nothing values (9, 9)',
    decided: 'before',
    means: 'affected 0',
  },
  {
    title: 'a rule with a duplicate in another table',
    on: 'code.rule_logs',
    statement: 'update code.rule_logs set n = 9',
    decided: 'before',
    ...duplicate,
  },
  {
    title: 'a rule with a duplicate in the same table',
    on: 'code.rule_writes_itself',
    statement: 'update code.rule_writes_itself set n = 9',
    before: 'alter policy p on code.rule_writes_itself using (true) with check (n < 9)',
    ...duplicate,
  },
  {
    title: 'a rule with an orphan in a table that refers to the probed one',
    on: 'code.rule_writes_child',
    statement: 'update code.rule_writes_child set n = 9',
    before: 'alter policy p on code.rule_writes_child using (false)',
    says: '23503 ri_ReportViolation',
    means: 'broken',
  },
  ...both('a BEFORE trigger that skips the row and leaves an orphan behind', 'skips_and_orphans', {
    says: '23503 ri_ReportViolation',
    means: 'broken',
    decided: 'before',
  }),
  ...['update code.statement_trigger set n = 9', 'delete from code.statement_trigger'].map(
    (statement): Situation => ({
      title: `"${statement}" of no row, whose statement trigger leaves an orphan behind,`,
      on: 'code.statement_trigger',
      statement,
      before: 'alter policy p on code.statement_trigger using (false)',
      says: '23503 ri_ReportViolation',
      means: 'broken',
    }),
  ),
]

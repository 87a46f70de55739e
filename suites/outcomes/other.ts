import type { Major, Situation } from './situation.ts'

const broken = { on: 'oth.t', means: 'broken' } as const
const json = (major: Major): string => `22P02 ${major >= 16 ? 'json_errsave_error' : 'json_ereport_error'}`
const number = (bits: number) => (major: Major) => `22P02 pg_strtoint${bits}${major >= 16 ? '_safe' : ''}`
const setting = `current_setting('app.user')`

/** Claims that are not what a policy casts them to. */
const CASTS: readonly (readonly [type: string, says: Situation['says']])[] = [
  ['uuid', '22P02 string_to_uuid'],
  ['int', number(32)],
  ['bigint', number(64)],
  ['json', json],
]

/** Errors that prove nothing: sections 5 and 8 of the table. */
export const other: readonly Situation[] = [
  ...(
    ['select from oth.recursive', 'update oth.recursive set n = 2', 'delete from oth.recursive'] as const
  ).map((statement): Situation => ({
    ...broken,
    title: `"${statement}" under a policy that reads its own table`,
    on: 'oth.recursive',
    statement,
    says: '42P17 fireRIRrules',
  })),
  {
    ...broken,
    title: 'a pair of policies that read each other’s tables',
    on: 'oth.mutual_a',
    statement: 'select from oth.mutual_a',
    says: '42P17 fireRIRrules',
  },
  {
    ...broken,
    title: 'a recursion of policies on a table that is closed anyway',
    on: 'oth.mutual_b',
    statement: 'select from oth.mutual_b',
    says: '42P17 fireRIRrules',
  },
  {
    ...broken,
    title: 'a policy that reads its own table through a function',
    on: 'oth.recursive_by_function',
    statement: 'select from oth.recursive_by_function',
    says: '54001 check_stack_depth',
  },
  ...['select from oth.t', 'insert into oth.t values (2, 2)'].map((statement): Situation => ({
    ...broken,
    title: `"${statement}" under a policy that reads a setting nobody made`,
    statement,
    before: `alter policy p on oth.t using (current_setting('app.nobody_made_it') = '1')
        with check (current_setting('app.nobody_made_it') = '1')`,
    says: '42704 find_option',
  })),
  ...CASTS.map(([type, says]): Situation => ({
    ...broken,
    title: `a policy that casts what is no ${type}`,
    statement: 'select from oth.t',
    before: `alter policy p on oth.t using (${setting}::${type} is not null)`,
    settings: { 'app.user': 'x' },
    says,
  })),
  {
    ...broken,
    title: 'a policy whose subquery has two rows',
    statement: 'insert into oth.t values (2, 2)',
    before: 'alter policy p on oth.t with check (id = (select 1 union all select 2))',
    says: '21000 ExecSetParamPlan',
  },
  {
    ...broken,
    title: 'a policy that asks for the current value of a sequence',
    statement: 'insert into oth.t values (2, 2)',
    before: `alter policy p on oth.t with check (currval('oth.numbers') > 0)`,
    says: '55000 currval_oid',
  },
  {
    ...broken,
    title: 'a write in a read-only transaction',
    statement: 'insert into oth.t values (2, 2)',
    settings: { transaction_read_only: 'on' },
    decided: 'before',
    says: '25006 PreventCommandIfReadOnly',
  },
  {
    ...broken,
    title: 'a policy that takes too long',
    statement: 'select from oth.t',
    before: 'alter policy p on oth.t using (pg_sleep(5) is null)',
    settings: { statement_timeout: '20ms' },
    says: '57014 ProcessInterrupts',
  },
  {
    ...broken,
    title: 'a value too large for memory',
    statement: `insert into oth.t values (2, length(repeat('x', (select 1 << 30))))`,
    decided: 'before',
    says: '54000 repeat',
  },
  {
    ...broken,
    title: 'a materialized view that was never filled',
    on: 'oth.unpopulated',
    statement: 'select from oth.unpopulated',
    says: '55000 ExecOpenScanRelation',
  },
  {
    ...broken,
    title: 'a column that does not exist',
    statement: 'select nothing from oth.t',
    says: '42703 errorMissingColumn',
  },
  {
    ...broken,
    title: 'a function that does not exist',
    statement: 'select nothing() from oth.t',
    says: '42883 ParseFuncOrColumn',
  },
  {
    ...broken,
    title: 'a statement that is no SQL',
    statement: 'select from from oth.t',
    says: '42601 scanner_yyerror',
  },
  {
    ...broken,
    title: 'an upsert by a deferrable key',
    on: 'con.deferrable',
    statement: 'insert into con.deferrable values (1, 5) on conflict (n) do nothing',
    says: '55000 ExecCheckIndexConstraints',
  },
]

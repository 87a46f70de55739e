import type { Situation } from './situation.ts'

const refused = { says: '42501 ExecWithCheckOptions', means: 'denied by policy' } as const

/** Refused or filtered by a policy: sections 1, 6 and 7 of the table. */
export const policies: readonly Situation[] = [
  {
    title: 'an INSERT that WITH CHECK refuses',
    on: 'pol.checked',
    statement: 'insert into pol.checked values (2, 10)',
    ...refused,
  },
  {
    title: 'an INSERT whose WITH CHECK is NULL',
    on: 'pol.checked',
    statement: 'insert into pol.checked values (2, null)',
    ...refused,
  },
  {
    title: 'an INSERT that WITH CHECK lets in',
    on: 'pol.checked',
    statement: 'insert into pol.checked values (2, 9)',
    means: 'affected 1',
  },
  {
    title: 'an UPDATE that WITH CHECK refuses',
    on: 'pol.checked',
    statement: 'update pol.checked set n = 10',
    ...refused,
  },
  {
    title: 'an UPDATE that USING refuses for want of a WITH CHECK',
    on: 'pol.reused',
    statement: 'update pol.reused set n = 10',
    ...refused,
  },
  {
    title: 'an INSERT without any policy',
    on: 'pol.closed',
    statement: 'insert into pol.closed values (2, 2)',
    ...refused,
  },
  { title: 'a SELECT without any policy', on: 'pol.closed', statement: 'select from pol.closed', means: 'returned 0' },
  {
    title: 'an UPDATE without any policy',
    on: 'pol.closed',
    statement: 'update pol.closed set n = 2',
    means: 'affected 0',
  },
  { title: 'a DELETE without any policy', on: 'pol.closed', statement: 'delete from pol.closed', means: 'affected 0' },
  {
    title: 'an INSERT that only a restrictive policy refuses',
    on: 'pol.restricted',
    statement: 'insert into pol.restricted values (2, 50)',
    ...refused,
  },
  {
    title: 'an INSERT that permissive and restrictive policies refuse',
    on: 'pol.restricted',
    statement: 'insert into pol.restricted values (2, 200)',
    ...refused,
  },
  {
    title: 'an INSERT refused on a table with quotes in its name',
    on: 'pol.a "hostile" table',
    statement: 'insert into pol."a ""hostile"" table" values (1, 1)',
    ...refused,
  },
  {
    title: 'a SELECT of rows that fail USING',
    on: 'pol.filtered',
    statement: 'select from pol.filtered where id = 2',
    means: 'returned 0',
  },
  {
    title: 'an UPDATE of a row that fails USING',
    on: 'pol.filtered',
    statement: 'update pol.filtered set n = 1 where id = 2',
    means: 'affected 0',
  },
  {
    title: 'a DELETE of a row that fails USING',
    on: 'pol.filtered',
    statement: 'delete from pol.filtered where id = 2',
    means: 'affected 0',
  },
  {
    title: 'an upsert onto a row that fails the UPDATE policy',
    on: 'pol.upserted',
    statement: 'insert into pol.upserted values (2, 1) on conflict (id) do update set n = 2',
    ...refused,
  },
  {
    title: 'an upsert onto a row that fails the SELECT policy',
    on: 'pol.upserted',
    statement: 'insert into pol.upserted values (3, 1) on conflict (id) do update set n = 2',
    ...refused,
  },
  {
    title: 'an upsert onto an invisible row that its WHERE leaves alone',
    on: 'pol.upserted',
    statement: 'insert into pol.upserted values (3, 1) on conflict (id) do update set n = 2 where false',
    means: 'affected 0',
  },
  {
    title: 'an upsert of a refused row that conflicts',
    on: 'pol.upserted',
    statement: 'insert into pol.upserted values (1, 99) on conflict (id) do update set n = 2',
    ...refused,
  },
  {
    title: 'a DO NOTHING with an arbiter of a row that fails only the SELECT policy',
    on: 'pol.upserted',
    statement: 'insert into pol.upserted values (9, 30) on conflict (id) do nothing',
    ...refused,
  },
  {
    title: 'a DO NOTHING without arbiter of a row that fails only the SELECT policy',
    on: 'pol.upserted',
    statement: 'insert into pol.upserted values (9, 30) on conflict do nothing',
    means: 'affected 1',
  },
  {
    title: 'a DO NOTHING of an admitted row that conflicts with an invisible one',
    on: 'pol.upserted',
    statement: 'insert into pol.upserted values (3, 1) on conflict do nothing',
    means: 'affected 0',
  },
  {
    title: 'a DO NOTHING of a refused row that conflicts',
    on: 'pol.upserted',
    statement: 'insert into pol.upserted values (1, 99) on conflict do nothing',
    ...refused,
  },
  {
    title: 'an upsert without conflict and without an UPDATE policy',
    on: 'pol.insertable',
    statement: 'insert into pol.insertable values (2, 2) on conflict (id) do update set n = 2',
    means: 'affected 1',
  },
  ...['returning id', 'returning *', 'returning tableoid', 'returning unseen'].map(
    (clause): Situation => ({
      title: `an INSERT with "${clause}" of a row that fails only the SELECT policy`,
      on: 'pol.unseen',
      statement: `insert into pol.unseen values (9, 30) ${clause}`,
      ...refused,
    }),
  ),
  ...['', 'returning 1'].map(
    (clause): Situation => ({
      title: `an INSERT with "${clause}" that reads nothing of a row which fails only the SELECT policy`,
      on: 'pol.unseen',
      statement: `insert into pol.unseen values (9, 30) ${clause}`,
      means: 'affected 1',
    }),
  ),
  ...[
    'update pol.unseen set n = 5',
    'update pol.unseen set n = default',
    'update pol.unseen set n = (select 7)',
    'update pol.unseen set n = 5 where true',
    'update pol.unseen set n = 5 where random() < 2',
    'update pol.unseen set n = 5 from (values (1)) v',
    'update pol.unseen set n = 5 returning 1',
    'update pol.unseen set n = 30',
    'delete from pol.unseen',
    'delete from pol.unseen where true',
    'delete from pol.unseen returning 1',
    'delete from pol.unseen using (values (1)) v',
  ].map(
    (statement): Situation => ({
      title: `"${statement}", which reads no column of rows that the SELECT policy hides,`,
      on: 'pol.unseen',
      statement,
      means: 'affected 2',
    }),
  ),
  ...[
    'update pol.unseen set n = n',
    'update pol.unseen set n = 5 where id > 0',
    `update pol.unseen set n = 5 where ctid > '(0,0)'`,
    'update pol.unseen set n = 5 returning id',
    'update pol.unseen set n = 5 returning tableoid',
    'delete from pol.unseen where id = 1',
    'delete from pol.unseen returning *',
  ].map(
    (statement): Situation => ({
      title: `"${statement}", which reads columns of rows that the SELECT policy hides,`,
      on: 'pol.unseen',
      statement,
      means: 'affected 0',
    }),
  ),
  ...['update pol.unseen_view set n = 5', 'delete from pol.unseen_view'].map(
    (statement): Situation => ({
      title: `"${statement}" through a view whose own WHERE alone reads columns`,
      on: 'pol.unseen_view',
      statement,
      means: 'affected 2',
    }),
  ),
  {
    title: 'an UPDATE through that view that reads columns itself',
    on: 'pol.unseen_view',
    statement: 'update pol.unseen_view set n = 5 where id = 1',
    means: 'affected 0',
  },
  {
    title: 'an UPDATE that reads columns and moves a row out of sight',
    on: 'pol.unseen',
    statement: 'update pol.unseen set n = 30 where id = 1',
    before: 'update pol.unseen set n = 1',
    ...refused,
  },
]

import type { Situation } from './situation.ts'

const lacking = { says: '42501 aclcheck_error', means: 'denied by privilege' } as const
const lookalike = { says: '42501 aclcheck_error', means: 'broken' } as const
const duplicate = { says: '23505 _bt_check_unique', means: 'admitted', decided: 'after' } as const
const unchecked = {
  says: '44000 ExecWithCheckOptions',
  means: 'denied by check option',
  decided: 'after',
} as const

const readsBoth = { reads: ['id', 'n'] } as const
const writesBoth = { writes: ['id', 'n'] } as const

/** Views: what sections 1, 2 and 3 of the table say of them. */
export const views: readonly Situation[] = [
  {
    title: 'a duplicate key through a view',
    on: 'vw.plain',
    policyOn: 'vw.base',
    statement: 'insert into vw.plain values (1, 2)',
    ...duplicate,
  },
  {
    title: 'a duplicate key through a view with other names',
    on: 'vw.renamed',
    policyOn: 'vw.base',
    statement: 'insert into vw.renamed (key, number) values (1, 2)',
    writes: ['key', 'number'],
    ...duplicate,
  },
  {
    title: 'an INSERT through an INSTEAD OF trigger that is refused behind it',
    on: 'vw.with_trigger',
    statement: 'insert into vw.with_trigger values (2, 2)',
    before: 'alter policy p on vw.base with check (false)',
    says: '42501 ExecWithCheckOptions',
    means: 'broken',
  },
  {
    title: 'an INSERT through an INSTEAD OF trigger with a duplicate behind it',
    on: 'vw.with_trigger',
    statement: 'insert into vw.with_trigger values (1, 2)',
    says: '23505 _bt_check_unique',
    means: 'broken',
  },
  {
    title: 'a row that fails a LOCAL CHECK OPTION',
    on: 'vw.local',
    policyOn: 'vw.base',
    statement: 'insert into vw.local values (2, 10)',
    ...unchecked,
  },
  {
    title: 'an UPDATE that fails a LOCAL CHECK OPTION',
    on: 'vw.local',
    policyOn: 'vw.base',
    statement: 'update vw.local set n = 10',
    ...unchecked,
  },
  {
    title: 'a row that fails the condition of an inner view under CASCADED CHECK OPTION',
    on: 'vw.cascaded',
    policyOn: 'vw.base',
    statement: 'insert into vw.cascaded values (2, 10)',
    ...unchecked,
  },
  {
    title: 'a duplicate key that fails a CHECK OPTION, too,',
    on: 'vw.local',
    policyOn: 'vw.base',
    statement: 'insert into vw.local values (1, 10)',
    ...duplicate,
  },
  {
    title: 'a row through a view whose owner is above row security',
    on: 'vw.as_owner',
    statement: 'insert into vw.as_owner values (2, 2)',
    before: 'alter policy p on vw.base using (false) with check (false)',
    means: 'affected 1',
  },
  {
    title: 'a row through a view whose owner is bound by the policies',
    on: 'vw.as_bound_owner',
    statement: 'insert into vw.as_bound_owner values (2, 2)',
    before: 'alter policy p on vw.base using (false) with check (false)',
    says: '42501 ExecWithCheckOptions',
    means: 'denied by policy',
  },
  {
    title: 'a view whose owner may not read the base',
    on: 'vw.as_poor_owner',
    statement: 'select id from vw.as_poor_owner',
    reads: ['id'],
    ...lookalike,
  },
  {
    title: 'a view without the privilege',
    on: 'vw.ungranted',
    statement: 'select from vw.ungranted',
    ...lacking,
  },
  {
    title: 'a view over a table that its caller may not read',
    on: 'vw.over_closed',
    statement: 'select * from vw.over_closed',
    reads: 'all',
    ...lacking,
  },
  {
    title: 'a view that counts over a table that its caller may not read',
    on: 'vw.over_closed',
    statement: 'select count(*) from vw.over_closed',
    ...lacking,
  },
  {
    title: 'an INSERT through a view into a table that its caller may not write',
    on: 'vw.over_closed',
    statement: 'insert into vw.over_closed values (2, 2)',
    ...writesBoth,
    ...lacking,
  },
  {
    title: 'an UPDATE through a view of a table that its caller may not write',
    on: 'vw.over_closed',
    statement: 'update vw.over_closed set n = 2',
    writes: ['n'],
    ...lacking,
  },
  {
    title: 'a DELETE through a view from a table that its caller may not write',
    on: 'vw.over_closed',
    statement: 'delete from vw.over_closed',
    ...lacking,
  },
  {
    title: 'an INSTEAD OF trigger that reads a closed table before a view over another closed table',
    on: 'vw.over_closed_with_trigger',
    statement: 'insert into vw.over_closed_with_trigger values (2, 2)',
    before: 'alter policy p on vw.base with check (exists (select from priv.secret))',
    ...writesBoth,
    ...lookalike,
  },
  {
    title: 'a join of which the caller may not read one table',
    on: 'vw.joined',
    statement: 'select id from vw.joined',
    reads: ['id'],
    ...lacking,
  },
  {
    title: 'a view over a view over a table that its caller may not read',
    on: 'vw.of_closed_view',
    statement: 'select id from vw.of_closed_view',
    reads: ['id'],
    ...lacking,
  },
  {
    title: 'a view that shows a column of its base that its caller may not read',
    on: 'vw.shows_hidden',
    statement: 'select * from vw.shows_hidden',
    reads: 'all',
    ...lacking,
  },
  {
    title: 'a view that shows, beside what is asked for, a column that its caller may not read',
    on: 'vw.shows_hidden',
    statement: 'select id from vw.shows_hidden',
    reads: ['id'],
    ...lacking,
  },
  {
    title: 'a write, reading nothing, through a view that shows a column that its caller may not read',
    on: 'vw.shows_hidden',
    statement: 'insert into vw.shows_hidden (id) values (2)',
    writes: ['id'],
    means: 'affected 1',
  },
  {
    title: 'an UPDATE that reads through a view that shows a column that its caller may not read',
    on: 'vw.shows_hidden',
    statement: 'update vw.shows_hidden set id = 2 where id = 1',
    writes: ['id'],
    reads: ['id'],
    ...lacking,
  },
  {
    title: 'an UPDATE that reads nothing through a view that shows a column that its caller may not read',
    on: 'vw.shows_hidden',
    statement: 'update vw.shows_hidden set id = 2',
    writes: ['id'],
    means: 'affected 1',
  },
  {
    // the catalog does not say which columns a view's WHERE reads
    title: 'a view whose condition alone reads a column that its caller may not read',
    on: 'vw.needs_hidden',
    statement: 'select id from vw.needs_hidden',
    reads: ['id'],
    ...lookalike,
  },
  {
    title: 'a view over a schema without USAGE',
    on: 'vw.notes',
    statement: 'select id, n from vw.notes',
    ...readsBoth,
    means: 'returned 1',
  },
  {
    title: 'a view over a schema without USAGE whose policy reads a closed table',
    on: 'vw.notes',
    statement: 'select id, n from vw.notes',
    before: 'alter policy p on vw_private.notes using (exists (select from priv.secret))',
    ...readsBoth,
    ...lookalike,
  },
  {
    title: 'a row made from the type of a base whose schema is without USAGE',
    on: 'vw.notes',
    statement: `insert into vw.notes (id, n)
      select made.id, made.n from jsonb_populate_record(null::vw_private.notes, '{"id": 2}') made`,
    ...writesBoth,
    ...lookalike,
  },
  {
    title: 'a view that cannot be written',
    on: 'vw.counted',
    statement: 'insert into vw.counted (n) values (1)',
    says: (major) => `55000 ${major >= 17 ? 'error_view_not_updatable' : 'rewriteTargetView'}`,
    means: 'broken',
  },
]

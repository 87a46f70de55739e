import type { Situation } from './situation.ts'

const lacking = { says: '42501 aclcheck_error', means: 'denied by privilege' } as const
/** The server says the same, but it is not the statement's own privilege that is missing. */
const lookalike = { says: '42501 aclcheck_error', means: 'broken' } as const
const readsBoth = { reads: ['id', 'n'] } as const
const writesBoth = { writes: ['id', 'n'] } as const

/** Privileges on views and on what is behind them: section 2 of the table. */
export const viewPrivileges: readonly Situation[] = [
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
  ...['trigger', 'rule'].map((other): Situation => ({
    title: `a default that calls a closed function of a view over a closed table that a ${other} writes`,
    on: `vw.over_closed_with_${other}`,
    statement: `insert into vw.over_closed_with_${other} (id) values (2)`,
    writes: ['id'],
    ...lookalike,
  })),
  {
    title: 'an INSERT through a view whose condition alone reads a closed table',
    on: 'vw.excepts_closed',
    statement: 'insert into vw.excepts_closed values (2, 2)',
    ...writesBoth,
    means: 'affected 1',
  },
  {
    title: 'an INSERT through such a view under a policy that reads a closed table',
    on: 'vw.excepts_closed',
    statement: 'insert into vw.excepts_closed values (2, 2)',
    before: 'alter policy p on vw.base with check (exists (select from priv.secret))',
    ...writesBoth,
    ...lookalike,
  },
  {
    title: 'an UPDATE through a view whose condition alone reads a closed table',
    on: 'vw.excepts_closed',
    statement: 'update vw.excepts_closed set n = 2',
    writes: ['n'],
    ...lacking,
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
    title: 'such a write under a policy that reads a closed table',
    on: 'vw.shows_hidden',
    statement: 'insert into vw.shows_hidden (id) values (2)',
    before: 'alter policy p on vw.half_open with check (exists (select from priv.secret))',
    writes: ['id'],
    ...lookalike,
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
]

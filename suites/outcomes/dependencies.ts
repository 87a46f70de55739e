import type { Situation } from './situation.ts'

/** The server says what it says of a missing privilege, but it is not the statement's own that is missing. */
const lookalike = { says: '42501 aclcheck_error', means: 'broken' } as const
const lacking = { says: '42501 aclcheck_error', means: 'denied by privilege' } as const

/** Privileges that policies, foreign keys and functions lack, not the statement: section 2 of the table, continued. */
export const dependencies: readonly Situation[] = [
  ...[
    ['select from priv.depends', []],
    ['insert into priv.depends (id, n) values (2, 2)', ['id', 'n']],
    ['update priv.depends set n = 2', ['n']],
    ['delete from priv.depends', []],
  ].map(([statement, writes]): Situation => ({
    title: `"${String(statement)}" under a policy that reads a closed table`,
    on: 'priv.depends',
    statement: String(statement),
    writes: [writes ?? []].flat(),
    ...lookalike,
  })),
  {
    title: 'a policy that reads a closed table for no row at all',
    on: 'priv.depends_empty',
    statement: 'select from priv.depends_empty',
    ...lookalike,
  },
  {
    title: 'a policy that reads a closed table beside one that refuses',
    on: 'priv.depends_empty',
    statement: 'insert into priv.depends_empty (id) values (1)',
    before: `alter policy p on priv.depends_empty with check (exists (select from priv.secret));
      create policy never on priv.depends_empty as restrictive with check (false)`,
    writes: ['id'],
    ...lookalike,
  },
  {
    title: 'a policy that reads a closed table on a table that is closed itself',
    on: 'priv.depends',
    statement: 'select from priv.depends',
    role: 'anon',
    ...lacking,
  },
  {
    title: 'a policy that reads a closed table on a table with privileges on its columns alone',
    on: 'priv.depends_column',
    statement: 'select id from priv.depends_column',
    before: 'alter policy p on priv.depends_column using (exists (select from priv.secret))',
    reads: ['id'],
    ...lookalike,
  },
  {
    title: 'a policy that reads a column that the role may not read',
    on: 'priv.depends_column',
    statement: 'select id from priv.depends_column',
    reads: ['id'],
    means: 'returned 1',
  },
  {
    title: 'a policy that reads a closed table through an inlined function',
    on: 'priv.reads_in_function',
    statement: 'select from priv.reads_in_function',
    ...lookalike,
  },
  {
    title: 'an upsert without the UPDATE privilege, which a plain INSERT does not need,',
    on: 'priv.inserts_columns',
    statement: 'insert into priv.inserts_columns (n) values (1) on conflict (id) do update set n = 2',
    writes: ['n'],
    ...lookalike,
  },
  {
    title: 'row security switched off by the session',
    on: 'priv.open',
    statement: 'select from priv.open',
    settings: { row_security: 'off' },
    says: '42501 check_enable_rls',
    means: 'broken',
  },
  {
    title: 'row security switched off by the session, before a table that is closed,',
    on: 'priv.none',
    statement: 'select from priv.none',
    settings: { row_security: 'off' },
    says: '42501 check_enable_rls',
    means: 'broken',
  },
  {
    title: 'a table without the privilege for a role of which the catalog knows nothing',
    on: 'priv.none',
    statement: 'select from priv.none',
    role: 'stranger',
    ...lookalike,
  },
  {
    title: 'a foreign key whose owner has no USAGE on the schema',
    on: 'priv.child',
    statement: 'insert into priv.child values (1, 1)',
    writes: ['id', 'parent_id'],
    ...lookalike,
  },
  {
    title: 'a cascade whose owner may not delete',
    on: 'priv.cascading',
    statement: 'delete from priv.cascading',
    ...lookalike,
  },
  {
    title: 'a trigger that reads a closed table as its caller',
    on: 'priv.reads_as_caller',
    statement: 'insert into priv.reads_as_caller values (1)',
    writes: ['id'],
    ...lookalike,
  },
  {
    title: 'a trigger that reads a closed table as its owner',
    on: 'priv.reads_as_owner',
    statement: 'insert into priv.reads_as_owner values (1)',
    writes: ['id'],
    ...lookalike,
  },
  {
    title: 'a definer function that changes its role',
    on: 'priv.changes_role',
    statement: 'insert into priv.changes_role values (1)',
    writes: ['id'],
    says: (major) => `42501 ${major >= 17 ? 'set_config_with_handle' : 'set_config_option_ext'}`,
    means: 'broken',
  },
]

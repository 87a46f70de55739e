import type { Major, Situation } from './situation.ts'

const notNull = (major: Major): string =>
  `23502 ${major >= 18 ? 'ReportNotNullViolationError' : 'ExecConstraints'}`
const softly =
  (routine: string) =>
  (major: Major): string =>
    `${routine}${major >= 16 ? '_safe' : ''}`

/** [subject, table, the values of an INSERT or the SET of an UPDATE or both, what the server says, since which major] */
type Row = readonly [
  subject: string,
  table: string,
  insert: string | null,
  update: string | null,
  says: Situation['says'],
  since?: Major,
]

/** Stopped by a constraint: the policy has let the row in. */
const ADMITTED: readonly Row[] = [
  ['NULL in a NOT NULL column', 'required', '(2, null)', 'n = null', notNull],
  ['NULL in a virtual column', 'virtual_required', '(2, null)', 'n = null', notNull, 18],
  ['a value that fails a CHECK', 'checked', '(2, 10)', 'n = 10', '23514 ExecConstraints'],
  ['a duplicate primary key', 'uniq', '(1, 3)', 'id = 1 where id = 2', '23505 _bt_check_unique'],
  ['a duplicate unique key', 'uniq', '(3, 1)', 'n = 1 where id = 2', '23505 _bt_check_unique'],
  [
    'a duplicate in a partial index',
    'partial_index',
    '(3, 1)',
    'n = 1 where id = 2',
    '23505 _bt_check_unique',
  ],
  [
    'a duplicate in an index over an expression',
    'expression_index',
    `(3, 'A')`,
    `n = 'A' where id = 2`,
    '23505 _bt_check_unique',
  ],
  ['a duplicate in a deferrable key', 'deferrable', '(3, 1)', 'n = 1 where id = 2', '23505 _bt_check_unique'],
  ['a duplicate in a deferred key', 'deferred', '(3, 1)', 'n = 1 where id = 2', '23505 _bt_check_unique'],
  [
    'a conflict with an exclusion constraint',
    'excluding',
    `(3, '[1,2)')`,
    `n = '[1,2)' where id = 2`,
    '23P01 check_exclusion_or_unique_constraint',
  ],
  [
    'a conflict with a deferred exclusion constraint',
    'excluding_deferred',
    `(3, '[1,2)')`,
    `n = '[1,2)' where id = 2`,
    '23P01 check_exclusion_or_unique_constraint',
  ],
  [
    'a period that overlaps',
    'without_overlaps',
    `('[1,2)', '[2020-06-01,2020-07-01)')`,
    `id = '[1,2)' where id = '[2,3)'`,
    '23P01 check_exclusion_or_unique_constraint',
    18,
  ],
  [
    'an empty period',
    'without_overlaps',
    `('[5,6)', 'empty')`,
    `valid = 'empty' where id = '[2,3)'`,
    '23514 ExecWithoutOverlapsNotEmpty',
    18,
  ],
  [
    'a period without its parent',
    'of_period',
    `('[9,10)', '[2020-06-01,2020-07-01)')`,
    `id = '[9,10)'`,
    '23503 ri_ReportViolation',
    18,
  ],
  ['a foreign key without its parent', 'referring', '(2, 9)', 'n = 9', '23503 ri_ReportViolation'],
  [
    'a deferred foreign key without its parent',
    'referring_deferred',
    '(2, 9)',
    'n = 9',
    '23503 ri_ReportViolation',
  ],
  [
    'a value too large for its index',
    'indexed_text',
    `(2, (select string_agg(md5(i::text), '') from generate_series(1, 200) i))`,
    `n = (select string_agg(md5(i::text), '') from generate_series(1, 200) i)`,
    '54000 _bt_check_third_page',
  ],
  [
    'a row too large for a page',
    'too_wide',
    `(2${`, 'x'`.repeat(600)})`,
    Array.from({ length: 600 }, (_, i) => `c${i + 1} = 'x'`).join(', '),
    '54000 RelationGetBufferForTuple',
  ],
]

/** After the policy, too, but the server says nothing that it would not say before it. */
const AFTER_UNTOLD: readonly Row[] = [
  ['a division by zero in a CHECK', 'divides_in_check', '(2, 0)', 'n = 0', '22012 int4div'],
  ['a division by zero in an index', 'divides_in_index', '(2, 0)', 'n = 0', '22012 int4div'],
]

/** Stopped while the row is made: the policy is not asked. */
const BEFORE: readonly Row[] = [
  ['a division by zero in a stored column', 'divides_stored', '(2, 0)', 'n = 0', '22012 int4div'],
  [
    'a division by zero in the values',
    'checked',
    '(2, 1 / (select 0))',
    'n = 1 / (select 0)',
    '22012 int4div',
  ],
  ['a domain’s CHECK on a literal', 'of_domain', '(2, 10)', 'n = 10', '23514 ExecEvalConstraintCheck'],
  [
    'a domain’s CHECK on a computed value',
    'of_domain',
    '(2, (select 10))',
    'n = (select 10)',
    '23514 ExecEvalConstraintCheck',
  ],
  [
    'a domain’s NOT NULL',
    'of_given_domain',
    '(2, null)',
    'n = (select null::int)',
    '23502 ExecEvalConstraintNotNull',
  ],
  ['a text too long for its type', 'typed', `(2, 'long')`, `short = 'long'`, '22001 varchar'],
  ['a number too large for its type', 'typed', `(2, '', 1000)`, 'exact = 1000', '22003 apply_typmod'],
  ['a number too large for smallint', 'typed', `(2, '', 1, 100000)`, 'tiny = 100000', '22003 i4toi2'],
  ['an unknown label of an enum', 'typed', `(2, '', 1, 1, 'sad')`, `mood = 'sad'`, '22P02 enum_in'],
  [
    'a text that is no number',
    'checked',
    `(2, 'x')`,
    `n = 'x'`,
    (m) => `22P02 ${softly('pg_strtoint32')(m)}`,
  ],
  [
    'a value for an identity column that is always generated',
    'identity_always',
    '(1, 1)',
    'id = 5',
    '428C9 rewriteTargetListIU',
  ],
  ['a value for a generated column', 'divides_stored', '(2, 1, 1)', 'by_n = 1', '428C9 rewriteTargetListIU'],
]

function expand(
  [subject, table, values, set, says, since]: Row,
  decided: 'before' | 'after',
  means: Situation['means'],
): readonly Situation[] {
  const common = {
    on: `con.${table}`,
    says,
    means,
    decided,
    ...(since === undefined ? {} : { since }),
  } as const
  return [
    ...(values === null
      ? []
      : [
          {
            ...common,
            title: `${subject}, inserted,`,
            statement: `insert into con.${table} values ${values}`,
          },
        ]),
    ...(set === null
      ? []
      : [{ ...common, title: `${subject}, by an update,`, statement: `update con.${table} set ${set}` }]),
  ]
}

/** Stopped by a constraint, a type or a domain: section 3 of the table. */
export const constraints: readonly Situation[] = [
  ...ADMITTED.flatMap((row) => expand(row, 'after', 'admitted')),
  ...AFTER_UNTOLD.flatMap((row) => expand(row, 'after', 'broken')),
  ...BEFORE.flatMap((row) => expand(row, 'before', 'broken')),
  {
    title: 'a division by zero in a default',
    on: 'con.divides_in_default',
    statement: 'insert into con.divides_in_default (id) values (2)',
    before: 'alter table con.divides_in_default alter n set default 1 / con.divide(0)',
    decided: 'before',
    says: '22012 int4div',
    means: 'broken',
  },
  {
    title: 'a virtual column that nobody reads and whose expression would raise',
    on: 'con.virtual',
    statement: 'insert into con.virtual values (2, 0)',
    decided: 'after',
    means: 'affected 1',
    since: 18,
  },
  {
    title: 'a virtual column that the policy reads and whose expression raises',
    on: 'con.virtual',
    statement: 'insert into con.virtual values (2, 0)',
    before: 'alter policy p on con.virtual with check (by_n > 0)',
    says: '22012 int4div',
    means: 'broken',
    since: 18,
  },
  {
    title: 'an identity column that is overridden',
    on: 'con.identity_always',
    statement: 'insert into con.identity_always overriding system value values (1, 1)',
    decided: 'after',
    means: 'affected 1',
  },
  {
    title: 'a domain’s CHECK on a row that is made from JSON',
    on: 'con.of_domain',
    statement: `insert into con.of_domain (id, n)
      select made.id, made.n from jsonb_populate_record(null::con.of_domain, '{"id": 2, "n": 10}') made`,
    decided: 'before',
    says: '23514 domain_check_input',
    means: 'broken',
  },
  {
    title: 'a duplicate key of a row that is made from JSON',
    on: 'con.uniq',
    statement: `insert into con.uniq (id, n)
      select made.id, made.n from jsonb_populate_record(null::con.uniq, '{"id": 1, "n": 3}') made`,
    decided: 'after',
    says: '23505 _bt_check_unique',
    means: 'admitted',
  },
  {
    title: 'a duplicate of a row that the policy hides',
    on: 'con.uniq',
    statement: 'insert into con.uniq values (1, 3)',
    before: 'alter policy p on con.uniq using (false) with check (true)',
    says: '23505 _bt_check_unique',
    means: 'admitted',
  },
]

import type { Situation } from './situation.ts'

const duplicate = { says: '23505 _bt_check_unique', means: 'admitted', decided: 'after' } as const
const misplaced = { says: '23514 ExecPartitionCheckEmitError' } as const
const homeless = { says: '23514 ExecFindPartition', means: 'broken', decided: 'before' } as const

/** Partitions and inheritance: sections 3 and 9 of the table. */
export const partitions: readonly Situation[] = [
  {
    title: 'a duplicate key in a partition',
    on: 'part.root',
    statement: 'insert into part.root values (1, 2)',
    ...duplicate,
  },
  {
    title: 'a duplicate key in a partition of a partition',
    on: 'part.root',
    statement: 'insert into part.root values (1, 22)',
    ...duplicate,
  },
  {
    title: 'a duplicate key in a partition that is named',
    on: 'part.low',
    statement: 'insert into part.low values (1, 2)',
    ...duplicate,
  },
  {
    title: 'a row without a partition',
    on: 'part.root',
    statement: 'insert into part.root values (1, 99)',
    ...homeless,
  },
  {
    title: 'an UPDATE into no partition',
    on: 'part.root',
    statement: 'update part.root set n = 99',
    ...homeless,
  },
  {
    title: 'an INSERT into the wrong partition',
    on: 'part.low',
    statement: 'insert into part.low values (5, 15)',
    decided: 'after',
    means: 'admitted',
    ...misplaced,
  },
  {
    title: 'an INSERT into the wrong partition that has partitions itself',
    on: 'part.nested',
    statement: 'insert into part.nested values (5, 15)',
    decided: 'before',
    means: 'broken',
    ...misplaced,
  },
  {
    title: 'an UPDATE out of the partition that is named',
    on: 'part.low',
    statement: 'update part.low set n = 15',
    decided: 'before',
    means: 'broken',
    ...misplaced,
  },
  {
    title: 'an UPDATE that moves a row onto a duplicate in another partition',
    on: 'part.root',
    statement: 'update part.root set n = 15 where n = 1',
    ...duplicate,
  },
  {
    title: 'an UPDATE that moves a row to another partition, INSERT and DELETE being closed,',
    on: 'part.opened',
    statement: 'update part.opened set n = 15 where n = 1',
    before:
      'create policy p on part.opened for update using (true); create policy s on part.opened for select using (true)',
    means: 'affected 1',
  },
  {
    title: 'an UPDATE that moves a row to a partition whose CHECK it fails',
    on: 'part.moves',
    statement: 'update part.moves set n = 15',
    decided: 'after',
    says: '23514 ExecConstraints',
    means: 'admitted',
  },
  {
    title: 'an UPDATE that moves a row to a partition whose BEFORE trigger raises',
    on: 'part.guarded',
    statement: 'update part.guarded set n = 15',
    decided: 'before',
    says: 'P0001 exec_stmt_raise',
    means: 'broken',
  },
  {
    title: 'an INSERT that the parent refuses',
    on: 'part.opened',
    statement: 'insert into part.opened values (1, 1)',
    says: '42501 ExecWithCheckOptions',
    means: 'denied by policy',
  },
  {
    title: 'a partition without row security, named directly,',
    on: 'part.opened_leaf',
    statement: 'insert into part.opened_leaf values (1, 1)',
    means: 'affected 1',
  },
  {
    title: 'a partition that is closed, reached through its open parent,',
    on: 'part.opened',
    statement: 'select from part.opened where n > 10',
    before: 'create policy p on part.opened using (true)',
    means: 'returned 1',
  },
  {
    title: 'an UPDATE of a child through the parent that a constraint of the child stops',
    on: 'part.parent',
    statement: 'update part.parent set n = 50 where id = 2',
    decided: 'after',
    says: '23514 ExecConstraints',
    means: 'admitted',
  },
  {
    title: 'an UPDATE of a child through the parent that the child’s policy would refuse',
    on: 'part.parent',
    statement: 'update part.parent set n = 5 where id = 2',
    before: 'alter policy p on part.child using (false)',
    means: 'affected 1',
  },
  {
    title: 'a DELETE through the parent',
    on: 'part.parent',
    statement: 'delete from part.parent where id = 2',
    decided: 'after',
    means: 'affected 1',
  },
]

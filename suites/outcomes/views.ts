import type { Situation } from './situation.ts'

const duplicate = { says: '23505 _bt_check_unique', means: 'admitted', decided: 'after' } as const
const unchecked = {
  says: '44000 ExecWithCheckOptions',
  means: 'denied by check option',
  decided: 'after',
} as const

/** Views: what sections 1 and 3 of the table say of them. */
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
    title: 'a trigger that fails the CHECK OPTION of another view',
    on: 'vw.writes_local',
    statement: 'insert into vw.writes_local values (2)',
    decided: 'before',
    says: '44000 ExecWithCheckOptions',
    means: 'broken',
  },
  {
    title: 'a view that cannot be written',
    on: 'vw.counted',
    statement: 'insert into vw.counted (n) values (1)',
    says: (major) => `55000 ${major >= 17 ? 'error_view_not_updatable' : 'rewriteTargetView'}`,
    means: 'broken',
  },
]

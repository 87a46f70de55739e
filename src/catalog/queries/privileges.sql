-- What each role in question may do, through itself, the roles it inherits from and PUBLIC.
select
  c.oid::int8 as relation,
  r.rolname as role,
  has_table_privilege(r.oid, c.oid, 'select') as "select",
  has_table_privilege(r.oid, c.oid, 'insert') as "insert",
  has_table_privilege(r.oid, c.oid, 'update') as "update",
  has_table_privilege(r.oid, c.oid, 'delete') as "delete",
  has_table_privilege(r.oid, c.oid, 'truncate') as "truncate",
  has_table_privilege(r.oid, c.oid, 'references') as "references",
  has_table_privilege(r.oid, c.oid, 'trigger') as "trigger"
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
cross join pg_roles r
where c.relkind in ('r', 'p', 'v', 'm', 'f')
  and n.nspname <> 'information_schema' and n.nspname not like 'pg\_%'
  and r.rolname = any (string_to_array(current_setting('rls_harness.roles'), ','))
order by c.oid, r.rolname;

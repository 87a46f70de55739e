-- Column privileges, for relations where any column has a privilege list of its own.
select
  a.attrelid::int8 as relation,
  r.rolname as role,
  a.attname as name,
  has_column_privilege(r.oid, a.attrelid, a.attnum, 'select') as "select",
  has_column_privilege(r.oid, a.attrelid, a.attnum, 'insert') as "insert",
  has_column_privilege(r.oid, a.attrelid, a.attnum, 'update') as "update"
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
cross join pg_roles r
where a.attnum > 0 and not a.attisdropped
  and c.relkind in ('r', 'p', 'v', 'm', 'f')
  and n.nspname <> 'information_schema' and n.nspname not like 'pg\_%'
  and r.rolname = any (string_to_array(current_setting('rls_harness.roles'), ','))
  and exists (select from pg_attribute x where x.attrelid = a.attrelid and x.attacl is not null)
order by a.attrelid, r.rolname, a.attnum;

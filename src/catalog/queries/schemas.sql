-- Schemas, with the roles that have USAGE and those that may make something in them.
select
  n.nspname as name,
  (
    select to_json(coalesce(array_agg(r.rolname order by r.rolname), '{}'))
    from pg_roles r
    where r.rolname = any (string_to_array(current_setting('rls_harness.roles'), ','))
      and has_schema_privilege(r.oid, n.oid, 'usage')
  ) as usable_by,
  (
    select to_json(coalesce(array_agg(r.rolname order by r.rolname), '{}'))
    from pg_roles r
    where r.rolname = any (string_to_array(current_setting('rls_harness.roles'), ','))
      and has_schema_privilege(r.oid, n.oid, 'create')
  ) as creatable_by
from pg_namespace n
where n.nspname <> 'information_schema' and n.nspname not like 'pg\_%'
order by n.nspname;

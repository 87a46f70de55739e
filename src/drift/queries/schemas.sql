-- The project's schemas, without the platform's and those that an extension owns.
select
  'schema' as kind,
  json_build_array(n.nspname) as path,
  null as relation,
  json_build_object('owner', pg_get_userbyid(n.nspowner)) as facets,
  '{}'::json as extra
from pg_namespace n
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
  and not exists (
    select from pg_depend d where d.classid = 'pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e'
  )
order by n.nspname;

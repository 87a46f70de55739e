-- The two switches of every table, also of the platform's tables that projects write policies for.
select
  'row security' as kind,
  json_build_array(n.nspname, c.relname) as path,
  n.nspname || '.' || c.relname as relation,
  json_build_object(
    'enabled', case when c.relrowsecurity then 'on' else 'off' end,
    'forced', case when c.relforcerowsecurity then 'on' else 'off' end
  ) as facets,
  '{}'::json as extra
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p')
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and (
    n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
    or n.nspname || '.' || c.relname in ('storage.objects', 'storage.buckets', 'realtime.messages')
  )
  and not exists (
    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  )
order by n.nspname, c.relname;

-- Views and materialized views, with the options that decide with whose rights they read.
with options as (
  select c.oid as view, split_part(o, '=', 1) as name, substr(o, strpos(o, '=') + 1) as value
  from pg_class c, unnest(c.reloptions) o
  where c.relkind in ('v', 'm')
)
select
  case c.relkind when 'v' then 'view' else 'materialized view' end as kind,
  json_build_array(n.nspname, c.relname) as path,
  n.nspname || '.' || c.relname as relation,
  json_build_object(
    'definition', pg_get_viewdef(c.oid),
    'security_invoker', (select case when o.value::boolean then 'on' end from options o where o.view = c.oid and o.name = 'security_invoker'),
    'security_barrier', (select case when o.value::boolean then 'on' end from options o where o.view = c.oid and o.name = 'security_barrier'),
    'check_option', (select o.value from options o where o.view = c.oid and o.name = 'check_option'),
    'owner', pg_get_userbyid(c.relowner)
  ) as facets,
  '{}'::json as extra
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('v', 'm')
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
  and not exists (
    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  )
order by n.nspname, c.relname;

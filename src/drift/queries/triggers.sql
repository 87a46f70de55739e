-- Triggers on tables of the project, and those on tables of the platform that run a function of the project.
select
  'trigger' as kind,
  json_build_array(n.nspname, c.relname, t.tgname) as path,
  n.nspname || '.' || c.relname as relation,
  json_build_object(
    'definition', pg_get_triggerdef(t.oid),
    'enabled', case t.tgenabled when 'O' then 'origin' when 'D' then 'disabled' when 'R' then 'replica' else 'always' end
  ) as facets,
  '{}'::json as extra
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_proc p on p.oid = t.tgfoid
join pg_namespace fn on fn.oid = p.pronamespace
where not t.tgisinternal and t.tgparentid = 0
  and (
    n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
    or (fn.nspname !~ '^pg_' and fn.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ',')))
  )
  and not exists (
    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  )
order by n.nspname, c.relname, t.tgname;

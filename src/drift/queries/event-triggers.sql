-- Event triggers that run a function of the project.
select
  'event trigger' as kind,
  json_build_array(t.evtname) as path,
  null as relation,
  json_build_object(
    'event', t.evtevent,
    'tags', (select string_agg(quote_literal(tag), ', ' order by tag) from unnest(t.evttags) tag),
    'function', format('%I.%I', n.nspname, p.proname),
    'enabled', case t.evtenabled when 'O' then 'origin' when 'D' then 'disabled' when 'R' then 'replica' else 'always' end
  ) as facets,
  '{}'::json as extra
from pg_event_trigger t
join pg_proc p on p.oid = t.evtfoid
join pg_namespace n on n.oid = p.pronamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
  and not exists (
    select from pg_depend d where d.classid = 'pg_event_trigger'::regclass and d.objid = t.oid and d.deptype = 'e'
  )
order by t.evtname;

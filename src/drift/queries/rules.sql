-- Rewrite rules beside those that make views what they are.
select
  'rule' as kind,
  json_build_array(n.nspname, c.relname, w.rulename) as path,
  n.nspname || '.' || c.relname as relation,
  json_build_object('definition', pg_get_ruledef(w.oid)) as facets,
  '{}'::json as extra
from pg_rewrite w
join pg_class c on c.oid = w.ev_class
join pg_namespace n on n.oid = c.relnamespace
where w.rulename <> '_RETURN'
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
  and not exists (
    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  )
order by n.nspname, c.relname, w.rulename;

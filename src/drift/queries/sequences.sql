-- Sequences that stand alone or number a column by default; those of identity columns belong to their column.
select
  'sequence' as kind,
  json_build_array(n.nspname, c.relname) as path,
  null as relation,
  json_build_object(
    'type', format_type(s.seqtypid, null),
    'start', s.seqstart::text,
    'increment', s.seqincrement::text,
    'minimum', s.seqmin::text,
    'maximum', s.seqmax::text,
    'cache', s.seqcache::text,
    'cycle', case when s.seqcycle then 'cycle' else 'no cycle' end,
    'owned by', owned.name,
    'owner', pg_get_userbyid(c.relowner)
  ) as facets,
  '{}'::json as extra
from pg_sequence s
join pg_class c on c.oid = s.seqrelid
join pg_namespace n on n.oid = c.relnamespace
left join (
  select d.objid, d.deptype, format('%I.%I.%I', tn.nspname, t.relname, a.attname) as name
  from pg_depend d
  join pg_class t on t.oid = d.refobjid
  join pg_namespace tn on tn.oid = t.relnamespace
  join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
) owned on owned.objid = c.oid
where owned.deptype is distinct from 'i'
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
  and not exists (
    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  )
order by n.nspname, c.relname;

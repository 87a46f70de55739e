-- Unique indexes that no constraint made: they are rules about rows. Others only make queries faster.
select
  'unique index' as kind,
  json_build_array(n.nspname, c.relname, x.relname) as path,
  n.nspname || '.' || c.relname as relation,
  json_build_object('definition', pg_get_indexdef(i.indexrelid)) as facets,
  '{}'::json as extra
from pg_index i
join pg_class x on x.oid = i.indexrelid
join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = c.relnamespace
where i.indisunique and not x.relispartition and c.relkind in ('r', 'p', 'm')
  and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
  and not exists (
    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  )
order by n.nspname, c.relname, x.relname;

-- What Realtime sends to subscribers: the tables of its publication, with the rows and columns that it is narrowed to.
select
  'published' as kind,
  json_build_array(p.pubname, n.nspname, c.relname) as path,
  n.nspname || '.' || c.relname as relation,
  json_build_object(
    'columns', (
      select string_agg(format('%I', a.attname), ', ' order by a.attnum)
      from pg_attribute a where a.attrelid = r.prrelid and a.attnum = any (r.prattrs::int2[])
    ),
    'rows', pg_get_expr(r.prqual, r.prrelid)
  ) as facets,
  '{}'::json as extra
from pg_publication p
join pg_publication_rel r on r.prpubid = p.oid
join pg_class c on c.oid = r.prrelid
join pg_namespace n on n.oid = c.relnamespace
where p.pubname = 'supabase_realtime'
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
order by n.nspname, c.relname;

-- Whether Realtime is told of all tables, listed or not, and of all tables of which schemas.
select
  'publication' as kind,
  json_build_array(p.pubname) as path,
  null as relation,
  json_build_object(
    'tables', case when p.puballtables then 'all' else 'listed' end,
    'schemas', (
      select string_agg(format('%I', n.nspname), ', ' order by n.nspname)
      from pg_publication_namespace s join pg_namespace n on n.oid = s.pnnspid
      where s.pnpubid = p.oid
    )
  ) as facets,
  '{}'::json as extra
from pg_publication p
where p.pubname = 'supabase_realtime';

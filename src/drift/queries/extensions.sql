-- Extensions by name and schema; which version is there says nothing about access.
select
  'extension' as kind,
  json_build_array(e.extname) as path,
  null as relation,
  json_build_object('schema', n.nspname) as facets,
  '{}'::json as extra
from pg_extension e
join pg_namespace n on n.oid = e.extnamespace
order by e.extname;

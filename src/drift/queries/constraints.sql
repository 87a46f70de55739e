-- Keys, foreign keys, checks and exclusions of tables; what is inherited stands at the parent. NOT NULL stands at the column.
select
  'constraint' as kind,
  json_build_array(n.nspname, c.relname, k.conname) as path,
  n.nspname || '.' || c.relname as relation,
  json_build_object('definition', pg_get_constraintdef(k.oid)) as facets,
  json_build_object('type', k.contype) as extra
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
where k.contype in ('p', 'u', 'f', 'c', 'x') and k.conislocal and k.conparentid = 0
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
  and not exists (
    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  )
order by n.nspname, c.relname, k.contype = 'f', k.conname;

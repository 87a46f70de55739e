-- Columns of tables in their order. Those of views follow from the query.
with identities as (
  select d.refobjid as relation, d.refobjsubid as number, format('%I.%I', sn.nspname, s.relname) as name
  from pg_depend d
  join pg_class s on s.oid = d.objid and s.relkind = 'S'
  join pg_namespace sn on sn.oid = s.relnamespace
  where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype = 'i' and d.refobjsubid > 0
)
select
  'column' as kind,
  json_build_array(n.nspname, c.relname, a.attname) as path,
  n.nspname || '.' || c.relname as relation,
  json_build_object(
    'type', format_type(a.atttypid, a.atttypmod),
    'not null', case when a.attnotnull then 'not null' end,
    'default', case when a.attgenerated = '' then pg_get_expr(f.adbin, f.adrelid) end,
    'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end,
    'generated', case a.attgenerated when 's' then format('(%s) stored', pg_get_expr(f.adbin, f.adrelid)) when 'v' then format('(%s) virtual', pg_get_expr(f.adbin, f.adrelid)) end,
    'collation', case when a.attcollation <> t.typcollation then (
      select format('%I.%I', cn.nspname, k.collname)
      from pg_collation k join pg_namespace cn on cn.oid = k.collnamespace
      where k.oid = a.attcollation
    ) end
  ) as facets,
  json_build_object('local', case when a.attislocal then 'local' end, 'sequence', identities.name) as extra
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_type t on t.oid = a.atttypid
left join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
left join identities on identities.relation = a.attrelid and identities.number = a.attnum
where a.attnum > 0 and not a.attisdropped
  and c.relkind in ('r', 'p', 'f')
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
  and not exists (
    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  )
order by n.nspname, c.relname, a.attnum;

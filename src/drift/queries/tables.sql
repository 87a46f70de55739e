-- Tables of all kinds: what they are, what they are part of, and whose they are.
with parents as (
  select
    i.inhrelid as child,
    string_agg(format('%I.%I', pn.nspname, p.relname), ', ' order by i.inhseqno) as names
  from pg_inherits i
  join pg_class p on p.oid = i.inhparent
  join pg_namespace pn on pn.oid = p.relnamespace
  group by i.inhrelid
)
select
  'table' as kind,
  json_build_array(n.nspname, c.relname) as path,
  n.nspname || '.' || c.relname as relation,
  json_build_object(
    'kind', case c.relkind when 'p' then 'partitioned table' when 'f' then 'foreign table' else case c.relpersistence when 'u' then 'unlogged table' else 'table' end end,
    'partitioned by', case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end,
    'partition of', case when c.relispartition then parents.names end,
    'bound', case when c.relispartition then pg_get_expr(c.relpartbound, c.oid) end,
    'inherits', case when not c.relispartition then parents.names end,
    'server', (
      select fs.srvname from pg_foreign_table ft join pg_foreign_server fs on fs.oid = ft.ftserver where ft.ftrelid = c.oid
    ),
    'owner', pg_get_userbyid(c.relowner)
  ) as facets,
  '{}'::json as extra
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join parents on parents.child = c.oid
where c.relkind in ('r', 'p', 'f')
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
  and not exists (
    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  )
order by n.nspname, c.relname;

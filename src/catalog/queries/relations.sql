-- Everything that holds or shows rows, outside of PostgreSQL's own schemas.
select
  c.oid::int8 as oid,
  n.nspname as schema,
  c.relname as name,
  c.relkind as relkind,
  pg_get_userbyid(c.relowner) as owner,
  c.relrowsecurity,
  c.relforcerowsecurity,
  c.relispartition,
  pg_get_expr(c.relpartbound, c.oid) as partition_bound,
  c.relhasrules and exists (
    select from pg_rewrite w where w.ev_class = c.oid and w.rulename <> '_RETURN'
  ) as has_rules,
  to_json(coalesce(c.reloptions, '{}')) as options,
  case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end as definition,
  case when c.relkind in ('v', 'f') then pg_relation_is_updatable(c.oid, true) else 0 end as writable,
  (
    select to_json(coalesce(array_agg(i.inhparent::int8 order by i.inhseqno), '{}'))
    from pg_inherits i where i.inhrelid = c.oid
  ) as parents,
  (
    select e.extname
    from pg_depend d join pg_extension e on e.oid = d.refobjid
    where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
      and d.refclassid = 'pg_extension'::regclass
  ) as extension
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f')
  and n.nspname <> 'information_schema' and n.nspname not like 'pg\_%'
order by n.nspname, c.relname;

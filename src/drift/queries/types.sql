-- Enums, domains, composite types and ranges that somebody made.
with enums as (
  select
    e.enumtypid as type,
    string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) as labels
  from pg_enum e
  group by e.enumtypid
),
attributes as (
  select
    a.attrelid as relation,
    string_agg(
      format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
        || case
          when a.attcollation <> t.typcollation and a.attcollation <> 0
            then (select format(' collate %I.%I', cn.nspname, k.collname) from pg_collation k join pg_namespace cn on cn.oid = k.collnamespace where k.oid = a.attcollation)
          else ''
        end,
      ', ' order by a.attnum
    ) as list
  from pg_attribute a
  join pg_type t on t.oid = a.atttypid
  join pg_class c on c.oid = a.attrelid and c.relkind = 'c'
  where a.attnum > 0 and not a.attisdropped
  group by a.attrelid
),
checks as (
  select
    k.contypid as type,
    string_agg(format('constraint %I %s', k.conname, pg_get_constraintdef(k.oid)), E'\n' order by k.conname) as list,
    string_agg(quote_ident(k.conname), ',' order by k.conname) as names
  from pg_constraint k
  where k.contypid <> 0 and k.contype = 'c'
  group by k.contypid
)
select
  case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'c' then 'composite type' else 'range' end as kind,
  json_build_array(n.nspname, t.typname) as path,
  null as relation,
  json_build_object(
    'labels', enums.labels,
    'type', case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) when t.typtype = 'r' then format_type(r.rngsubtype, null) end,
    'attributes', attributes.list,
    'not null', case when t.typnotnull then 'not null' end,
    'default', t.typdefault,
    'checks', checks.list,
    'owner', pg_get_userbyid(t.typowner)
  ) as facets,
  json_build_object('check names', checks.names) as extra
from pg_type t
join pg_namespace n on n.oid = t.typnamespace
left join pg_class c on c.oid = t.typrelid
left join pg_range r on r.rngtypid = t.oid
left join enums on enums.type = t.oid
left join attributes on attributes.relation = t.typrelid and t.typtype = 'c'
left join checks on checks.type = t.oid
where (t.typtype in ('e', 'd', 'r') or (t.typtype = 'c' and c.relkind = 'c'))
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
  and not exists (
    select from pg_depend d where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e'
  )
order by n.nspname, t.typname;

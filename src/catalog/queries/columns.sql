-- Columns with their types resolved through domains and arrays.
with recursive own as materialized (
  select c.oid
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f')
    and n.nspname <> 'information_schema' and n.nspname not like 'pg\_%'
),
resolved as (
  select t.oid as of_type, t.oid, t.typtype, t.typbasetype, t.typtypmod
  from pg_type t
  where t.oid in (select a.atttypid from pg_attribute a join own on own.oid = a.attrelid where a.attnum > 0)
  union all
  select r.of_type, b.oid, b.typtype, b.typbasetype, coalesce(nullif(b.typtypmod, -1), r.typtypmod)
  from resolved r join pg_type b on b.oid = r.typbasetype
  where r.typtype = 'd'
),
base as (
  select r.of_type, r.oid, r.typtypmod as domain_typmod
  from resolved r where r.typtype <> 'd'
),
domain_checks as (
  select r.of_type, json_agg(pg_get_expr(k.conbin, 0) order by k.conname) as checks
  from resolved r join pg_constraint k on k.contypid = r.oid and k.contype = 'c'
  group by r.of_type
),
enums as (
  select e.enumtypid as of_type, json_agg(e.enumlabel order by e.enumsortorder) as labels
  from pg_enum e
  group by e.enumtypid
)
select
  a.attrelid::int8 as relation,
  a.attnum::int4 as number,
  a.attname as name,
  format_type(a.atttypid, a.atttypmod) as type,
  coalesce(element.typname, base_type.typname) as base_type,
  element.oid is not null as is_array,
  a.attnotnull or outer_type.typnotnull as not_null,
  pg_get_expr(d.adbin, d.adrelid) as default_expression,
  a.attidentity as identity,
  a.attgenerated <> '' as generated,
  enums.labels,
  coalesce(nullif(a.atttypmod, -1), base.domain_typmod, -1) as typmod,
  coalesce(domain_checks.checks, '[]') as domain_checks
from own
join pg_attribute a on a.attrelid = own.oid
join pg_type outer_type on outer_type.oid = a.atttypid
join base on base.of_type = a.atttypid
join pg_type base_type on base_type.oid = base.oid
left join pg_type element on base_type.typcategory = 'A' and element.oid = base_type.typelem
left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
left join domain_checks on domain_checks.of_type = a.atttypid
left join enums on enums.of_type = coalesce(element.oid, base_type.oid)
where a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum;

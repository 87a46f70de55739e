-- Foreign keys, CHECK and exclusion constraints of relations.
select
  k.conrelid::int8 as relation,
  k.conname as name,
  k.contype as kind,
  (
    select to_json(coalesce(array_agg(a.attname order by p.position), '{}'))
    from unnest(k.conkey) with ordinality p (number, position)
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = p.number
  ) as columns,
  k.confrelid::int8 as target,
  tn.nspname || '.' || t.relname as target_name,
  (
    select to_json(coalesce(array_agg(a.attname order by p.position), '{}'))
    from unnest(k.confkey) with ordinality p (number, position)
    join pg_attribute a on a.attrelid = k.confrelid and a.attnum = p.number
  ) as target_columns,
  k.confdeltype as on_delete,
  k.condeferrable as deferrable,
  case when k.contype = 'c' then pg_get_expr(k.conbin, k.conrelid) end as expression
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_namespace n on n.oid = c.relnamespace
left join pg_class t on t.oid = k.confrelid
left join pg_namespace tn on tn.oid = t.relnamespace
where k.contype in ('f', 'c', 'x') and n.nspname <> 'information_schema' and n.nspname not like 'pg\_%'
order by k.conrelid, k.contype, k.conname;

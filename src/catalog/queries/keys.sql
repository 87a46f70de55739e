-- Unique keys: constraints and plain unique indexes alike.
select
  i.indrelid::int8 as relation,
  x.relname as name,
  i.indisprimary as is_primary,
  i.indpred is not null or i.indexprs is not null as partial,
  coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) as nulls_not_distinct,
  (
    select to_json(coalesce(array_agg(a.attname order by k.position), '{}'))
    from unnest(i.indkey::int2[]) with ordinality k (number, position)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
    where k.position <= i.indnkeyatts
  ) as columns
from pg_index i
join pg_class x on x.oid = i.indexrelid
join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = c.relnamespace
where i.indisunique and n.nspname <> 'information_schema' and n.nspname not like 'pg\_%'
order by i.indrelid, not i.indisprimary, x.relname;

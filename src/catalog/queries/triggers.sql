-- Triggers that a user wrote; the bits of tgtype are those of src/include/catalog/pg_trigger.h.
select
  t.tgrelid::int8 as relation,
  t.tgname as name,
  t.tgtype::int4 as type,
  t.tgenabled <> 'D' as enabled,
  t.tgdeferrable as deferrable,
  n.nspname || '.' || p.proname as function_name
from pg_trigger t
join pg_proc p on p.oid = t.tgfoid
join pg_namespace n on n.oid = p.pronamespace
where not t.tgisinternal
order by t.tgrelid, t.tgname;

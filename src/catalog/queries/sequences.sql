-- Sequences, with what each role in question may do with them, and the column that they number.
select
  c.oid::int8 as oid,
  n.nspname as schema,
  c.relname as name,
  pg_get_userbyid(c.relowner) as owner,
  s.seqmin as lowest,
  (
    select d.refobjid::int8
    from pg_depend d
    where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_class'::regclass
      and d.deptype in ('a', 'i') and d.refobjsubid > 0
    limit 1
  ) as numbers,
  (
    select to_json(coalesce(array_agg(r.rolname order by r.rolname), '{}'))
    from pg_roles r
    where r.rolname = any (string_to_array(current_setting('rls_harness.roles'), ','))
      and has_sequence_privilege(r.oid, c.oid, 'select')
  ) as readable_by,
  (
    select to_json(coalesce(array_agg(r.rolname order by r.rolname), '{}'))
    from pg_roles r
    where r.rolname = any (string_to_array(current_setting('rls_harness.roles'), ','))
      and has_sequence_privilege(r.oid, c.oid, 'update')
  ) as settable_by
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_sequence s on s.seqrelid = c.oid
where n.nspname <> 'information_schema' and n.nspname not like 'pg\_%'
  and not exists (
    select from pg_depend d
    where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  )
order by n.nspname, c.relname;

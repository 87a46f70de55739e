-- Functions and procedures of the project (not those of extensions), with who may execute them.
select
  p.oid::int8 as oid,
  n.nspname as schema,
  p.proname as name,
  n.nspname || '.' || p.proname || '(' || (
    select coalesce(string_agg(format_type(a.type, null), ',' order by a.position), '')
    from unnest(p.proargtypes::oid[]) with ordinality a (type, position)
  ) || ')' as signature,
  p.prokind as kind,
  l.lanname as language,
  coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) as body,
  p.prosecdef as security_definer,
  p.provolatile as volatility,
  format_type(p.prorettype, null) as returns,
  p.proretset as returns_set,
  p.pronargs::int4 as argument_count,
  pg_get_userbyid(p.proowner) as owner,
  (
    select substring(setting from '^search_path=(.*)$')
    from unnest(p.proconfig) setting where setting like 'search\_path=%'
  ) as search_path,
  (
    select to_json(coalesce(array_agg(r.rolname order by r.rolname), '{}'))
    from pg_roles r
    where r.rolname = any (string_to_array(current_setting('rls_harness.roles'), ','))
      and has_function_privilege(r.oid, p.oid, 'execute')
  ) as executable_by
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_language l on l.oid = p.prolang
where n.nspname <> 'information_schema' and n.nspname not like 'pg\_%'
  and not exists (
    select from pg_depend d
    where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
  )
order by n.nspname, p.proname, 4;

-- Functions and procedures of the project (not those of extensions), with their arguments and who may execute them.
with recursive own as materialized (
  select p.*
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  where n.nspname <> 'information_schema' and n.nspname not like 'pg\_%'
    and not exists (
      select from pg_depend d
      where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
    )
),
given as (
  select
    p.oid as routine,
    a.position,
    a.type,
    coalesce(p.proargmodes[a.position]::text, 'i') as mode,
    nullif(p.proargnames[a.position], '') as name
  from own p, unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality a (type, position)
),
resolved as (
  select t.oid as of_type, t.oid, t.typtype, t.typbasetype from pg_type t where t.oid in (select type from given)
  union all
  select r.of_type, b.oid, b.typtype, b.typbasetype from resolved r join pg_type b on b.oid = r.typbasetype where r.typtype = 'd'
),
arguments as (
  select
    g.routine,
    json_agg(
      json_build_object(
        'name', g.name,
        'mode', g.mode,
        'type', format_type(g.type, null),
        'base_type', coalesce(element.typname, b.typname),
        'is_array', element.oid is not null,
        'relation', nullif(coalesce(element.typrelid, b.typrelid), 0)::int8,
        'composite', coalesce(element.typtype, b.typtype) = 'c',
        'pseudo', b.typtype = 'p',
        'default', pg_get_function_arg_default(g.routine, g.position::int4),
        'labels', (
          select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = coalesce(element.oid, b.oid)
        )
      )
      order by g.position
    ) as list
  from given g
  join resolved r on r.of_type = g.type and r.typtype <> 'd'
  join pg_type b on b.oid = r.oid
  left join pg_type element on b.typcategory = 'A' and element.oid = b.typelem
  group by g.routine
)
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
  coalesce(arguments.list, '[]') as arguments,
  p.pronargdefaults::int4 as default_count,
  p.prorettype = 'record'::regtype and not coalesce(p.proargmodes && '{o,b,t}'::"char"[], false) as returns_record,
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
from own p
join pg_namespace n on n.oid = p.pronamespace
join pg_language l on l.oid = p.prolang
left join arguments on arguments.routine = p.oid
order by n.nspname, p.proname, 4;

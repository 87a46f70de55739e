-- Functions, procedures and aggregates of the project.
select
  case p.prokind when 'a' then 'aggregate' else 'function' end as kind,
  json_build_array(n.nspname, p.proname, arguments.types) as path,
  null as relation,
  json_build_object(
    'kind', case p.prokind when 'p' then 'procedure' when 'w' then 'window function' when 'a' then 'aggregate' else 'function' end,
    'arguments', pg_get_function_arguments(p.oid),
    'returns', pg_get_function_result(p.oid),
    'language', l.lanname,
    'security', case when p.prosecdef then 'definer' else 'invoker' end,
    'volatility', case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
    'strict', case when p.proisstrict then 'strict' end,
    'leakproof', case when p.proleakproof then 'leakproof' end,
    'parallel', case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end,
    'settings', (select string_agg(setting, E'\n' order by setting) from unnest(p.proconfig) setting),
    'body', case when p.prokind <> 'a' then coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) end,
    'steps', case when p.prokind = 'a' then format(
      'sfunc = %s, stype = %s%s%s',
      a.aggtransfn::oid::regproc, format_type(a.aggtranstype, null),
      case when a.aggfinalfn::oid <> 0 then format(', finalfunc = %s', a.aggfinalfn::oid::regproc) else '' end,
      case when a.agginitval is not null then format(', initcond = %L', a.agginitval) else '' end
    ) end,
    'owner', pg_get_userbyid(p.proowner)
  ) as facets,
  json_build_object('definition', case when p.prokind <> 'a' then pg_get_functiondef(p.oid) end) as extra
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_language l on l.oid = p.prolang
left join pg_aggregate a on a.aggfnoid = p.oid
cross join lateral (
  select coalesce(string_agg(format_type(t.type, null), ',' order by t.position), '') as types
  from unnest(p.proargtypes::oid[]) with ordinality t (type, position)
) arguments
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
  and not exists (
    select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype in ('e', 'i')
  )
order by n.nspname, p.proname, arguments.types;

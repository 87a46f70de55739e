-- Roles and what they walk around. Which of them concern the project is decided where policies and privileges are known.
select
  'role' as kind,
  json_build_array(r.rolname) as path,
  null as relation,
  json_build_object(
    'superuser', case when r.rolsuper then 'superuser' end,
    'bypasses row security', case when r.rolbypassrls then 'bypassrls' end,
    'inherits', case when r.rolinherit then 'inherit' else 'noinherit' end
  ) as facets,
  '{}'::json as extra
from pg_roles r
where r.rolname !~ '^pg_'
order by r.rolname;

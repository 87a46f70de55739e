-- Who has the rights of whom, or may become whom.
select
  'membership' as kind,
  json_build_array(m.rolname, g.rolname) as path,
  null as relation,
  json_build_object(
    'inherits', case when bool_or(coalesce((to_jsonb(a) ->> 'inherit_option')::boolean, m.rolinherit)) then 'inherit' end,
    'becomes', case when bool_or(coalesce((to_jsonb(a) ->> 'set_option')::boolean, true)) then 'set' end
  ) as facets,
  '{}'::json as extra
from pg_auth_members a
join pg_roles m on m.oid = a.member
join pg_roles g on g.oid = a.roleid
where not m.rolsuper
group by m.rolname, g.rolname
order by m.rolname, g.rolname;

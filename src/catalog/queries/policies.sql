-- Policies; role OID 0 is PUBLIC.
select
  p.polrelid::int8 as relation,
  p.polname as name,
  p.polcmd as command,
  p.polpermissive as permissive,
  (
    select to_json(array_agg(coalesce(r.rolname, 'public') order by r.rolname))
    from unnest(p.polroles) u (oid) left join pg_roles r on r.oid = u.oid
  ) as roles,
  pg_get_expr(p.polqual, p.polrelid) as using_expression,
  pg_get_expr(p.polwithcheck, p.polrelid) as check_expression
from pg_policy p
order by p.polrelid, p.polname;

-- Policies, also those on tables of the platform: nobody but a project writes them. Role OID 0 is PUBLIC.
select
  'policy' as kind,
  json_build_array(n.nspname, c.relname, p.polname) as path,
  n.nspname || '.' || c.relname as relation,
  json_build_object(
    'command', case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
    'kind', case when p.polpermissive then 'permissive' else 'restrictive' end,
    'roles', (
      select string_agg(coalesce(quote_ident(r.rolname), 'public'), ', ' order by r.rolname collate "C" nulls first)
      from unnest(p.polroles) u (oid) left join pg_roles r on r.oid = u.oid
    ),
    'using', pg_get_expr(p.polqual, p.polrelid),
    'with check', pg_get_expr(p.polwithcheck, p.polrelid)
  ) as facets,
  '{}'::json as extra
from pg_policy p
join pg_class c on c.oid = p.polrelid
join pg_namespace n on n.oid = c.relnamespace
where not exists (
  select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
)
order by n.nspname, c.relname, p.polname;

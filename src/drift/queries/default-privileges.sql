-- What new objects of a role will be open to: for all schemas what holds instead of the built-in defaults, for one what
-- is added there.
with kinds (code, name, built_in) as (
  values ('r', 'tables', 'r'), ('S', 'sequences', 's'), ('f', 'functions', 'f')
),
owners as (
  select c.relowner as oid
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm')
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
  union
  select d.defaclrole from pg_default_acl d
),
lists as (
  select o.oid as owner, '' as schema, k.name, coalesce(d.defaclacl, acldefault(k.built_in::"char", o.oid)) as acl
  from owners o
  cross join kinds k
  left join pg_default_acl d on d.defaclrole = o.oid and d.defaclnamespace = 0 and d.defaclobjtype = k.code::"char"
  union all
  select d.defaclrole, n.nspname, k.name, d.defaclacl
  from pg_default_acl d
  join pg_namespace n on n.oid = d.defaclnamespace
  join kinds k on k.code::"char" = d.defaclobjtype
  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
)
select
  'default privilege' as kind,
  json_build_array(o.rolname, l.schema, l.name, case when x.grantee = 0 then 'public' when x.grantee = l.owner then '@self' else r.rolname end) as path,
  null as relation,
  json_build_object(
    'privileges', string_agg(distinct lower(x.privilege_type), ', ' order by lower(x.privilege_type))
  ) as facets,
  '{}'::json as extra
from lists l
join pg_roles o on o.oid = l.owner
cross join lateral aclexplode(l.acl) x
left join pg_roles r on r.oid = x.grantee
where x.privilege_type <> 'MAINTAIN' and not (x.grantee = l.owner and l.schema <> '') and (x.grantee in (0, l.owner) or not r.rolsuper)
group by o.rolname, l.schema, l.name, x.grantee, l.owner, r.rolname
order by o.rolname, l.schema, l.name, 2::text;

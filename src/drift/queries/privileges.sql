-- What was granted on what, one row per object and grantee. MAINTAIN (17) lets nobody at a row and is left out.
with objects as (
  select
    case when c.relkind = 'S' then 'sequence' else 'table' end as target, n.nspname as schema, c.relname as name,
    null::text as part, c.relowner as owner,
    coalesce(c.relacl, acldefault((case when c.relkind = 'S' then 's' else 'r' end)::"char", c.relowner)) as acl,
    'pg_class'::regclass as class, c.oid, n.nspname = 'auth' as of_platform
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  union all
  select 'table', n.nspname, c.relname, a.attname, c.relowner, a.attacl, 'pg_class'::regclass, c.oid, n.nspname = 'auth'
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
  where a.attacl is not null and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f')
  union all
  select
    'function', n.nspname, p.proname,
    (select coalesce(string_agg(format_type(t.type, null), ',' order by t.position), '') from unnest(p.proargtypes::oid[]) with ordinality t (type, position)),
    p.proowner, coalesce(p.proacl, acldefault('f', p.proowner)), 'pg_proc'::regclass, p.oid, false
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  union all
  select 'schema', n.nspname, n.nspname, null, n.nspowner, coalesce(n.nspacl, acldefault('n', n.nspowner)), 'pg_namespace'::regclass, n.oid, false
  from pg_namespace n
),
mine as (
  select o.*
  from objects o
  where o.schema !~ '^pg_' and o.schema <> 'information_schema'
    and (o.of_platform or o.schema <> all (string_to_array(current_setting('rls_harness.platform'), ',')))
    and not exists (select from pg_depend d where d.classid = o.class and d.objid = o.oid and d.deptype = 'e')
),
granted as (
  select
    o.target, o.schema, o.name, o.part,
    case when o.of_platform and o.schema = any (string_to_array(current_setting('rls_harness.platform'), ',')) then 'platform' end as place,
    case when x.grantee = 0 then 'public' when x.grantee = o.owner then '@self' else r.rolname end as grantee,
    lower(x.privilege_type) as privilege,
    bool_or(x.is_grantable) and x.grantee <> o.owner as grantable
  from mine o
  cross join lateral aclexplode(o.acl) x
  left join pg_roles r on r.oid = x.grantee
  where x.privilege_type <> 'MAINTAIN' and (x.grantee = 0 or x.grantee = o.owner or not r.rolsuper)
  group by o.target, o.schema, o.name, o.part, place, x.grantee, o.owner, r.rolname, x.privilege_type
)
select
  'privilege' as kind,
  json_build_array(target, schema, name, part, grantee) as path,
  case when target = 'table' then schema || '.' || name end as relation,
  json_build_object(
    'privileges', string_agg(privilege || case when grantable then '*' else '' end, ', ' order by privilege)
  ) as facets,
  json_build_object('place', place) as extra
from granted
group by target, schema, name, part, grantee, place
order by target, schema, name, part nulls first, grantee;

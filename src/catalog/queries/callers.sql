-- Roles that callers of the application may come in as: how many policies of the project name each, and how many of
-- its tables each was granted to read. `public` stands for policies that bind every role.
with own as (
  select c.oid, c.relowner, c.relacl
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p')
    and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and n.nspname <> all (string_to_array(current_setting('rls_harness.platform'), ','))
    and not exists (
      select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    )
),
named as (
  select role as oid, count(*) as policies
  from own join pg_catalog.pg_policy p on p.polrelid = own.oid, unnest(p.polroles) as role
  group by role
),
granted as (
  select acl.grantee as oid, count(distinct own.oid) as tables
  from own, aclexplode(own.relacl) acl
  where acl.privilege_type = 'SELECT' and acl.grantee <> own.relowner
  group by acl.grantee
),
owned as (select relowner as oid, count(*) as tables from own group by relowner)
select coalesce(r.rolname, 'public') as name,
       coalesce(named.policies, 0)::int as policies,
       coalesce(granted.tables, 0)::int as granted,
       coalesce(owned.tables, 0)::int as owned,
       (select count(*) from own)::int as tables,
       coalesce(r.rolsuper, false) as superuser,
       coalesce(r.rolbypassrls, false) as bypasses
from (select oid from pg_catalog.pg_roles union all select 0) as every
left join pg_catalog.pg_roles r on r.oid = every.oid
left join named on named.oid = every.oid
left join granted on granted.oid = every.oid
left join owned on owned.oid = every.oid
where named.oid is not null or granted.oid is not null or owned.oid is not null
order by 2 desc, 3 desc, 1

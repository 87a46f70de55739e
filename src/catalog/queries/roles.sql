-- Roles and what they walk around; of those in question also whose privileges they have, and whom they can become.
select
  r.rolname as name,
  r.rolsuper as superuser,
  r.rolbypassrls as bypass_row_security,
  r.rolcanlogin as login,
  (
    select to_json(coalesce(array_agg(o.rolname order by o.rolname), '{}'))
    from pg_roles o
    where o.oid <> r.oid and not r.rolsuper
      and r.rolname = any (string_to_array(current_setting('rls_harness.roles'), ','))
      and pg_has_role(r.oid, o.oid, 'usage')
  ) as inherits,
  (
    select to_json(coalesce(array_agg(o.rolname order by o.rolname), '{}'))
    from pg_roles o
    where o.oid <> r.oid and not r.rolsuper
      and r.rolname = any (string_to_array(current_setting('rls_harness.roles'), ','))
      -- before PostgreSQL 16 every member could
      and case
        when current_setting('server_version_num')::int4 >= 160000 then pg_has_role(r.oid, o.oid, 'set')
        else pg_has_role(r.oid, o.oid, 'member')
      end
  ) as becomes
from pg_roles r
order by r.rolname;

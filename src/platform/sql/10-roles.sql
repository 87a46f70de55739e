-- The roles of a Supabase cluster. What exists already is left as it is.
--
-- Roles belong to the cluster, and several databases may be made ready at once. An advisory lock holds within
-- one database only, so the lock taken here is one on the shared catalog of roles.
begin;

lock table pg_catalog.pg_authid in share row exclusive mode;

do $$
declare
  missing record;
begin
  for missing in
    select wanted.name, wanted.attributes
    from (
      values
        ('anon', 'nologin inherit'),
        ('authenticated', 'nologin inherit'),
        ('service_role', 'nologin inherit bypassrls'),
        ('authenticator', 'login noinherit'),
        ('postgres', 'login createdb createrole replication bypassrls'),
        ('supabase_admin', 'nologin createdb createrole bypassrls'),
        ('dashboard_user', 'nologin createdb createrole replication'),
        ('supabase_auth_admin', 'login noinherit createrole'),
        ('supabase_storage_admin', 'login noinherit createrole'),
        ('supabase_functions_admin', 'login noinherit createrole'),
        ('supabase_realtime_admin', 'nologin noinherit'),
        ('supabase_replication_admin', 'login replication'),
        ('supabase_etl_admin', 'login replication bypassrls'),
        ('supabase_read_only_user', 'login bypassrls'),
        ('pgbouncer', 'login'),
        ('pgsodium_keyiduser', 'nologin'),
        ('pgsodium_keyholder', 'nologin'),
        ('pgsodium_keymaker', 'nologin')
    ) as wanted (name, attributes)
    where not exists (select from pg_catalog.pg_roles where rolname = wanted.name)
  loop
    execute format('create role %I %s', missing.name, missing.attributes);
  end loop;
end
$$;

-- PostgREST logs in as authenticator and takes the role that the token names.
grant anon, authenticated, service_role to authenticator;

grant anon, authenticated, service_role, authenticator to supabase_storage_admin;

-- From PostgreSQL 16 on CREATEROLE alone no longer gives away somebody else's role.
grant anon, authenticated, service_role, authenticator to postgres with admin option;

-- Supabase patches its server so that postgres may add policies and triggers to tables of these three.
-- Plain PostgreSQL asks for the owner, so postgres becomes a member instead.
grant supabase_auth_admin, supabase_storage_admin, supabase_realtime_admin to postgres;

grant supabase_functions_admin, pg_monitor, pg_read_all_data, pg_signal_backend to postgres;

grant pg_read_all_data to supabase_read_only_user, supabase_etl_admin;

commit;

-- The roles of a Neon project that matter to policies. The owner of its databases bypasses row security, and so does
-- what it owns. anon stands for a session without a token, which Neon lets in as anonymous. What exists already is
-- left as it is.
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
        ('neon_superuser', 'nologin createdb createrole replication bypassrls'),
        ('neondb_owner', 'login createdb createrole replication bypassrls'),
        ('authenticator', 'login noinherit'),
        ('authenticated', 'nologin inherit'),
        ('anonymous', 'nologin inherit'),
        ('anon', 'nologin inherit')
    ) as wanted (name, attributes)
    where not exists (select from pg_catalog.pg_roles where rolname = wanted.name)
  loop
    execute format('create role %I %s', missing.name, missing.attributes);
  end loop;
end
$$;

grant anonymous to anon;

grant anon, anonymous, authenticated to authenticator;

-- From PostgreSQL 16 on CREATEROLE alone no longer gives away somebody else's role.
grant anonymous, authenticated, authenticator to neondb_owner with admin option;

grant neon_superuser, pg_monitor, pg_read_all_data, pg_write_all_data to neondb_owner;

commit;

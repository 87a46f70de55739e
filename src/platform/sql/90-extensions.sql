-- The extensions that a Supabase database starts with, as far as the server has them. postgres owns those that
-- it may create itself, so that a migration can drop them. Real ones may need others (supabase_vault needed pgsodium).
do $$
declare
  wanted record;
begin
  for wanted in
    select extension.name, extension.schema_name, control.trusted
    from (
      values
        ('pgcrypto', 'extensions'),
        ('uuid-ossp', 'extensions'),
        ('pg_stat_statements', 'extensions'),
        ('pg_net', 'extensions'),
        ('pg_graphql', 'graphql'),
        ('supabase_vault', 'vault')
    ) as extension (name, schema_name)
    join pg_catalog.pg_available_extensions as available on available.name = extension.name
    join pg_catalog.pg_available_extension_versions as control
      on control.name = available.name and control.version = available.default_version
    where available.installed_version is null
  loop
    execute format('create schema if not exists %I', wanted.schema_name);
    execute format('grant usage, create on schema %I to postgres', wanted.schema_name);
    if wanted.trusted then
      set local role postgres;
    end if;
    execute format('create extension %I schema %I cascade', wanted.name, wanted.schema_name);
    reset role;
  end loop;
end
$$;

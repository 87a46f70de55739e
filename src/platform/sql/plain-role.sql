-- The role that runs the migrations of a project without Supabase: an owner like any other, neither superuser
-- nor above row security, who may create the application's roles.
begin;

lock table pg_catalog.pg_authid in share row exclusive mode;

do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'app_owner') then
    create role app_owner login nobypassrls createrole;
  end if;
end
$$;

commit;

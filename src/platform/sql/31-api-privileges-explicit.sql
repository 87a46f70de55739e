-- Takes back what 30-api-privileges-legacy.sql gives to the API roles: a new object in public is closed to them
-- until a migration grants it. EXECUTE for PUBLIC is PostgreSQL's own default and stays, so a new function can
-- still be called by everybody.
alter default privileges for role postgres in schema public
  revoke all on tables from anon, authenticated, service_role;

alter default privileges for role postgres in schema public
  revoke all on sequences from anon, authenticated, service_role;

alter default privileges for role postgres in schema public
  revoke all on functions from anon, authenticated, service_role;

alter default privileges for role supabase_admin in schema public
  revoke all on tables from anon, authenticated, service_role;

alter default privileges for role supabase_admin in schema public
  revoke all on sequences from anon, authenticated, service_role;

alter default privileges for role supabase_admin in schema public
  revoke all on functions from anon, authenticated, service_role;

alter default privileges in schema public
  revoke all on tables from anon, authenticated, service_role;

alter default privileges in schema public
  revoke all on sequences from anon, authenticated, service_role;

alter default privileges in schema public
  revoke all on functions from anon, authenticated, service_role;

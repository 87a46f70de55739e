-- Every new object in public is open to the API roles; row security alone keeps rows apart. It holds for what
-- postgres makes, for supabase_admin, and for the current user, who steps in where postgres lacks a right.
alter default privileges for role postgres in schema public
  grant all on tables to postgres, anon, authenticated, service_role;

alter default privileges for role postgres in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;

alter default privileges for role postgres in schema public
  grant all on functions to postgres, anon, authenticated, service_role;

alter default privileges for role supabase_admin in schema public
  grant all on tables to postgres, anon, authenticated, service_role;

alter default privileges for role supabase_admin in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;

alter default privileges for role supabase_admin in schema public
  grant all on functions to postgres, anon, authenticated, service_role;

alter default privileges in schema public
  grant all on tables to postgres, anon, authenticated, service_role;

alter default privileges in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;

alter default privileges in schema public
  grant all on functions to postgres, anon, authenticated, service_role;

-- The schemas that a Supabase database has, and who may look into them.
create schema if not exists auth;

create schema if not exists storage;

create schema if not exists realtime;

create schema if not exists _realtime;

create schema if not exists extensions;

create schema if not exists graphql_public;

create schema if not exists supabase_functions;

create schema if not exists supabase_migrations;

grant usage on schema public to postgres, anon, authenticated, service_role;

grant usage on schema auth to postgres, anon, authenticated, service_role;

grant all on schema auth to supabase_auth_admin, dashboard_user;

grant usage on schema storage to anon, authenticated, service_role;

grant usage on schema storage to postgres with grant option;

grant all on schema storage to supabase_storage_admin with grant option;

grant all on schema storage to dashboard_user;

grant usage on schema realtime to anon, authenticated, service_role;

grant usage on schema realtime to postgres with grant option;

grant all on schema realtime to supabase_realtime_admin;

grant usage on schema extensions to anon, authenticated, service_role;

grant all on schema extensions to postgres, dashboard_user;

grant usage on schema graphql_public to anon, authenticated, service_role;

grant usage on schema graphql_public to postgres with grant option;

grant usage on schema supabase_functions to postgres, anon, authenticated, service_role;

grant all on schema supabase_functions to supabase_functions_admin;

grant all on schema supabase_migrations to postgres;

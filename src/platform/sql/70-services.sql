-- What the smaller services leave behind: database webhooks, the migration history, GraphQL.
set role supabase_functions_admin;

create table supabase_functions.migrations (
  version text primary key,
  inserted_at timestamptz not null default now()
);

create table supabase_functions.hooks (
  id bigserial primary key,
  hook_table_id integer not null,
  hook_name text not null,
  created_at timestamptz not null default now(),
  request_id bigint
);

-- A database webhook. Here it sends nothing.
create function supabase_functions.http_request() returns trigger
language plpgsql security definer
set search_path = supabase_functions
as $$
begin
  return coalesce(new, old);
end
$$;

reset role;

create table supabase_migrations.schema_migrations (
  version text primary key,
  statements text[],
  name text
);

create table supabase_migrations.seed_files (
  path text primary key,
  hash text not null
);

grant all on supabase_migrations.schema_migrations, supabase_migrations.seed_files to postgres;

create function graphql_public.graphql(
  "operationName" text default null,
  query text default null,
  variables jsonb default null,
  extensions jsonb default null
) returns jsonb
language sql
as $$
  select '{"errors": [{"message": "GraphQL is not served here"}]}'::jsonb
$$;

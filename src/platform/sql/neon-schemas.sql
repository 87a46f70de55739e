-- What stands in a database of a Neon project before its first migration, as far as policies name it: who asks, as the
-- claims of the session's token say, and the users that Neon's sign-up keeps there.
create schema auth;

grant usage on schema auth to public;

grant all on schema auth to neondb_owner;

create function auth.uid() returns uuid
language sql stable
as $$
  select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid
$$;

create function auth.jwt() returns jsonb
language sql stable
as $$
  select nullif(current_setting('request.jwt.claims', true), '')::jsonb
$$;

create schema neon_auth authorization neondb_owner;

set role neondb_owner;

create table neon_auth.users_sync (
  raw_json jsonb not null default '{}',
  id text primary key,
  name text,
  email text,
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz
);

create index users_sync_deleted_at_idx on neon_auth.users_sync (deleted_at);

reset role;

grant usage on schema public to anonymous, authenticated;

-- What policies of a Neon project name: who asks, as the claims of the session's token say (there the extension
-- pg_session_jwt answers, or Neon's proxy), and the role of those without one. It stands beside the API's roles, so
-- that who comes in without a session has it.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'anonymous') then
    create role anonymous nologin;
  end if;
end
$$;

grant anonymous to anon;

grant anonymous to postgres with admin option;

grant usage on schema public to anonymous;

create function auth.user_id() returns text
language sql stable
as $$
  select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
$$;

create function auth.session() returns jsonb
language sql stable
as $$
  select nullif(current_setting('request.jwt.claims', true), '')::jsonb
$$;

grant execute on function auth.user_id(), auth.session() to public;

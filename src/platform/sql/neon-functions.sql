-- What policies of a Neon project name: who asks, as the claims of the session's token say. There the extension
-- pg_session_jwt answers, or Neon's proxy.
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

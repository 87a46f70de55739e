-- Stub of pg_session_jwt: the functions that tell who asks come with the platform. What sets the session's token does
-- nothing here: sessions have their claims already.
do $$
begin
  if to_regnamespace('auth') is null then
    create schema auth;
    grant usage on schema auth to public;
  end if;
end
$$;

create function auth.init() returns void
language sql
begin atomic
end;

create function auth.jwt_session_init(jwt text) returns void
language sql
begin atomic
end;

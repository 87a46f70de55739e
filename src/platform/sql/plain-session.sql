-- A project that makes roles with the names that an API has, and no platform, is tried as one with an API: what is
-- missing for a session is added, without any right.
do $$
declare
  made boolean := to_regrole('anon') is not null or to_regrole('authenticated') is not null;
  missing text;
begin
  foreach missing in array array['anon', 'authenticated', 'authenticator'] loop
    if made and to_regrole(missing) is null then
      execute format('create role %I noinherit', missing);
    end if;
  end loop;
  if made then
    grant anon, authenticated to authenticator;
  end if;
end
$$;

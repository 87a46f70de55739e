-- The role of Neon's sessions without a token, beside the API's roles of Supabase: who comes in without a session has it.
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

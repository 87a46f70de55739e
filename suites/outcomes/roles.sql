-- The roles of every situation, and a policy's function that shows when it is called.
create role anon;
create role authenticated;
create role authenticator login noinherit;
create role stranger;
grant anon, authenticated, stranger to authenticator;
create role app_owner;

create function public.raises() returns boolean language plpgsql as $$
begin
  raise exception 'the policy was evaluated' using errcode = 'P0099';
end $$;

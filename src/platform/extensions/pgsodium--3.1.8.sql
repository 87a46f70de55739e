-- Stub of pgsodium: nothing is encrypted: a message comes back as it was.
do $$
begin
  if to_regnamespace('pgsodium') is null then
    create schema pgsodium;
  end if;
end
$$;

create table pgsodium.key (
  id uuid primary key default gen_random_uuid(),
  name text unique,
  status text default 'valid',
  key_type text,
  created timestamptz not null default now(),
  expires timestamptz,
  comment text
);

create function pgsodium.create_key(
  key_type text default 'aead-det',
  name text default null,
  expires timestamptz default null
) returns pgsodium.key
language sql security definer
begin atomic
  insert into pgsodium.key (key_type, name, expires) values (key_type, name, expires) returning *;
end;

create function pgsodium.crypto_aead_det_encrypt(
  message bytea,
  additional bytea,
  key_uuid uuid,
  nonce bytea default null
) returns bytea
language sql immutable
return message;

create function pgsodium.crypto_aead_det_decrypt(
  message bytea,
  additional bytea,
  key_uuid uuid,
  nonce bytea default null
) returns bytea
language sql immutable
return message;

revoke all on all functions in schema pgsodium from public;

grant usage on schema pgsodium to pg_database_owner;

grant select on pgsodium.key to pg_database_owner;

grant execute on all functions in schema pgsodium to pg_database_owner;

-- Stub of pgsodium: nothing is encrypted: a message comes back as it was.
do $$
begin
  if to_regnamespace('pgsodium') is null then
    create schema pgsodium;
  end if;
end
$$;

create sequence pgsodium.key_key_id_seq;

create table pgsodium.key (
  id uuid primary key default gen_random_uuid(),
  name text unique,
  status text default 'valid',
  key_type text,
  created timestamptz not null default now(),
  expires timestamptz,
  key_id bigint default nextval('pgsodium.key_key_id_seq'),
  key_context bytea default '\x7067736f6469756d',
  comment text,
  associated_data text default 'associated',
  raw_key bytea,
  raw_key_nonce bytea,
  parent_key uuid references pgsodium.key (id),
  user_data text
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

grant select on pgsodium.key, pgsodium.key_key_id_seq to pg_database_owner;

create view pgsodium.valid_key as
select id, name, status, key_type, key_id, key_context, created, expires, associated_data
from pgsodium.key
where status in ('valid', 'default') and (expires is null or expires > now());

grant execute on all functions in schema pgsodium to pg_database_owner;

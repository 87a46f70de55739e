-- Stub of pg_uuidv7: version 7 as RFC 9562 lays it out: 48 bits of milliseconds, then chance.
create function uuid_timestamptz_to_v7(ts timestamptz, zero boolean default false) returns uuid
language sql volatile strict
return (
  select (
    lpad(to_hex(floor(extract(epoch from ts) * 1000)::bigint), 12, '0')
      || '7' || substr(rest.hex, 1, 3)
      || case when zero then '8' else substr('89ab', 1 + floor(random() * 4)::integer, 1) end
      || substr(rest.hex, 4, 15)
  )::uuid
  from (
    select case when zero then repeat('0', 32) else replace(gen_random_uuid()::text, '-', '') end as hex
  ) as rest
);

create function uuid_generate_v7() returns uuid
language sql volatile
return uuid_timestamptz_to_v7(clock_timestamp());

create function uuid_v7_to_timestamptz(uuid) returns timestamptz
language sql immutable strict
return to_timestamp(
  ('x' || lpad(substr(replace($1::text, '-', ''), 1, 12), 16, '0'))::bit(64)::bigint / 1000.0
);

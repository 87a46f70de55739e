-- Stub of pg_hashids: a number is written in hexadecimal digits, and read back from them.
create function id_encode(bigint, salt text default '', min_length integer default 0, alphabet text default '')
returns text
language sql immutable strict
return lpad(to_hex($1), min_length, '0');

create function id_encode(bigint[]) returns text
language sql immutable strict
return (select string_agg(to_hex(number), 'g') from unnest($1) as number);

create function id_decode(text, salt text default '', min_length integer default 0, alphabet text default '')
returns bigint[]
language sql immutable strict
return array[('x' || lpad($1, 16, '0'))::bit(64)::bigint];

create function id_decode_once(text, salt text default '', min_length integer default 0, alphabet text default '')
returns bigint
language sql immutable strict
return ('x' || lpad($1, 16, '0'))::bit(64)::bigint;

-- Stub of pgjwt: signs and verifies for real, through pgcrypto.
create function url_encode(data bytea) returns text
language sql immutable
return translate(encode(data, 'base64'), E'+/=\n', '-_');

create function url_decode(data text) returns bytea
language sql immutable
return decode(rpad(translate(data, '-_', '+/'), (length(data) + 3) / 4 * 4, '='), 'base64');

create function algorithm_sign(signables text, secret text, algorithm text) returns text
language sql immutable
return url_encode(hmac(signables, secret, replace(lower(algorithm), 'hs', 'sha')));

create function sign(payload json, secret text, algorithm text default 'HS256') returns text
language sql immutable
begin atomic
  select unsigned.body || '.' || algorithm_sign(unsigned.body, secret, algorithm)
  from (
    select
      url_encode(convert_to(json_build_object('alg', algorithm, 'typ', 'JWT')::text, 'UTF8'))
        || '.' || url_encode(convert_to(payload::text, 'UTF8')) as body
  ) as unsigned;
end;

create function verify(token text, secret text, algorithm text default 'HS256')
returns table (header json, payload json, valid boolean)
language sql immutable
begin atomic
  select
    convert_from(url_decode(split_part(token, '.', 1)), 'UTF8')::json,
    convert_from(url_decode(split_part(token, '.', 2)), 'UTF8')::json,
    split_part(token, '.', 3)
      = algorithm_sign(split_part(token, '.', 1) || '.' || split_part(token, '.', 2), secret, algorithm);
end;

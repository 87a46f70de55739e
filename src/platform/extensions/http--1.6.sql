-- Stub of http: nothing is sent: every request is answered 200 with an empty body.
create type http_header as (field varchar, value varchar);

create type http_request as (
  method text,
  uri varchar,
  headers http_header[],
  content_type varchar,
  content varchar
);

create type http_response as (status integer, content_type varchar, headers http_header[], content varchar);

create function http_header(field varchar, value varchar) returns http_header
language sql
return row(field, value)::http_header;

create function http(request http_request) returns http_response
language sql
return row(200, 'text/plain', null, '')::http_response;

create function http_get(uri varchar) returns http_response
language sql
return row(200, 'text/plain', null, '')::http_response;

create function http_get(uri varchar, data jsonb) returns http_response
language sql
return row(200, 'text/plain', null, '')::http_response;

create function http_post(uri varchar, content varchar, content_type varchar) returns http_response
language sql
return row(200, 'text/plain', null, '')::http_response;

create function http_post(uri varchar, data jsonb) returns http_response
language sql
return row(200, 'text/plain', null, '')::http_response;

create function http_put(uri varchar, content varchar, content_type varchar) returns http_response
language sql
return row(200, 'text/plain', null, '')::http_response;

create function http_delete(uri varchar) returns http_response
language sql
return row(200, 'text/plain', null, '')::http_response;

create function http_set_curlopt(curlopt varchar, value varchar) returns boolean
language sql
return true;

create function http_reset_curlopt() returns boolean
language sql
return true;

create function urlencode(string varchar) returns text
language sql immutable
return string::text;

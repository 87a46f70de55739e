-- Stub of pg_tle: an extension that is registered cannot be created.
do $$
begin
  if to_regnamespace('pgtle') is null then
    create schema pgtle;
  end if;
end
$$;

create function pgtle.install_extension(
  name text,
  version text,
  description text,
  ext text,
  requires text[] default null
) returns boolean
language sql
return true;

create function pgtle.uninstall_extension_if_exists(extname text) returns boolean
language sql
return false;

-- What CREATE DATABASE … TEMPLATE does not copy: owner and settings. Run it again on every clone. Who owns the
-- database owns its public schema too, through pg_database_owner.
do $$
begin
  execute format('alter database %I owner to postgres', current_database());
  execute format('alter database %I set search_path = "$user", public, extensions', current_database());
end
$$;

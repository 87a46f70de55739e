-- Who owns the database owns its public schema too, through pg_database_owner. CREATE DATABASE … TEMPLATE does
-- not copy the owner: run it again on every clone.
do $$
begin
  execute format('alter database %I owner to neondb_owner', current_database());
end
$$;

-- The role of an application whose migrations make none: neither owner nor above row security, with what the owner may
-- do with rows. Safe to run again.
begin;

lock table pg_catalog.pg_authid in share row exclusive mode;

do $$
declare
  thing record;
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'rls_app_user') then
    create role rls_app_user nologin nobypassrls;
  end if;
  for thing in
    select n.nspname as schema, c.relname as name, c.relkind as kind
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and not exists (
        select from pg_catalog.pg_depend d
        where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
      )
  loop
    execute format('grant usage on schema %I to rls_app_user', thing.schema);
    if thing.kind = 'S' then
      execute format('grant usage, select on sequence %I.%I to rls_app_user', thing.schema, thing.name);
    else
      execute format('grant select, insert, update, delete on %I.%I to rls_app_user', thing.schema, thing.name);
    end if;
  end loop;
end
$$;

commit;

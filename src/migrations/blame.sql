-- Ties every object that a statement makes or changes to the file and line in rls.at, also what EXECUTE makes in a
-- DO block.
create schema rls_harness;
create table rls_harness.blame (
  number bigint generated always as identity primary key,
  at text not null,
  tag text not null,
  -- null for grants
  classid oid,
  objid oid,
  objsubid integer,
  object_type text not null,
  object_identity text,
  -- of grants, which name no object
  statement text
);
-- security definer: the statements run as a role that may not write the table
create function rls_harness.record_blame() returns event_trigger
language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into rls_harness.blame (at, tag, classid, objid, objsubid, object_type, object_identity, statement)
  select current_setting('rls.at', true), command_tag, classid, objid, objsubid, object_type, object_identity,
    case when command_tag in ('GRANT', 'REVOKE', 'ALTER DEFAULT PRIVILEGES') then current_query() end
  from pg_event_trigger_ddl_commands()
  -- null for policies and grants
  where schema_name is distinct from 'rls_harness' and schema_name is distinct from 'pg_temp'
    and not in_extension and current_setting('rls.at', true) <> '';
end
$$;
create event trigger rls_harness_blame on ddl_command_end execute function rls_harness.record_blame();

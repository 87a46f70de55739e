-- Gives what a statement creates as the superuser to the role in rls.owner: a view or a function with the
-- superuser's rights would bypass row security where the project's own would not.
create function pg_temp.hand_over() returns event_trigger language plpgsql set search_path = pg_catalog as $$
declare
  created record;
begin
  for created in
    select object_type, object_identity
    from pg_event_trigger_ddl_commands()
    -- a table's own sequences and indexes follow the table
    where command_tag = tg_tag and not in_extension
      and object_type in (
        'schema', 'table', 'view', 'materialized view', 'foreign table', 'sequence', 'type', 'function',
        'procedure', 'aggregate', 'publication', 'server'
      )
  loop
    execute format(
      'alter %s %s owner to %I', created.object_type, created.object_identity, current_setting('rls.owner')
    );
  end loop;
end
$$;
create event trigger rls_harness_handover on ddl_command_end
  when tag in (
    'CREATE SCHEMA', 'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'CREATE VIEW', 'CREATE MATERIALIZED VIEW',
    'CREATE FOREIGN TABLE', 'CREATE SEQUENCE', 'CREATE TYPE', 'CREATE DOMAIN', 'CREATE FUNCTION',
    'CREATE PROCEDURE', 'CREATE AGGREGATE', 'CREATE PUBLICATION', 'CREATE SERVER'
  )
  execute function pg_temp.hand_over();

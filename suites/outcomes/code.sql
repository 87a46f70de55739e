-- Triggers, functions and rules that fail on their own account, before or after the policy.
create schema code;
create schema code_elsewhere;
create table code.log (id int primary key);
insert into code.log values (1);

create function code.fail() returns trigger language plpgsql as $$
begin raise exception 'no' using errcode = coalesce(tg_argv[0], 'P0001'), schema = 'code', table = tg_table_name, constraint = tg_table_name || '_pkey'; end $$;
create function code.skip() returns trigger language plpgsql as 'begin return null; end';
create function code.log_twice() returns trigger language plpgsql as $$
begin insert into code.log values (1); return new; end $$;
-- writes a second row into the table itself, which fails there
create function code.write_twice() returns trigger language plpgsql as $$
begin
  if pg_trigger_depth() = 1 then execute format('insert into code.%I values (1, 1)', tg_table_name); end if;
  return new;
end $$;
create function code.write_elsewhere() returns trigger language plpgsql as $$
begin insert into code_elsewhere.refusing values (1); return new; end $$;
create function code.write_namesake() returns trigger language plpgsql as $$
begin execute format('insert into code_elsewhere.%I values (1)', tg_table_name); return new; end $$;
create function code.insert_into(regclass) returns int language plpgsql as $$
begin execute format('insert into %s values (1, 1)', $1); return 9; end $$;
create function code.is_fine_for(regclass) returns boolean language plpgsql as $$
begin execute format('insert into %s values (1, 1)', $1); return true; end $$;

do $$
declare name text;
begin
  foreach name in array array['raises_before', 'raises_first', 'raises_after', 'raises_last', 'raises_deferred',
    'logs_before', 'logs_after', 'writes_itself_before', 'writes_in_values', 'writes_in_policy', 'writes_in_check',
    'forges_denial', 'forges_duplicate', 'skips', 'suppresses', 'refused_elsewhere', 'refused_after', 'namesake',
    'rule_logs', 'rule_namesake', 'rule_does_nothing', 'rule_writes_itself', 'rule_writes_child', 'statement_trigger', 'skips_and_orphans'] loop
    execute format('create table code.%I (id int primary key, n int)', name);
    execute format('alter table code.%I enable row level security', name);
    execute format('create policy p on code.%I using (true) with check (true)', name);
    execute format('insert into code.%I values (1, 1)', name);
  end loop;
end $$;

create trigger t before insert or update or delete on code.raises_before for each row execute function code.fail();
create trigger t before insert or update or delete on code.raises_first for each statement execute function code.fail();
create trigger t after insert or update or delete on code.raises_after for each row execute function code.fail();
create trigger t after insert or update or delete on code.raises_last for each statement execute function code.fail();
create constraint trigger t after insert or update or delete on code.raises_deferred
  deferrable initially deferred for each row execute function code.fail();
create trigger t before insert or update on code.logs_before for each row execute function code.log_twice();
create trigger t after insert or update on code.logs_after for each row execute function code.log_twice();
create trigger t before insert or update on code.writes_itself_before for each row execute function code.write_twice();
create trigger t before insert or update on code.forges_denial for each row execute function code.fail('42501');
create trigger t before insert or update on code.forges_duplicate for each row execute function code.fail('23505');
create trigger t before insert or update or delete on code.skips for each row execute function code.skip();
create trigger t before update on code.suppresses for each row execute function suppress_redundant_updates_trigger();
create trigger t before insert or update on code.refused_elsewhere for each row execute function code.write_elsewhere();
create trigger t after insert or update on code.refused_after for each row execute function code.write_elsewhere();
create trigger t before insert or update on code.namesake for each row execute function code.write_namesake();
alter table code.writes_in_check add check (id < 5 or code.is_fine_for('code.writes_in_check'));

create table code_elsewhere.refusing (id int);
create table code_elsewhere.namesake (id int);
create table code_elsewhere.rule_namesake (id int);
create table code_elsewhere.behind_view (id int);
alter table code_elsewhere.refusing enable row level security;
alter table code_elsewhere.namesake enable row level security;
alter table code_elsewhere.behind_view enable row level security;
alter table code_elsewhere.rule_namesake enable row level security;

create rule r as on update to code.rule_logs do also insert into code.log values (1);
create rule r as on insert to code.rule_namesake do also insert into code_elsewhere.rule_namesake values (1);
create rule r as on insert to code.rule_does_nothing do instead nothing;
create rule r as on update to code.rule_writes_itself do also insert into code.rule_writes_itself values (1, 1);
create table code.child_of_rule (id int references code.rule_writes_child);
create rule r as on update to code.rule_writes_child do also insert into code.child_of_rule values (9);

-- a statement's trigger runs for no row at all, and what it leaves behind fails when the statement is long over
create table code.child_of_statement (id int references code.statement_trigger deferrable initially deferred);
create function code.leave_orphan() returns trigger language plpgsql as $$
begin insert into code.child_of_statement values (9); return null; end $$;
create trigger t before update or delete on code.statement_trigger for each statement execute function code.leave_orphan();
create table code.child_of_skipped (id int references code.skips_and_orphans deferrable initially deferred);
create function code.skip_and_orphan() returns trigger language plpgsql as $$
begin insert into code.child_of_skipped values (9); return null; end $$;
create trigger t before insert or update on code.skips_and_orphans for each row execute function code.skip_and_orphan();

-- a rule on a view is no better than one on a table
create table code.behind_view (id int primary key, n int);
create view code.rule_view with (security_invoker) as select * from code.behind_view;
create rule r as on insert to code.rule_view do instead insert into code_elsewhere.behind_view values (new.id);

grant usage on schema code, code_elsewhere to authenticated, app_owner;
grant all on all tables in schema code to authenticated;
grant all on all tables in schema code_elsewhere to authenticated;

-- a rule acts as the owner of its relation, whom the policies elsewhere bind
alter table code.rule_namesake owner to app_owner;
alter view code.rule_view owner to app_owner;
grant all on all tables in schema code_elsewhere to app_owner;

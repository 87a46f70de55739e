-- What happens to rows that others refer to.
create schema fk;

do $$
declare name text;
begin
  foreach name in array array['kept', 'kept_deferred', 'restricted', 'cascaded', 'chained', 'nulled', 'defaulted',
    'updated', 'updated_chain', 'closed_child', 'skipping_child', 'raising_child', 'doubling_child'] loop
    execute format('create table fk.%I (id int primary key, n int)', name);
    execute format('insert into fk.%I values (1, 1)', name);
  end loop;
end $$;

create table fk.of_kept (id int references fk.kept);
create table fk.of_kept_deferred (id int references fk.kept_deferred deferrable initially deferred);
create table fk.of_restricted (id int references fk.restricted on delete restrict on update restrict);
create table fk.of_cascaded (id int references fk.cascaded on delete cascade on update cascade);
create table fk.of_chained (id int primary key references fk.chained on delete cascade);
create table fk.of_of_chained (id int primary key references fk.of_chained on delete cascade);
create table fk.end_of_chain (id int references fk.of_of_chained);
create table fk.of_nulled (id int not null references fk.nulled on delete set null);
create table fk.of_defaulted (id int default 9 references fk.defaulted on delete set default);
create table fk.of_updated (id int references fk.updated on update cascade check (id < 10));
-- deleting is stopped at once, updating goes on to whoever refers to those who refer
create table fk.of_updated_chain (id int primary key references fk.updated_chain on update cascade);
create table fk.end_of_updated_chain (id int references fk.of_updated_chain);
create table fk.of_closed_child (id int references fk.closed_child on delete cascade);
create table fk.of_skipping_child (id int references fk.skipping_child on delete cascade);
create table fk.of_raising_child (id int references fk.raising_child on delete cascade);
create table fk.of_doubling_child (id int primary key references fk.doubling_child on delete cascade);
create table fk.guarded (id int primary key, n int references fk.kept);
create table fk.self (id int primary key, n int references fk.self);

create table fk.partitioned (id int primary key, n int) partition by range (id);
create table fk.partition_of_parent partition of fk.partitioned for values from (0) to (100);
insert into fk.partitioned values (1, 1);
create table fk.of_partitioned (id int references fk.partitioned);
create table fk.whole (id int primary key, n int);
insert into fk.whole values (1, 1);
create table fk.of_whole (id int references fk.whole) partition by range (id);
create table fk.partition_of_child partition of fk.of_whole for values from (0) to (100);

insert into fk.self values (1, 1), (2, 1);
insert into fk.of_kept values (1);
insert into fk.of_kept_deferred values (1);
insert into fk.of_restricted values (1);
insert into fk.of_cascaded values (1);
insert into fk.of_chained values (1);
insert into fk.of_of_chained values (1);
insert into fk.end_of_chain values (1);
insert into fk.of_nulled values (1);
insert into fk.of_defaulted values (1);
insert into fk.of_updated values (1);
insert into fk.of_updated_chain values (1);
insert into fk.end_of_updated_chain values (1);
insert into fk.of_closed_child values (1);
insert into fk.of_skipping_child values (1);
insert into fk.of_doubling_child values (1);
insert into fk.of_raising_child values (1);
insert into fk.of_partitioned values (1);
insert into fk.of_whole values (1);

set constraints all immediate;

create function fk.fail() returns trigger language plpgsql as $$
begin raise exception 'no'; end $$;
create function fk.skip() returns trigger language plpgsql as 'begin return null; end';
create function fk.double() returns trigger language plpgsql as $$
begin insert into fk.of_doubling_child values (old.id); return old; end $$;
create function fk.pass() returns trigger language plpgsql as 'begin return new; end';
create trigger t before delete on fk.of_doubling_child for each row execute function fk.double();
create trigger t before insert or update on fk.guarded for each row execute function fk.pass();
create trigger t before delete on fk.of_raising_child for each row execute function fk.fail();
create trigger t before delete on fk.of_skipping_child for each row execute function fk.skip();

do $$
declare t regclass;
begin
  for t in select oid from pg_class where relnamespace = 'fk'::regnamespace and relkind in ('r', 'p') loop
    execute format('alter table %s enable row level security; create policy p on %1$s using (true) with check (true)', t);
    execute format('grant all on %s to authenticated', t);
  end loop;
end $$;
grant usage on schema fk to authenticated;
drop policy p on fk.of_closed_child;
alter table fk.of_closed_child force row level security;
revoke all on fk.of_closed_child from authenticated;

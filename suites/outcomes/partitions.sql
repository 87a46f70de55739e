-- Partitions and inheritance: only the policies of the relation that is named count.
create schema part;

create table part.root (id int, n int check (n < 1000), mark text) partition by range (n);
create table part.low partition of part.root (unique (id)) for values from (0) to (10);
create table part.high partition of part.root (unique (id)) for values from (10) to (20);
create table part.nested partition of part.root for values from (20) to (40) partition by range (id);
create table part.nested_low partition of part.nested (unique (id)) for values from (0) to (10);

create table part.moves (id int, n int) partition by range (n);
create table part.moves_low partition of part.moves for values from (0) to (10);
create table part.moves_high partition of part.moves (check (id < 5)) for values from (10) to (20);
create function part.fail() returns trigger language plpgsql as $$
begin raise exception 'no'; end $$;
create table part.guarded (id int, n int) partition by range (n);
create table part.guarded_low partition of part.guarded for values from (0) to (10);
create table part.guarded_high partition of part.guarded for values from (10) to (20);
create trigger t before insert on part.guarded_high for each row execute function part.fail();

create table part.parent (id int primary key, n int);
create table part.child (primary key (id), check (n < 10)) inherits (part.parent);

do $$
declare t regclass;
begin
  for t in select oid from pg_class where relnamespace = 'part'::regnamespace and relkind in ('r', 'p') loop
    execute format('alter table %s enable row level security; create policy p on %1$s using (true) with check (true)', t);
    execute format('grant all on %s to authenticated', t);
  end loop;
end $$;
grant usage on schema part to authenticated;
-- the parent has row security, its leaf has none; a leaf's own policy and privileges are ignored through the parent
create table part.opened (id int, n int) partition by range (n);
create table part.opened_leaf partition of part.opened for values from (0) to (10);
alter table part.opened enable row level security;
create table part.closed_leaf partition of part.opened for values from (10) to (20);
alter table part.closed_leaf enable row level security;
grant all on part.opened, part.opened_leaf to authenticated;
insert into part.opened values (1, 1), (2, 11);

insert into part.root values (1, 1), (1, 11), (1, 21);
insert into part.moves values (9, 1);
insert into part.guarded values (1, 1);
insert into part.parent values (1, 1);
insert into part.child values (2, 2);

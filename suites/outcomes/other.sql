-- Errors that say nothing about anybody's rights.
create schema oth;
grant usage on schema oth to authenticated;

create table oth.t (id int primary key, n int);
insert into oth.t values (1, 1);
create table oth.recursive (id int primary key, n int);
create table oth.mutual_a (id int primary key, n int);
create table oth.mutual_b (id int primary key, n int);
create table oth.recursive_by_function (id int primary key, n int);
create function oth.any_row() returns boolean language plpgsql stable as $$
begin return exists (select from oth.recursive_by_function); end $$;
insert into oth.recursive_by_function values (1, 1);
create materialized view oth.unpopulated as select 1 as one with no data;
create sequence oth.numbers;
grant usage on sequence oth.numbers to authenticated;

do $$
declare t regclass;
begin
  for t in select oid from pg_class where relnamespace = 'oth'::regnamespace and relkind = 'r' loop
    execute format('alter table %s enable row level security; create policy p on %1$s using (true) with check (true)', t);
  end loop;
end $$;
alter policy p on oth.recursive using (exists (select from oth.recursive));
alter policy p on oth.mutual_a using (exists (select from oth.mutual_b));
alter policy p on oth.mutual_b using (exists (select from oth.mutual_a));
alter policy p on oth.recursive_by_function using (oth.any_row());
grant all on all tables in schema oth to authenticated;
revoke all on oth.mutual_b from authenticated;

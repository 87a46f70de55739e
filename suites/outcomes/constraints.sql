-- Everything that stops a row before or after its policy is asked.
create schema con;
create domain con.small as int check (value < 10);
create domain con.given as int not null;
create type con.mood as enum ('happy');

create function con.divide(int) returns int language plpgsql immutable as 'begin return 1 / $1; end';

create table con.parent (id int primary key);
create table con.required (id int primary key, n int not null);
create table con.checked (id int primary key, n int check (n < 10));
create table con.uniq (id int primary key, n int unique);
create table con.partial_index (id int primary key, n int, live boolean default true);
create unique index on con.partial_index (n) where live;
create table con.expression_index (id int primary key, n text);
create unique index on con.expression_index (lower(n));
create table con.deferrable (id int primary key, n int unique deferrable);
create table con.deferred (id int primary key, n int unique deferrable initially deferred);
create table con.excluding (id int primary key, n int4range, exclude using gist (n with &&));
create table con.excluding_deferred
  (id int primary key, n int4range, exclude using gist (n with &&) deferrable initially deferred);
create table con.referring (id int primary key, n int references con.parent);
create table con.referring_deferred (id int primary key, n int references con.parent deferrable initially deferred);
create table con.indexed_text (id int primary key, n text unique);
create table con.divides_in_check (id int primary key, n int check (1 / n < 100));
create table con.divides_in_index (id int primary key, n int);
create index on con.divides_in_index ((1 / n));
create table con.divides_stored (id int primary key, n int, by_n int generated always as (1 / n) stored);
create table con.divides_in_default (id int primary key, n int default 1 / con.divide(2));
create table con.of_domain (id int primary key, n con.small);
create table con.of_given_domain (id int primary key, n con.given default 1);
create table con.typed (id int primary key, short varchar(3), exact numeric(3, 1), tiny smallint, mood con.mood);
create table con.identity_always (id int generated always as identity primary key, n int);

do $$
declare
  t regclass;
  -- a row of so many columns does not fit on a page, however short each is
  columns text := (select string_agg(format('c%s char(20)', i), ', ') from generate_series(1, 600) i);
begin
  execute format('create table con.too_wide (id int, %s)', columns);
  for t in select oid from pg_class where relnamespace = 'con'::regnamespace and relkind = 'r' loop
    execute format('alter table %s enable row level security; create policy p on %1$s using (true) with check (true)', t);
  end loop;
end $$;
grant usage on schema con to authenticated;
grant all on all tables in schema con to authenticated;

insert into con.parent values (1), (2);
insert into con.required values (1, 1);
insert into con.checked values (1, 1);
insert into con.uniq values (1, 1), (2, 2);
insert into con.partial_index values (1, 1), (2, 2);
insert into con.expression_index values (1, 'a'), (2, 'b');
insert into con.deferrable values (1, 1), (2, 2);
insert into con.deferred values (1, 1), (2, 2);
insert into con.excluding values (1, '[1,2)'), (2, '[2,3)');
insert into con.excluding_deferred values (1, '[1,2)'), (2, '[2,3)');
insert into con.referring values (1, 1);
insert into con.referring_deferred values (1, 1);
insert into con.divides_in_check values (1, 1);
insert into con.divides_in_index values (1, 1);
insert into con.divides_stored values (1, 1);
insert into con.divides_in_default values (1, 1);
insert into con.of_domain values (1, 1);
insert into con.of_given_domain values (1, 1);
insert into con.typed values (1);
insert into con.too_wide (id) values (1);
insert into con.indexed_text values (1, 'a');

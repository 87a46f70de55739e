-- Constraints that PostgreSQL 18 brought.
create table con.without_overlaps (id int4range, valid daterange, primary key (id, valid without overlaps));
create table con.of_period (
  id int4range,
  valid daterange,
  foreign key (id, period valid) references con.without_overlaps (id, period valid)
);
create table con.virtual (id int primary key, n int, by_n int generated always as (1 / n));
create table con.virtual_required (id int primary key, n int, twice int generated always as (n * 2) not null);

do $$
declare t regclass;
begin
  foreach t in array array['con.without_overlaps', 'con.of_period', 'con.virtual', 'con.virtual_required'] loop
    execute format('alter table %s enable row level security; create policy p on %1$s using (true) with check (true)', t);
    execute format('grant all on %s to authenticated', t);
  end loop;
end $$;

insert into con.without_overlaps values ('[1,2)', '[2020-01-01,2021-01-01)'), ('[2,3)', '[2020-01-01,2021-01-01)');
insert into con.of_period values ('[1,2)', '[2020-02-01,2020-03-01)');
insert into con.virtual values (1, 1);
insert into con.virtual_required values (1, 1);

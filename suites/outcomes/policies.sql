-- Who is refused by policies, who is filtered, and when SELECT policies join the others.
create schema pol;
create schema pol_elsewhere;

create table pol.checked (id int primary key, n int);
create policy p on pol.checked using (true) with check (n < 10);

create table pol.closed (id int primary key, n int);

create table pol.reused (id int primary key, n int);
create policy p on pol.reused for update using (n < 10);
create policy seen on pol.reused for select using (true);

create table pol.restricted (id int primary key, n int);
create policy low on pol.restricted using (true) with check (n < 100);
create policy "no 50" on pol.restricted as restrictive with check (n <> 50);
create policy "no 200" on pol.restricted as restrictive with check (n <> 200);

create table pol."a ""hostile"" table" (id int primary key, n int);
create policy p on pol."a ""hostile"" table" using (true) with check (false);

create table pol.filtered (id int primary key, n int);
create policy p on pol.filtered using (n < 10) with check (true);

-- rows above 10 may be written and not be read
create table pol.unseen (id int primary key, n int);
create policy seen on pol.unseen for select using (n <= 10);
create policy made on pol.unseen for insert with check (n < 50);
create policy p on pol.unseen for update using (true) with check (true);
create policy gone on pol.unseen for delete using (true);
create view pol.unseen_view with (security_invoker) as select * from pol.unseen where id > 0;

create table pol.upserted (id int primary key, n int);
create policy seen on pol.upserted for select using (n <= 20);
create policy made on pol.upserted for insert with check (n < 50);
create policy p on pol.upserted for update using (n <= 10);

create table pol.insertable (id int primary key, n int);
create policy seen on pol.insertable for select using (true);
create policy made on pol.insertable for insert with check (true);

insert into pol.checked values (1, 1);
insert into pol.closed values (1, 1);
insert into pol.reused values (1, 1);
insert into pol.restricted values (1, 1);
insert into pol.filtered values (1, 1), (2, 20);
insert into pol.unseen values (1, 20), (2, 20);
insert into pol.upserted values (1, 1), (2, 15), (3, 30);
insert into pol.insertable values (1, 1);

do $$
declare t regclass;
begin
  for t in select oid from pg_class where relnamespace = 'pol'::regnamespace and relkind = 'r' loop
    execute format('alter table %s enable row level security', t);
  end loop;
end $$;
grant usage on schema pol, pol_elsewhere to anon, authenticated;
grant all on all tables in schema pol to anon, authenticated;

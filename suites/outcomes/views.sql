-- Views: whose policies and privileges count, and what their own CHECK OPTION says.
create schema vw;
create schema vw_private;
grant usage on schema vw to anon, authenticated;

create table vw.base (id int primary key, n int, hidden int);
create view vw.plain with (security_invoker) as select id, n from vw.base;
create view vw.renamed with (security_invoker) as select id as key, n as "number" from vw.base;
create view vw.local with (security_invoker) as select id, n from vw.base where n < 10 with local check option;
create view vw.inner_one with (security_invoker) as select id, n from vw.base where n < 10;
create view vw.cascaded with (security_invoker) as select id, n from vw.inner_one with cascaded check option;
-- as its owner, who is above row security
create view vw.as_owner as select id, n from vw.base;
-- as an owner who is bound by the policies, and as one who may not read
create view vw.as_bound_owner as select id, n from vw.base;
alter view vw.as_bound_owner owner to app_owner;
grant select, insert, update, delete on vw.base to app_owner;

create view vw.with_trigger with (security_invoker) as select id, n from vw.base;
create function vw.write_base() returns trigger language plpgsql as $$
begin insert into vw.base values (new.id, new.n); return new; end $$;
create trigger t instead of insert on vw.with_trigger for each row execute function vw.write_base();
create view vw.counted with (security_invoker) as select n, count(*) from vw.base group by n;

create table vw.writes_local (id int primary key);
create function vw.write_local() returns trigger language plpgsql as $$
begin insert into vw.local values (new.id, 10); return new; end $$;
create trigger t before insert on vw.writes_local for each row execute function vw.write_local();

-- bases that the caller may not use
create table vw.closed (id int primary key, n int);
create table vw.half_open (id int primary key, n int, hidden int);
create table vw_private.notes (id int primary key, n int);
create view vw.as_poor_owner as select id, n from vw.closed;
create role vw_poor;
alter view vw.as_poor_owner owner to vw_poor;
create view vw.over_closed with (security_invoker) as select id, n from vw.closed;
create view vw.over_closed_with_trigger with (security_invoker) as select id, n from vw.closed;
create trigger t instead of insert on vw.over_closed_with_trigger for each row execute function vw.write_base();
alter view vw.over_closed_with_trigger alter n set default priv.closed_function();
create view vw.over_closed_with_rule with (security_invoker) as select id, n from vw.closed;
create rule r as on insert to vw.over_closed_with_rule do instead insert into vw.base values (new.id, new.n);
alter view vw.over_closed_with_rule alter n set default priv.closed_function();
create view vw.excepts_closed with (security_invoker) as select id, n from vw.base where id not in (select id from vw.closed);
create view vw.joined with (security_invoker) as select b.id, c.n from vw.base b join vw.closed c on c.id = b.id;
create view vw.shows_hidden with (security_invoker) as select id, hidden from vw.half_open;
create view vw.needs_hidden with (security_invoker) as select id, n from vw.half_open where hidden > 0;
create view vw.of_closed_view with (security_invoker) as select id, n from vw.over_closed;
create view vw.notes with (security_invoker) as select id, n from vw_private.notes;
create view vw.ungranted as select id, n from vw.base;

insert into vw.base values (1, 1, 1);
insert into vw.half_open values (1, 1, 1);
insert into vw_private.notes values (1, 1);

do $$
declare t regclass;
begin
  for t in select oid from pg_class where relnamespace in ('vw'::regnamespace, 'vw_private'::regnamespace) and relkind = 'r' loop
    execute format('alter table %s enable row level security; create policy p on %1$s using (true) with check (true)', t);
  end loop;
  for t in select oid from pg_class where relnamespace = 'vw'::regnamespace and relkind = 'v' loop
    execute format('grant all on %s to authenticated', t);
  end loop;
end $$;
revoke all on vw.ungranted from authenticated;
grant all on vw.writes_local, vw.base, vw_private.notes to authenticated;
grant select (id, n), insert (id, n), update (id, n) on vw.half_open to authenticated;

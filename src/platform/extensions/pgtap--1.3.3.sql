-- Stub of pgtap: only what opens and closes a test.
create function plan(integer) returns text
language sql
return '1..' || $1;

create function no_plan() returns setof text
language sql
begin atomic
  select null::text where false;
end;

create function finish() returns setof text
language sql
begin atomic
  select null::text where false;
end;

create function ok(boolean, text default '') returns text
language sql
return case when $1 then 'ok - ' else 'not ok - ' end || $2;

create function pass(text default '') returns text
language sql
return 'ok - ' || $1;

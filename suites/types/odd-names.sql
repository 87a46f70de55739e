-- Names that need quotes, and a column of every kind that is read or written in a way of its own.
create type public.mood as enum ('it''s fine', 'sad', 'so "so"');
create domain public.label as text not null default 'none' check (value in ('none', 'some'));
create domain public.short as varchar(5) check (length(value) > 0);
create type public.pair as (left_one int, right_one text);
create table public."Odd ""names"" it's" (
  "primary" bigint generated always as identity primary key,
  "1st column" text not null,
  "per'iod" text check ("per'iod" in ('day', 'we''ek')),
  loose text not null check (loose in ('a', 'b') or length(loose) > 9),
  kind public.label,
  short public.short not null,
  mood public.mood not null,
  moods public.mood[] not null default '{}',
  flag boolean not null default false,
  tiny smallint not null default 1,
  number integer not null default 2,
  big bigint not null default 9007199254740993,
  medium bigint not null default 5,
  exact numeric(12, 2) not null default 1.50,
  rough double precision not null default 0.5,
  at timestamptz not null default now(),
  day date not null default now(),
  span interval not null default '1 day',
  document jsonb not null default '{"a": [1]}',
  plain json,
  bytes bytea not null default '\x00',
  ids uuid[] not null default '{}',
  pair public.pair not null default row (1, 'x'),
  twice integer generated always as (2 + 2) stored,
  free text
);
alter table public."Odd ""names"" it's" add constraint maybe check (free in ('only')) not valid;
insert into public."Odd ""names"" it's" ("1st column", "per'iod", loose, short, mood, plain)
  values ('x', 'day', 'a', 'abc', 'sad', '[1]');
create view public.seen as select "1st column" as first from public."Odd ""names"" it's";
create view public.counted as select count(*) as number from public."Odd ""names"" it's";
create function public."Get odd"(wanted bigint, "how many" int default 1) returns setof public."Odd ""names"" it's"
  language sql as $$ select * from public."Odd ""names"" it's" limit "how many" $$;

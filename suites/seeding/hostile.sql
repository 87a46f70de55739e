-- Everything that makes rows hard to make. Each relation is named for its obstacle.
create extension if not exists btree_gist with schema extensions;
create extension if not exists hstore with schema extensions;
create extension if not exists citext with schema extensions;
create extension if not exists ltree with schema extensions;
create extension if not exists vector with schema extensions;

create type public.mood as enum ('sad', 'ok', 'happy');
create type public.address as (street text, zip text);
create domain public.percent as int check (value between 0 and 100);
create domain public.mail as text not null check (value ~ '^[^@\s]+@[^@\s]+\.[a-z]{2,}$' and char_length(value) <= 40);
create domain public.code as char(2) check (value = upper(value));
create domain public.positive as numeric check (value > 0);
create domain public.capped as public.positive check (value <= 9.5);

-- profiles that a trigger makes at sign-up
create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  username text not null unique check (char_length(username) between 3 and 12),
  full_name text not null,
  role text not null default 'user' check (role in ('user', 'admin')),
  created_at timestamptz not null default now()
);
create function public.handle_new_user() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into public.profiles (id, username, full_name)
  values (new.id, substr(split_part(new.email, '@', 1), 1, 8) || 'xyz', new.raw_user_meta_data ->> 'full_name');
  return new;
end $$;
create trigger on_auth_user_created after insert on auth.users
  for each row execute function public.handle_new_user();

-- everything required, everything limited
create table public.required_everything (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  a smallint not null, b int not null, c bigint not null, d numeric(4, 2) not null, e real not null,
  f double precision not null, g boolean not null, h char(2) not null, i varchar(3) not null, j text not null,
  k date not null, l time not null, m timetz not null, n timestamp not null, o timestamptz not null,
  p interval not null, q bytea not null, r json not null, s jsonb not null, t uuid not null, u inet not null,
  v cidr not null, w macaddr not null, x money not null, y xml not null, z tsvector not null,
  aa tsquery not null, ab bit(3) not null, ac bit varying(4) not null, ad point not null, ae box not null,
  af circle not null, ag polygon not null, ah path not null, ai lseg not null, aj line not null,
  ak int4range not null, al tstzrange not null, am daterange not null, an numrange not null,
  ao int4multirange not null, ap extensions.hstore not null, aq extensions.citext not null,
  ar extensions.ltree not null, at extensions.vector(3) not null, au public.mood not null,
  av public.address not null, aw macaddr8 not null, ax oid not null, ay "char" not null, az name not null,
  ba public.mood[] not null, bb uuid[] not null, bc text[] not null, bd int[] not null, be pg_lsn not null,
  bf int8range not null, bg tsrange not null, bh datemultirange not null, bi tstzmultirange not null,
  bj jsonb[] not null, bk jsonpath not null, bl regclass not null
);

create table public.unique_everything (
  id bigint generated always as identity primary key,
  owner_id uuid not null references auth.users (id),
  a smallint not null unique, b char(2) not null unique, c numeric(4, 2) not null unique, d date not null unique,
  e inet not null unique, f public.mood[] not null unique, g varchar(3) not null unique, h bytea not null unique,
  i time not null unique, j interval not null unique, k jsonb not null unique, l timestamptz not null unique,
  m money not null unique, n numeric(3, 3) not null unique, o bit(8) not null unique, p macaddr not null unique,
  q cidr not null unique, r int4range not null unique, s uuid[] not null unique, t text not null unique,
  u public.mail unique
);

create table public.unique_flag (
  user_id uuid not null references auth.users (id),
  enabled boolean not null,
  kind public.mood not null,
  unique (user_id, enabled), unique (user_id, kind)
);

create table public.checked_together (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  starts_at timestamptz not null, ends_at timestamptz not null,
  start_date date not null, end_date date not null,
  opens time not null, closes time not null,
  a int not null, b int not null,
  min_price numeric(6, 2) not null, max_price numeric(6, 2) not null,
  discount int not null check (discount between 0 and 100),
  ratio numeric not null check (ratio > 0 and ratio < 1),
  photo text, video text,
  total int not null, part_one int not null, part_two int not null,
  constraint ordered check (starts_at < ends_at),
  constraint dates check (end_date > start_date),
  constraint hours check (opens < closes),
  constraint different check (a <> b),
  constraint prices check (max_price >= min_price),
  constraint short check (ends_at - starts_at <= interval '8 hours'),
  constraint one_of check ((photo is null) <> (video is null)),
  constraint sums check (total = part_one + part_two)
);

create table public.exclusive_parents (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  kind text not null check (kind in ('email', 'phone', 'post')),
  email text, phone text, post public.address,
  check (num_nonnulls(email, phone, post) = 1),
  check ((kind = 'email') = (email is not null)),
  check ((kind = 'phone') = (phone is not null))
);

create table public.state_machine (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  status text not null check (status in ('draft', 'published', 'archived')),
  published_at timestamptz, archived_at timestamptz, archived_reason text,
  check (status <> 'published' or published_at is not null),
  check ((status = 'archived') = (archived_at is not null)),
  check (archived_at is null or archived_reason is not null)
);

create table public.patterns (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  colour text not null check (colour ~* '^#[0-9a-f]{6}$'),
  phone text not null check (phone ~ '^\+[1-9]\d{6,14}$'),
  postcode text not null check (postcode similar to '[0-9]{5}'),
  iso char(2) not null check (iso ~ '^[A-Z]{2}$'),
  currency text not null check (length(currency) = 3 and currency = upper(currency)),
  site text not null check (site like 'https://%'),
  handle text not null check (handle = lower(handle) and handle !~ '\s' and char_length(trim(handle)) > 2),
  not_empty text not null check (not_empty <> ''),
  language text not null check (language = any (array['en', 'de'])),
  level int not null check (level in (1, 2, 3)),
  grade char(1) not null check (grade in ('A', 'B', 'C')),
  tags text[] not null check (cardinality(tags) between 1 and 3),
  options jsonb not null check (jsonb_typeof(options) = 'object'),
  list jsonb not null check (jsonb_typeof(list) = 'array'),
  settings jsonb not null check (settings ? 'theme'),
  posix text not null check (posix ~ '^[[:alpha:]]{2}[[:digit:]]{3}$'),
  version text not null check (version ~ '^v?\d+\.\d+\.\d+$'),
  hash text not null check (length(hash) = 64),
  token text not null check (octet_length(token) >= 32),
  latitude double precision not null check (latitude >= -90 and latitude <= 90),
  negative int not null check (negative < 0),
  huge bigint not null check (huge > 1000000000000),
  weekdays int[] not null check (weekdays <@ array[0, 1, 2, 3, 4, 5, 6]),
  unix_mode int not null check (unix_mode % 8 = 0)
);

create table public.domains (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  progress public.percent not null, contact public.mail, country public.code not null,
  price public.capped not null, optional public.percent
);

create table public.bookings (
  id bigint generated by default as identity primary key,
  user_id uuid not null references auth.users (id),
  room int not null,
  during tstzrange not null,
  exclude using gist (room with =, during with &&)
);
create table public.bookings_by_columns (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  room text not null,
  from_at timestamptz not null, to_at timestamptz not null check (to_at > from_at),
  exclude using gist (room with =, tstzrange(from_at, to_at) with &&)
);
create table public.shifts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  days daterange not null,
  exclude using gist (user_id with =, days with &&)
);

create table public.generated (
  id int generated always as identity primary key,
  user_id uuid not null references auth.users (id),
  first text not null, last text not null,
  full_name text not null generated always as (first || ' ' || last) stored,
  search tsvector not null generated always as (to_tsvector('english', first)) stored
);

create table public.composite_parents (
  tenant text not null, number int not null, user_id uuid not null references auth.users (id),
  primary key (tenant, number)
);
create table public.composite_children (
  tenant text not null, number int not null, position smallint not null, note text not null,
  primary key (tenant, number, position),
  foreign key (tenant, number) references public.composite_parents (tenant, number)
);
create table public.overlapping_keys (
  id uuid primary key default gen_random_uuid(),
  tenant text not null, first int not null, second int not null,
  user_id uuid not null references auth.users (id),
  foreign key (tenant, first) references public.composite_parents (tenant, number),
  foreign key (tenant, second) references public.composite_parents (tenant, number)
);

create table public.tree (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  parent_id uuid not null references public.tree (id)
);
create table public.identity_tree (
  id int generated always as identity primary key,
  user_id uuid not null references auth.users (id),
  parent_id int not null references public.identity_tree (id)
);

create table public.hens (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  egg_id uuid not null
);
create table public.eggs (
  id uuid primary key default gen_random_uuid(),
  hen_id uuid not null references public.hens (id) deferrable initially deferred
);
alter table public.hens add foreign key (egg_id) references public.eggs (id) deferrable initially deferred;

create table public.playlists (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id),
  current_song_id uuid
);
create table public.songs (
  id uuid primary key default gen_random_uuid(),
  playlist_id uuid not null references public.playlists (id)
);
alter table public.playlists add foreign key (current_song_id) references public.songs (id);

create table public.keyless (user_id uuid not null references auth.users (id), note text not null);
create table public.only_identity (id int generated always as identity primary key);
create table public.only_default (id uuid primary key default gen_random_uuid(), created_at timestamptz default now());

create table public.by_range (
  id bigint generated always as identity, user_id uuid not null references auth.users (id), at date not null,
  primary key (id, at)
) partition by range (at);
create table public.by_range_2031 partition of public.by_range for values from ('2031-01-01') to ('2032-01-01');
create table public.by_list (
  user_id uuid not null references auth.users (id), region text not null, note text not null
) partition by list (region);
create table public.by_list_eu partition of public.by_list for values in ('eu', 'uk');
create table public.by_list_us partition of public.by_list for values in ('us');
create table public.by_list_default (
  user_id uuid not null references auth.users (id), region text not null
) partition by list (region);
create table public.by_list_default_rest partition of public.by_list_default default;
create table public.by_hash (
  id uuid not null, user_id uuid not null references auth.users (id), primary key (id)
) partition by hash (id);
create table public.by_hash_0 partition of public.by_hash for values with (modulus 2, remainder 0);
create table public.by_hash_1 partition of public.by_hash for values with (modulus 2, remainder 1);
create table public.by_number (
  user_id uuid not null references auth.users (id), bucket int not null
) partition by range (bucket);
create table public.by_number_low partition of public.by_number for values from (minvalue) to (10);
create table public.by_number_some partition of public.by_number for values from (50) to (60);
create table public.by_two (
  user_id uuid not null references auth.users (id), region text not null, at timestamptz not null
) partition by list (region);
create table public.by_two_eu partition of public.by_two for values in ('eu') partition by range (at);
create table public.by_two_eu_2040 partition of public.by_two_eu for values from ('2040-01-01') to ('2041-01-01');
create table public.without_partition (
  user_id uuid not null references auth.users (id), region text not null
) partition by list (region);

create table public.rewritten (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id), slug text not null unique, updated_at timestamptz not null
);
create function public.rewrite() returns trigger language plpgsql as $$
begin
  new.slug := lower(new.slug) || '-' || substr(new.id::text, 1, 8);
  new.updated_at := now();
  return new;
end $$;
create trigger rewrite before insert or update on public.rewritten for each row execute function public.rewrite();

create table public.stamped (
  id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id), note text not null
);
create function public.stamp() returns trigger language plpgsql as $$
begin new.user_id := auth.uid(); return new; end $$;
create trigger stamp before insert on public.stamped for each row execute function public.stamp();

create table public.own_only (
  id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id), note text not null
);
create function public.only_own() returns trigger language plpgsql as $$
begin
  if auth.uid() is null or new.user_id <> auth.uid() then raise exception 'not yours'; end if;
  return new;
end $$;
create trigger only_own before insert on public.own_only for each row execute function public.only_own();

create table public.audit_log (
  id bigint generated always as identity primary key, table_name text not null, row_id uuid not null,
  user_id uuid references auth.users (id), at timestamptz not null default now()
);
create table public.audited (
  id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id), note text not null
);
create function public.audit() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into public.audit_log (table_name, row_id, user_id) values (tg_table_name, new.id, auth.uid());
  return null;
end $$;
create trigger audit after insert or update or delete on public.audited for each row execute function public.audit();

create table public.always_raises (
  id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id)
);
create function public.never() returns trigger language plpgsql as $$ begin raise exception 'closed for now'; end $$;
create trigger never before insert on public.always_raises for each row execute function public.never();

create table public.swallowed (
  id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id)
);
create function public.swallow() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger swallow before insert on public.swallowed for each row execute function public.swallow();

create table public.made_by_trigger (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null unique references auth.users (id),
  balance int not null default 0 check (balance >= 0)
);
create function public.make_wallet() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into public.made_by_trigger (user_id) values (new.user_id) on conflict do nothing;
  return new;
end $$;
create trigger make_wallet after insert on public.required_everything for each row execute function public.make_wallet();

create table public.singleton (id int primary key default 1 check (id = 1), title text not null);
create table public.singleton_flag (only_row boolean primary key default true check (only_row), title text not null);

create table public."Große Tabelle" (
  "Schlüssel Nr." uuid primary key default gen_random_uuid(),
  "userId" uuid not null references auth.users (id),
  "a ""quoted"" name" text not null,
  "O'Brien" text not null,
  "select" int not null check ("select" > 5),
  "%s $1 ?" text not null,
  "back\slash" text not null
);
create table public."Weird""Name" (
  id serial primary key, "UserID" uuid not null references auth.users (id),
  "Große" uuid not null references public."Große Tabelle" ("Schlüssel Nr.")
);

create table public.functions_in_checks (
  id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id), iban text not null
);
create function public.is_iban(value text) returns boolean language sql immutable as $$
  select value ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$'
$$;
alter table public.functions_in_checks add check (public.is_iban(iban));

create table public.impossible (
  id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id),
  number int not null, constraint never_satisfied check (number > 5 and number < 3)
);
create table public.unknown_type (
  id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id),
  snapshot pg_snapshot not null
);
create table public.nulls_not_distinct (
  user_id uuid not null references auth.users (id), deleted_at timestamptz,
  unique nulls not distinct (user_id, deleted_at)
);
create table public.soft_unique (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id), is_default boolean not null, status text not null
);
create unique index one_default on public.soft_unique (user_id) where is_default;
create unique index lower_status on public.soft_unique (lower(status), user_id);
create table public.child_of_table (extra text not null) inherits (public.keyless);

-- what no single column can mend
create table public.solved_together (
  id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id),
  total numeric(10, 2) not null, subtotal numeric(10, 2) not null, tax numeric(10, 2) not null,
  starts_at timestamptz not null, ends_at timestamptz not null, birth date not null, monday date not null,
  token bytea not null unique, days int4range not null, home public.address not null, doc jsonb not null,
  check (total = subtotal + tax), check (tax <= subtotal * 0.3),
  check (ends_at = starts_at + interval '30 minutes'), check (birth <= current_date - interval '18 years'),
  check (extract(isodow from monday) = 1), check (octet_length(token) = 32),
  check (lower(days) >= 1 and upper(days) <= 8), check ((home).street is not null),
  check (doc ->> 'kind' = 'x' and (doc ->> 'amount')::numeric >= 10)
);

-- triggers that want something
create table public.wanted_by_trigger (
  id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id),
  status text not null check (status in ('published', 'draft')), quantity int not null, code text not null
);
create function public.wants() returns trigger language plpgsql as $$
declare most int := 3;
begin
  if tg_op = 'UPDATE' and old.status = 'published' then raise exception 'is out'; end if;
  if new.status <> 'draft' then raise exception 'must begin as a draft'; end if;
  if new.quantity > most then raise exception 'too many'; end if;
  if length(new.code) <> 5 then return null; end if;
  return new;
end $$;
create trigger wants before insert or update on public.wanted_by_trigger
  for each row execute function public.wants();
create table public.wanted_setting (
  id uuid primary key default gen_random_uuid(), tenant text not null, title text not null
);
create function public.from_setting() returns trigger language plpgsql as $$
begin new.tenant := current_setting('app.current_tenant'); return new; end $$;
create trigger from_setting before insert on public.wanted_setting
  for each row execute function public.from_setting();

-- triggers and rules that nothing pleases
create table public.emptied_by_trigger (
  id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id), title text not null
);
create function public.empties() returns trigger language plpgsql as $$ begin new.title := null; return new; end $$;
create trigger empties before insert on public.emptied_by_trigger for each row execute function public.empties();
create table public.ruled_out (id int primary key, title text not null);
create rule nothing as on insert to public.ruled_out do instead nothing;

create table public.one_row (id uuid primary key default gen_random_uuid(), title text not null);
create unique index one_row_only on public.one_row ((true));
insert into public.one_row (title) values ('the only one');
create table public.issue_lists (id int primary key, title text not null);
insert into public.issue_lists values (1, 'shared');
create table public.issues (
  list_id int not null references public.issue_lists (id), number int not null,
  user_id uuid not null references auth.users (id), primary key (list_id, number)
);

-- lists of rights
create table public.listed_rights (
  user_id uuid primary key references auth.users (id), role text[] not null default '{}', active boolean not null
);
create table public.guarded (id uuid primary key default gen_random_uuid(), title text not null);
alter table public.guarded enable row level security;
create policy staff on public.guarded for select using (exists (
  select from public.listed_rights r where r.user_id = auth.uid() and 'admin' = any (r.role) and r.active
));

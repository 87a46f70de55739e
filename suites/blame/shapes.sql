-- Policies whose rows are not simply columns of a table.
create role editors nologin;
grant editors to authenticated;

create schema private;
create type public.visibility as enum ('private', 'team', 'public');
create domain public.email as text check (value like '%@%');
create type public.spot as (x int, y int);

create table public.people (
  id uuid primary key references auth.users (id),
  contact public.email not null
);
alter table public.people enable row level security;
create policy "their own" on public.people for select using (id = auth.uid() or contact like '%@example.org');

-- a column that is named like its table
create table public.documents (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references auth.users (id),
  documents text,
  visibility public.visibility not null default 'private',
  title text not null,
  initial text generated always as (lower(left(title, 1))) stored,
  tags text[] not null default '{}',
  place public.spot,
  data jsonb not null default '{}'
);
alter table public.documents enable row level security;
create policy "own" on public.documents for select using (owner_id = auth.uid());
create policy "named" on public.documents for select using (documents is not null and visibility >= 'team');
create policy "letters" on public.documents for select to editors using (initial between 'a' and 'm' or (place).x > 3);
create policy "no drafts" on public.documents as restrictive for select
  using (not (tags @> array['draft']) and coalesce((data ->> 'hidden')::boolean, false) = false);

-- whole rows, and a function in a schema that callers may not use
create table public.notes (
  id bigint generated always as identity primary key,
  owner_id uuid references auth.users (id),
  document_id uuid references public.documents (id),
  body text
);
create function private.can_read(note public.notes) returns boolean language plpgsql stable as $$
begin
  return note.owner_id = auth.uid() or exists (select from documents d where d.id = note.document_id);
end
$$;
grant execute on function private.can_read(public.notes) to public;
alter table public.notes enable row level security;
create policy "readable" on public.notes using (private.can_read(notes.*));
create policy "longest" on public.notes for select
  using (length(body) >= (select max(length(n.body)) from public.notes n where n.id < notes.id and n.owner_id = auth.uid()));

-- read through the parent, the parent's policies count
create table public.events (
  id uuid not null default gen_random_uuid(),
  owner_id uuid not null references auth.users (id),
  kind text not null check (kind in ('call', 'mail')),
  open boolean not null default false,
  primary key (id, kind)
) partition by list (kind);
create table public.events_call partition of public.events for values in ('call');
create table public.events_mail partition of public.events for values in ('mail');
alter table public.events enable row level security;
alter table public.events_mail enable row level security;
create policy "own or open" on public.events for select using (open or owner_id = auth.uid());
create policy "mail" on public.events_mail for select using (owner_id = auth.uid());

create table public.assets (id uuid primary key default gen_random_uuid(), owner_id uuid references auth.users (id));
create table public.vehicles (wheels int not null default 4, primary key (id), foreign key (owner_id) references auth.users (id))
  inherits (public.assets);
alter table public.assets enable row level security;
alter table public.vehicles enable row level security;
create policy "own assets" on public.assets for select using (owner_id = auth.uid());
create policy "wheels" on public.vehicles for select using (wheels > 2 and auth.role() = 'authenticated');

-- an expression that raises an error for some rows, and one that needs what the caller may not do
create table public.readings (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid references auth.users (id),
  value text not null
);
alter table public.readings enable row level security;
create policy "own" on public.readings for select using (owner_id = auth.uid());
create policy "high" on public.readings for select using (owner_id is null and value::int > 3);
insert into public.readings (owner_id, value) values (null, '5'), (null, '2');

create table private.secrets (id uuid primary key);
create table public.keys (id uuid primary key default gen_random_uuid(), owner_id uuid references auth.users (id));
alter table public.keys enable row level security;
create policy "secret" on public.keys for select using (exists (select from private.secrets s where s.id = keys.id));

create function private.refuse() returns event_trigger language plpgsql as $$
begin
  raise exception 'nobody makes tables or views here any more';
end
$$;
create event trigger refuse on ddl_command_start when tag in ('CREATE TABLE', 'CREATE VIEW') execute function private.refuse();

-- tenant org_id in public.memberships(org_id, user_id)
-- is public.memberships: tenant owner user_id tenant org_id
-- is public.notes: tenant author author_id tenant org_id
-- because public.notes: name of public.notes.org_id
-- is public.ratings: user owner user_id

-- there is no table of tenants, and nothing has a foreign key
create table public.memberships (
  user_id uuid not null,
  org_id uuid not null,
  primary key (user_id, org_id)
);
create table public.notes (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  author_id uuid not null,
  body text not null
);
-- what somebody thinks of an organisation makes nobody its member
create table public.ratings (
  user_id uuid not null,
  rated_org uuid not null,
  stars integer not null,
  primary key (user_id, rated_org)
);
alter table public.notes enable row level security;
alter table public.ratings enable row level security;
-- forgets to ask whether it is this organisation
create policy "members read notes" on public.notes for select to authenticated
  using (exists (select from public.memberships m where m.user_id = auth.uid()));
create policy "authors change notes" on public.notes for update to authenticated
  using (author_id = auth.uid());
create policy "own ratings" on public.ratings for all to authenticated using (user_id = auth.uid());

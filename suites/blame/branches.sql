create table public.documents (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references auth.users (id),
  visibility text not null default 'private' check (visibility in ('private', 'team', 'public')),
  archived boolean not null default false,
  title text not null
);
alter table public.documents enable row level security;
create policy "own" on public.documents using (owner_id = (select auth.uid()));
create policy "anyone public" on public.documents for select using (visibility = 'public' or title = 'imprint');
create policy "support" on public.documents for select to authenticated using (auth.jwt() ->> 'email' like '%@support.test');
create policy "kept" on public.documents as restrictive for select using (not archived);
grant select on public.documents to anon;

-- the owner of the view is bound by policies of its own
create role clerk nologin;
grant usage on schema public, auth to clerk;
create table public.letters (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references auth.users (id),
  subject text not null,
  sealed boolean not null default false
);
alter table public.letters enable row level security;
create policy "own letters" on public.letters for select to authenticated using (owner_id = auth.uid());
create policy "clerks read" on public.letters for select to clerk using (not sealed);
grant select on public.letters to clerk;
create view public.letter_list as select id, owner_id, subject, sealed from public.letters;
alter view public.letter_list owner to clerk;
grant select on public.letter_list to authenticated;

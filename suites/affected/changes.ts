/** Small migrations on the guides' workspaces, as people write them: title and text. */
export const CHANGES: readonly (readonly [title: string, sql: string])[] = [
  ['a comment', "comment on table public.notes is 'what a user keeps';"],
  [
    'a policy that opens notes',
    'create policy open on public.notes for select to authenticated using (true);',
  ],
  ['a policy is dropped', 'drop policy notes_update on public.notes;'],
  [
    'a policy asks another table',
    `create policy shared on public.notes for select to authenticated
    using (exists (select from public.documents d where d.author_id = notes.user_id and d.published));`,
  ],
  ['row security is switched off', 'alter table public.handles disable row level security;'],
  ['a grant', 'grant select, insert on public.notes to anon;'],
  ['a column', 'alter table public.documents add column summary text;'],
  [
    'a column with a default of a function',
    `create function public.stamp() returns text language sql as $$ select 'x' $$;
    alter table public.handles add column stamp text default public.stamp();`,
  ],
  [
    'a table beside the others',
    `create table public.tags (id int primary key, name text not null);
    alter table public.tags enable row level security;
    create policy tags_read on public.tags for select to anon, authenticated using (true);`,
  ],
  [
    'a table below another',
    `create table public.remarks (id uuid primary key default gen_random_uuid(),
      document_id uuid not null references public.documents (id) on delete cascade, body text);
    alter table public.remarks enable row level security;
    create policy remarks_read on public.remarks for select to authenticated using (exists (
      select from public.documents d where d.id = document_id));`,
  ],
  [
    'a helper that lets everybody in',
    `create or replace function public.role_in(workspace uuid) returns text
    language sql stable security definer set search_path = '' as $$
      select role from public.members where workspace_id = workspace limit 1 $$;`,
  ],
  ['a view', 'create view public.all_notes as select * from public.notes;'],
  [
    'a view that shows more',
    `create or replace view public.published_documents with (security_barrier) as
    select id, title from public.documents;`,
  ],
  [
    'a trigger that refuses',
    `create function public.no() returns trigger language plpgsql as
      $$ begin raise exception 'no'; end $$;
    create trigger no before delete on public.handles for each row execute function public.no();`,
  ],
  [
    'a function that reads',
    `create function public.note_of(who uuid) returns setof public.notes
    language sql stable security definer set search_path = '' as $$ select * from public.notes where user_id = who $$;`,
  ],
  [
    'members may be added by anybody',
    `create policy members_join on public.members for insert to authenticated
    with check (user_id = (select auth.uid()));`,
  ],
  ['rows', "insert into public.audit_events (message) values ('first');"],
  ['a role', 'create role reporter nologin;'],
]

-- Members by a surrogate key, camelCase, users in a profile table.
create table public."Profile" (id uuid primary key references auth.users (id), "displayName" text);
create table public."Workspace" (id text primary key, "name" text not null);
create table public."WorkspaceMember" (
  id text primary key, "workspaceId" text not null references public."Workspace" (id),
  "profileId" uuid not null references public."Profile" (id), "role" text not null default 'MEMBER',
  unique ("workspaceId", "profileId")
);
create table public."Board" (id text primary key, "workspaceId" text not null references public."Workspace" (id));
create table public."Card" (
  id text primary key, "boardId" text not null references public."Board" (id), "createdById" uuid references public."Profile" (id)
);
create table public."CardWatcher" (
  "cardId" text references public."Card" (id), "profileId" uuid references public."Profile" (id), primary key ("cardId", "profileId")
);
-- tenant public.Workspace in public.WorkspaceMember(workspaceId, profileId, role)
-- is public.Profile: user owner id
-- is public.Workspace: tenant tenant id
-- is public.WorkspaceMember: tenant owner profileId tenant workspaceId
-- is public.Board: tenant tenant workspaceId
-- is public.Card: tenant author createdById tenant boardId > workspaceId
-- is public.CardWatcher: tenant owner profileId tenant cardId > boardId > workspaceId

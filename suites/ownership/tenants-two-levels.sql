-- Organizations hold teams, both have members.
create table public.organisations (id uuid primary key);
create table public.organisation_users (
  organisation_id uuid references public.organisations (id), user_id uuid references auth.users (id), primary key (organisation_id, user_id)
);
create table public.teams (id uuid primary key, organisation_id uuid not null references public.organisations (id));
create table public.team_members (
  team_id uuid references public.teams (id), user_id uuid references auth.users (id), primary key (team_id, user_id)
);
create table public.boards (id uuid primary key, team_id uuid not null references public.teams (id));
-- tenant public.organisations in public.organisation_users(organisation_id, user_id)
-- tenant public.teams in public.team_members(team_id, user_id)
-- is public.organisations: tenant tenant id
-- is public.organisation_users: tenant owner user_id tenant organisation_id
-- is public.teams: tenant tenant organisation_id tenant id
-- is public.team_members: tenant owner user_id tenant team_id
-- is public.boards: tenant tenant team_id

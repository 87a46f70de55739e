-- Members by a composite key, with roles and states.
create table public.organizations (id uuid primary key, name text, owner_id uuid references auth.users (id));
create type public.member_role as enum ('owner', 'admin', 'member');
create table public.organization_members (
  organization_id uuid references public.organizations (id), user_id uuid references auth.users (id),
  role public.member_role not null, status text not null check (status in ('pending', 'active', 'revoked')),
  primary key (organization_id, user_id)
);
create table public.projects (
  id uuid primary key, organization_id uuid not null references public.organizations (id),
  created_by uuid references auth.users (id)
);
create table public.tasks (
  id uuid primary key, project_id uuid not null references public.projects (id), assignee_id uuid references auth.users (id)
);
create table public.task_comments (
  id uuid primary key, task_id uuid not null references public.tasks (id), author_id uuid not null references auth.users (id)
);
create table public.audit (id bigint primary key, organization_id uuid not null, text text);
create table public.invitations (
  id uuid primary key, organization_id uuid not null references public.organizations (id),
  email text not null, invited_by uuid references auth.users (id), role public.member_role
);
-- tenant public.organizations in public.organization_members(organization_id, user_id, role)
-- is public.organizations: tenant owner owner_id tenant id
-- is public.organization_members: tenant owner user_id tenant organization_id
-- is public.projects: tenant author created_by tenant organization_id
-- is public.tasks: tenant owner assignee_id tenant project_id > organization_id
-- is public.task_comments: tenant author author_id tenant task_id > project_id > organization_id
-- is public.audit: tenant tenant organization_id
-- is public.invitations: tenant author invited_by tenant organization_id
-- because public.organizations: members in public.organization_members
-- because public.audit: name of public.audit.organization_id

// Generates a sound multi-tenant Supabase project of any size: nobody can reach a stranger's rows in it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Fewer tables leave no room for every shape; more than this the generator was never tried with. */
export const FEWEST = 10
export const MOST = 2000

const TABLES_PER_FILE = 20
const TABLES_PER_VIEW = 20

/** The migrations of a project with that many tables, as file name → SQL. Same number, same text. */
export function migrationsFor(tables) {
  if (!Number.isInteger(tables) || tables < FEWEST || tables > MOST)
    throw new RangeError(`a number of tables from ${FEWEST} to ${MOST} is wanted, not ${tables}`)
  const parts = Array.from({ length: tables - CORE_TABLES }, (_, index) => table(index))
  const files = Array.from({ length: Math.ceil(parts.length / TABLES_PER_FILE) }, (_, index) =>
    parts.slice(index * TABLES_PER_FILE, (index + 1) * TABLES_PER_FILE).join('\n'),
  )
  return new Map([
    ['20250101000000_core.sql', core],
    ...files.map((text, index) => [`20250102${String(index).padStart(6, '0')}_tables.sql`, text]),
    ['20250103000000_views.sql', views(tables).join('\n')],
  ])
}

/** Writes the project into a folder, in Supabase's layout. */
export function writeProject(folder, tables) {
  const migrations = join(folder, 'supabase', 'migrations')
  mkdirSync(migrations, { recursive: true })
  for (const [name, text] of migrationsFor(tables)) writeFileSync(join(migrations, name), text)
  writeFileSync(
    join(folder, 'rls.config.json'),
    JSON.stringify({ migrations: [{ tool: 'supabase' }], expect }),
  )
}

const CORE_TABLES = 3

/** Whoever administers an organization manages its members. */
const expect = { 'public.memberships': 'tenant' }

const core = `create schema private;
grant usage on schema private to authenticated, service_role;

create type public.member_role as enum ('owner', 'admin', 'member');
create type public.item_status as enum ('draft', 'active', 'archived');

create table public.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  slug text not null unique,
  created_at timestamptz not null default now()
);

create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  display_name text,
  avatar_url text,
  updated_at timestamptz not null default now()
);

create table public.memberships (
  organization_id uuid not null references public.organizations (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role public.member_role not null default 'member',
  created_at timestamptz not null default now(),
  primary key (organization_id, user_id)
);
create index on public.memberships (user_id);

create function private.is_member(organization uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from public.memberships m where m.organization_id = organization and m.user_id = (select auth.uid())
  )
$$;

create function private.is_admin(organization uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select from public.memberships m
    where m.organization_id = organization and m.user_id = (select auth.uid()) and m.role in ('owner', 'admin')
  )
$$;

create function private.touch() returns trigger language plpgsql set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;

create function private.handle_new_user() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.profiles (id, display_name) values (new.id, new.raw_user_meta_data ->> 'full_name');
  return new;
end
$$;
create trigger on_auth_user_created after insert on auth.users
  for each row execute function private.handle_new_user();
${policies('profiles', '(select auth.uid()) = id')}
${policies('organizations', 'private.is_member(id)', 'private.is_admin(id)')}
${policies('memberships', '(select auth.uid()) = user_id or private.is_admin(organization_id)', 'private.is_admin(organization_id)')}
revoke update on public.memberships from anon, authenticated;
grant update (role) on public.memberships to authenticated;
`

/** Row security with a policy per command, for signed-in users. */
function policies(name, read, write = read) {
  return `
alter table public.${name} enable row level security;
create policy "${name}: read" on public.${name} for select to authenticated using (${read});
create policy "${name}: add" on public.${name} for insert to authenticated with check (${write});
create policy "${name}: change" on public.${name} for update to authenticated using (${write}) with check (${write});
create policy "${name}: remove" on public.${name} for delete to authenticated using (${write});`
}

const columns = `  title text not null,
  body text,
  status public.item_status not null default 'draft',
  position integer not null default 0 check (position >= 0),
  amount numeric(10, 2),
  is_pinned boolean not null default false,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()`

const membershipIn =
  'organization_id in (select m.organization_id from public.memberships m where m.user_id = (select auth.uid()))'

/** The shapes of real projects, in turn: own rows, rows of a tenant in two ways, and rows below each of them. */
const shapes = [
  {
    kind: 'notes',
    owner: 'user_id uuid not null default auth.uid() references auth.users (id) on delete cascade',
    index: 'user_id',
    policy: () => '(select auth.uid()) = user_id',
  },
  {
    kind: 'projects',
    owner: 'organization_id uuid not null references public.organizations (id) on delete cascade',
    index: 'organization_id',
    policy: () => membershipIn,
  },
  {
    kind: 'documents',
    owner: 'organization_id uuid not null references public.organizations (id) on delete cascade',
    index: 'organization_id',
    policy: () => 'private.is_member(organization_id)',
  },
  {
    kind: 'comments',
    parent: 'notes',
    policy: (name, parent) =>
      `exists (select from public.${parent} p where p.id = ${name}.parent_id and p.user_id = (select auth.uid()))`,
  },
  {
    kind: 'tasks',
    parent: 'projects',
    policy: (name, parent) => `parent_id in (select p.id from public.${parent} p where p.${membershipIn})`,
  },
  {
    kind: 'revisions',
    parent: 'documents',
    policy: (name, parent) =>
      `exists (select from public.${parent} p where p.id = ${name}.parent_id and private.is_member(p.organization_id))`,
  },
]

const nameOf = (kind, group) => `${kind}_${String(group).padStart(3, '0')}`

function table(index) {
  const shape = shapes[index % shapes.length]
  const group = Math.floor(index / shapes.length)
  const name = nameOf(shape.kind, group)
  const parent = shape.parent && nameOf(shape.parent, group)
  const owner = shape.owner ?? `parent_id uuid not null references public.${parent} (id) on delete cascade`
  return `
create table public.${name} (
  id uuid primary key default gen_random_uuid(),
  ${owner},
${columns}
);
create index on public.${name} (${shape.index ?? 'parent_id'});
create trigger touch before update on public.${name} for each row execute function private.touch();
${policies(name, shape.policy(name, parent))}
`
}

/** One view of own rows, then one that joins rows with what they hang below, in turn. */
function views(tables) {
  const groups = Math.floor((tables - CORE_TABLES) / shapes.length)
  return Array.from({ length: Math.max(2, Math.floor(tables / TABLES_PER_VIEW)) }, (_, index) => {
    const group = Math.floor(index / 2) % groups
    return index % 2 === 0
      ? `create view public.${nameOf('pinned', group)} with (security_invoker = true) as
  select id, user_id, title, status, created_at from public.${nameOf('notes', group)};`
      : `create view public.${nameOf('board', group)} with (security_invoker = true) as
  select t.id, t.title, t.status, p.organization_id, p.title as project
  from public.${nameOf('tasks', group)} t join public.${nameOf('projects', group)} p on p.id = t.parent_id;`
  })
}

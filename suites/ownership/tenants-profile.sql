-- Users belong to one company each: a column of the profile says which.
create table public.companies (id uuid primary key, name text);
create table public.profiles (
  id uuid primary key references auth.users (id), company_id uuid references public.companies (id), role text not null default 'user'
);
create function public.current_company() returns uuid language sql stable security definer set search_path = '' as $$
  select company_id from public.profiles where id = auth.uid()
$$;
create table public.vehicles (id uuid primary key, company_id uuid not null references public.companies (id));
create table public.trips (id uuid primary key, vehicle_id uuid not null references public.vehicles (id), driver_id uuid references public.profiles (id));
alter table public.vehicles enable row level security;
create policy same_company on public.vehicles using (company_id = public.current_company());
-- tenant public.companies in public.profiles(company_id, id, role)
-- is public.companies: tenant tenant id
-- is public.profiles: tenant owner id tenant company_id
-- is public.vehicles: tenant tenant company_id
-- is public.trips: tenant owner driver_id tenant vehicle_id > company_id

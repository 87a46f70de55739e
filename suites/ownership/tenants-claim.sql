-- The session carries the tenant's key; there is no table of tenants.
create table public.readings (id bigint primary key, tenant_id uuid not null, value numeric);
create table public.alerts (id bigint primary key, reading_id bigint not null references public.readings (id));
create table public.units (code text primary key);
alter table public.readings enable row level security;
create policy own_tenant on public.readings using (tenant_id = (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid);
-- tenant app_metadata.tenant_id
-- is public.readings: tenant tenant tenant_id
-- is public.alerts: tenant tenant reading_id > tenant_id
-- is public.units: shared

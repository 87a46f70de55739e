-- Names that no list of words knows: the keys and the policies say enough.
create table public.empresas (id uuid primary key, nome text);
create table public.empresa_usuarios (
  empresa_id uuid references public.empresas (id), usuario_id uuid references auth.users (id), papel text,
  primary key (empresa_id, usuario_id)
);
create table public.clientes (id uuid primary key, empresa_id uuid not null references public.empresas (id));
create table public.pedidos (id uuid primary key, cliente_id uuid not null references public.clientes (id), criado_por uuid references auth.users (id));
alter table public.clientes enable row level security;
create policy da_empresa on public.clientes using (
  empresa_id in (select empresa_id from public.empresa_usuarios where usuario_id = auth.uid())
);
-- tenant public.empresas in public.empresa_usuarios(empresa_id, usuario_id, papel)
-- is public.empresas: tenant tenant id
-- is public.clientes: tenant tenant empresa_id
-- is public.pedidos: tenant author criado_por tenant cliente_id > empresa_id

create table public."Vereine" ("Id" int primary key, "Name" text);
create table public."Mitglieder" (
  "Verein" int references public."Vereine" ("Id"), "Nutzer" uuid references auth.users (id), primary key ("Verein", "Nutzer")
);
create table public."Beitraege" ("Id" int primary key, "Verein" int not null references public."Vereine" ("Id"));
alter table public."Beitraege" enable row level security;
create policy "im Verein" on public."Beitraege" using (
  exists (select from public."Mitglieder" m where m."Verein" = "Beitraege"."Verein" and m."Nutzer" = auth.uid())
);
-- tenant public.Vereine in public.Mitglieder(Verein, Nutzer)
-- is public.Vereine: tenant tenant Id
-- is public.Beitraege: tenant tenant Verein

-- A user table of the application's own, with integer keys that a claim carries.
create table public.users (id bigint generated always as identity primary key, email text not null unique, auth_id uuid not null unique references auth.users (id));
create table public.invoices (id bigint primary key, user_id bigint not null references public.users (id), amount numeric);
create table public.invoice_lines (id bigint primary key, invoice_id bigint not null references public.invoices (id));
-- is public.users: user owner auth_id
-- is public.invoices: user owner user_id > auth_id
-- is public.invoice_lines: user owner invoice_id > user_id > auth_id

-- Who made a row is not whose it is, unless nothing else says so.
create table public.notes (
  id uuid primary key, user_id uuid not null references auth.users (id), created_by uuid references auth.users (id)
);
create table public.posts (id uuid primary key, author_id uuid not null references auth.users (id), body text);
create table public.replies (id uuid primary key, post_id uuid not null references public.posts (id));
create table public.settings (key text primary key, updated_by uuid references auth.users (id));
create table public.pictures (id uuid primary key, "uploadedBy" uuid references auth.users (id));
-- is public.notes: user owner user_id author created_by
-- is public.posts: user owner author_id
-- is public.replies: user owner post_id > author_id
-- is public.settings: shared
-- is public.pictures: user owner uploadedBy

-- NULLable owners and owners by default
create table public.drafts (id uuid primary key, user_id uuid references auth.users (id));
create table public.moods (id uuid primary key, felt_by_whom uuid not null default auth.uid());
-- is public.drafts: user owner user_id
-- is public.moods: user owner felt_by_whom
-- because public.moods: default of public.moods.felt_by_whom is the session's user

-- keys as text and without foreign keys, camelCase and PascalCase
create table public.chats (id text primary key, "userId" text not null);
create table public."ChatMessage" ("Id" text primary key, "ChatId" text not null references public.chats (id));
create table public."DailyMood" ("Id" uuid primary key, "UserId" uuid not null, "Score" int);
create table public.orders (id bigint primary key, customer text not null);
alter table public.orders enable row level security;
create policy own on public.orders using (customer = (select auth.uid())::text);
-- is public.chats: user owner userId
-- is public.ChatMessage: user owner ChatId > userId
-- is public.DailyMood: user owner UserId
-- is public.orders: user owner customer
-- because public.DailyMood: name of public.DailyMood.UserId
-- because public.orders: policies compare public.orders.customer with the session

-- Portuguese and German
create table public.perfis (id uuid primary key references auth.users (id), nome text);
create table public.vendas (id uuid primary key, usuario_id uuid not null references public.perfis (id));
create table public.itens_venda (id uuid primary key, venda_id uuid not null references public.vendas (id));
create table public.anotacoes (id uuid primary key, id_usuario uuid not null);
create table public."Nutzer" ("NutzerNr" uuid primary key references auth.users (id));
create table public."Rechnung" ("Nr" int primary key, "Kunde" uuid not null references public."Nutzer" ("NutzerNr"));
create table public."Rechnungsposten" ("Nr" int primary key, "Rechnung" int not null references public."Rechnung" ("Nr"));
-- is public.perfis: user owner id
-- is public.vendas: user owner usuario_id
-- is public.itens_venda: user owner venda_id > usuario_id
-- is public.anotacoes: user owner id_usuario
-- is public.Nutzer: user owner NutzerNr
-- is public.Rechnung: user owner Kunde
-- is public.Rechnungsposten: user owner Rechnung > Kunde

-- likes, shares and follows tie users to things, but they make no tenants
create table public.songs (id uuid primary key, title text);
create table public.song_likes (
  song_id uuid references public.songs (id), user_id uuid references auth.users (id), primary key (song_id, user_id)
);
create table public.recipes (id uuid primary key, user_id uuid not null references auth.users (id));
create table public.recipe_shares (
  recipe_id uuid references public.recipes (id), user_id uuid references auth.users (id), role text,
  primary key (recipe_id, user_id)
);
create table public.follows (
  follower_id uuid references auth.users (id), followed_id uuid references auth.users (id),
  primary key (follower_id, followed_id)
);
create table public.polls (id uuid primary key, owner_id uuid not null references auth.users (id));
create table public.poll_votes (
  id uuid primary key, poll_id uuid not null references public.polls (id),
  user_id uuid not null references auth.users (id), unique (poll_id, user_id)
);
-- is public.songs: shared
-- is public.song_likes: user owner user_id
-- is public.recipes: user owner user_id
-- is public.recipe_shares: user owner user_id
-- is public.follows: user owner follower_id owner followed_id
-- is public.polls: user owner owner_id
-- is public.poll_votes: user owner user_id

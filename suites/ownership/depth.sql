-- Ownership one to four foreign keys away, in snake_case.
create table public.folders (id uuid primary key, user_id uuid not null references auth.users (id));
create table public.files (id uuid primary key, folder_id uuid not null references public.folders (id));
create table public.versions (id bigint primary key, file_id uuid not null references public.files (id));
create table public.chunks (id bigint primary key, version_id bigint not null references public.versions (id));
create table public.embeddings (id bigint primary key, chunk_id bigint not null references public.chunks (id));
-- is public.folders: user owner user_id
-- is public.files: user owner folder_id > user_id
-- is public.versions: user owner file_id > folder_id > user_id
-- is public.chunks: user owner version_id > file_id > folder_id > user_id
-- is public.embeddings: user owner chunk_id > version_id > file_id > folder_id > user_id
-- because public.folders: foreign key public.folders.user_id → auth.users
-- because public.versions: foreign key public.versions.file_id → public.files; foreign key public.files.folder_id → public.folders

-- the shorter way wins, and the parent that a row cannot be without
create table public.labels (id uuid primary key, user_id uuid references auth.users (id));
create table public.file_labels (
  file_id uuid not null references public.files (id) on delete cascade,
  label_id uuid references public.labels (id),
  primary key (file_id)
);
-- is public.labels: user owner user_id
-- is public.file_labels: user owner label_id > user_id

-- self references and cycles lead nowhere by themselves
create table public.comments (
  id uuid primary key, user_id uuid not null references auth.users (id), parent_id uuid references public.comments (id)
);
create table public.left_side (id uuid primary key, right_id uuid);
create table public.right_side (id uuid primary key, left_id uuid references public.left_side (id));
alter table public.left_side add foreign key (right_id) references public.right_side (id);
create table public.chapters (id uuid primary key, first_page uuid, folder_id uuid references public.folders (id));
create table public.pages (id uuid primary key, chapter_id uuid not null references public.chapters (id));
alter table public.chapters add foreign key (first_page) references public.pages (id);
create table public.countries (code text primary key);
create table public.cities (id int primary key, country text references public.countries (code));
-- is public.comments: user owner user_id
-- is public.left_side: shared
-- is public.right_side: shared
-- is public.chapters: user owner folder_id > user_id
-- is public.pages: user owner chapter_id > folder_id > user_id
-- is public.countries: shared
-- is public.cities: shared
-- because public.cities: no path of foreign keys

-- two people of a row both own it
create table public.letters (
  id uuid primary key, sender_id uuid not null references auth.users (id), recipient_id uuid not null references auth.users (id)
);
-- is public.letters: user owner sender_id owner recipient_id

-- composite keys
create table public.ledgers (
  user_id uuid references auth.users (id), number int, primary key (user_id, number)
);
create table public.entries (
  owner uuid, ledger int, position int, primary key (owner, ledger, position),
  foreign key (owner, ledger) references public.ledgers (user_id, number)
);
create table public.attachments (
  id uuid primary key, entry_owner uuid, entry_ledger int, entry_position int,
  foreign key (entry_owner, entry_ledger, entry_position) references public.entries (owner, ledger, position)
);
-- is public.ledgers: user owner user_id
-- is public.entries: user owner owner
-- is public.attachments: user owner entry_owner

-- children of partitioned tables and by inheritance
create table public.events (id uuid, user_id uuid references auth.users (id), at date) partition by range (at);
create table public.events_old partition of public.events for values from (minvalue) to ('2030-01-01');
create table public.base_notes (user_id uuid references auth.users (id), text text);
create table public.long_notes (extra text) inherits (public.base_notes);
-- is public.events: user owner user_id
-- is public.events_old: user owner user_id
-- is public.base_notes: user owner user_id
-- is public.long_notes: user owner user_id

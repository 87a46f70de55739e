-- Stub of pgmq: queues are tables; messages are sent, read, archived and deleted in them.
do $$
begin
  if to_regnamespace('pgmq') is null then
    create schema pgmq;
  end if;
end
$$;

create type pgmq.message_record as (
  msg_id bigint,
  read_ct integer,
  enqueued_at timestamptz,
  vt timestamptz,
  message jsonb,
  headers jsonb
);

create type pgmq.queue_record as (
  queue_name varchar,
  is_partitioned boolean,
  is_unlogged boolean,
  created_at timestamptz
);

create type pgmq.metrics_result as (
  queue_name text,
  queue_length bigint,
  newest_msg_age_sec integer,
  oldest_msg_age_sec integer,
  total_messages bigint,
  scrape_time timestamptz
);

create table pgmq.meta (
  queue_name varchar unique not null,
  is_partitioned boolean not null default false,
  is_unlogged boolean not null default false,
  created_at timestamptz not null default now()
);

create function pgmq.format_table_name(queue_name text, prefix text) returns text
language sql immutable
return lower(prefix || '_' || queue_name);

create function pgmq.validate_queue_name(queue_name text) returns void
language plpgsql
as $$
begin
  if length(queue_name) >= 48 then
    raise exception 'a queue name has at most 47 characters';
  end if;
end
$$;

create function pgmq."create"(queue_name text) returns void
language plpgsql
as $$
begin
  insert into pgmq.meta (queue_name) values ($1) on conflict do nothing;
  execute format(
    'create table if not exists pgmq.%I (
       msg_id bigint generated always as identity primary key,
       read_ct integer not null default 0,
       enqueued_at timestamptz not null default now(),
       vt timestamptz not null default now(),
       message jsonb,
       headers jsonb
     )',
    pgmq.format_table_name($1, 'q')
  );
  execute format(
    'create table if not exists pgmq.%I (
       msg_id bigint primary key,
       read_ct integer not null default 0,
       enqueued_at timestamptz not null default now(),
       archived_at timestamptz not null default now(),
       vt timestamptz not null default now(),
       message jsonb,
       headers jsonb
     )',
    pgmq.format_table_name($1, 'a')
  );
end
$$;

create function pgmq.create_non_partitioned(queue_name text) returns void
language sql
return pgmq."create"(queue_name);

create function pgmq.create_unlogged(queue_name text) returns void
language sql
return pgmq."create"(queue_name);

create function pgmq.drop_queue(queue_name text) returns boolean
language plpgsql
as $$
begin
  execute format('drop table if exists pgmq.%I', pgmq.format_table_name($1, 'q'));
  execute format('drop table if exists pgmq.%I', pgmq.format_table_name($1, 'a'));
  delete from pgmq.meta as queue where queue.queue_name = $1;
  return found;
end
$$;

create function pgmq.list_queues() returns setof pgmq.queue_record
language sql
begin atomic
  select row(queue_name, is_partitioned, is_unlogged, created_at)::pgmq.queue_record from pgmq.meta;
end;

create function pgmq.send(queue_name text, msg jsonb, delay integer default 0) returns setof bigint
language plpgsql
as $$
begin
  return query execute format(
    'insert into pgmq.%I (message, vt) values ($1, now() + make_interval(secs => $2)) returning msg_id',
    pgmq.format_table_name(queue_name, 'q')
  ) using msg, delay;
end
$$;

create function pgmq.send_batch(queue_name text, msgs jsonb[], delay integer default 0) returns setof bigint
language plpgsql
as $$
begin
  return query execute format(
    'insert into pgmq.%I (message, vt)
     select message, now() + make_interval(secs => $2) from unnest($1) as message returning msg_id',
    pgmq.format_table_name(queue_name, 'q')
  ) using msgs, delay;
end
$$;

create function pgmq.read(queue_name text, vt integer, qty integer, conditional jsonb default '{}')
returns setof pgmq.message_record
language plpgsql
as $$
begin
  return query execute format(
    'with next as (
       select msg_id from pgmq.%1$I
       where vt <= clock_timestamp() and message @> $3
       order by msg_id limit $2 for update skip locked
     )
     update pgmq.%1$I as queued
     set vt = clock_timestamp() + make_interval(secs => $1), read_ct = read_ct + 1
     from next where queued.msg_id = next.msg_id
     returning queued.msg_id, queued.read_ct, queued.enqueued_at, queued.vt, queued.message, queued.headers',
    pgmq.format_table_name(queue_name, 'q')
  ) using vt, qty, conditional;
end
$$;

-- Nobody adds a message while a single session waits: it does not wait.
create function pgmq.read_with_poll(
  queue_name text,
  vt integer,
  qty integer,
  max_poll_seconds integer default 5,
  poll_interval_ms integer default 100,
  conditional jsonb default '{}'
) returns setof pgmq.message_record
language sql
begin atomic
  select * from pgmq.read(queue_name, vt, qty, conditional);
end;

create function pgmq.pop(queue_name text) returns setof pgmq.message_record
language plpgsql
as $$
begin
  return query execute format(
    'with next as (
       select msg_id from pgmq.%1$I where vt <= clock_timestamp() order by msg_id limit 1 for update skip locked
     )
     delete from pgmq.%1$I as queued using next where queued.msg_id = next.msg_id
     returning queued.msg_id, queued.read_ct, queued.enqueued_at, queued.vt, queued.message, queued.headers',
    pgmq.format_table_name(queue_name, 'q')
  );
end
$$;

create function pgmq.set_vt(queue_name text, msg_id bigint, vt integer) returns setof pgmq.message_record
language plpgsql
as $$
begin
  return query execute format(
    'update pgmq.%I as queued set vt = clock_timestamp() + make_interval(secs => $2) where queued.msg_id = $1
     returning queued.msg_id, queued.read_ct, queued.enqueued_at, queued.vt, queued.message, queued.headers',
    pgmq.format_table_name(queue_name, 'q')
  ) using msg_id, vt;
end
$$;

create function pgmq.archive(queue_name text, msg_ids bigint[]) returns setof bigint
language plpgsql
as $$
begin
  return query execute format(
    'with gone as (delete from pgmq.%I as queued where queued.msg_id = any ($1) returning queued.*)
     insert into pgmq.%I (msg_id, read_ct, enqueued_at, vt, message, headers)
     select msg_id, read_ct, enqueued_at, vt, message, headers from gone
     returning msg_id',
    pgmq.format_table_name(queue_name, 'q'),
    pgmq.format_table_name(queue_name, 'a')
  ) using msg_ids;
end
$$;

create function pgmq.archive(queue_name text, msg_id bigint) returns boolean
language sql
begin atomic
  select exists (select from pgmq.archive(queue_name, array[msg_id]));
end;

create function pgmq.delete(queue_name text, msg_ids bigint[]) returns setof bigint
language plpgsql
as $$
begin
  return query execute format(
    'delete from pgmq.%I as queued where queued.msg_id = any ($1) returning queued.msg_id',
    pgmq.format_table_name(queue_name, 'q')
  ) using msg_ids;
end
$$;

create function pgmq.delete(queue_name text, msg_id bigint) returns boolean
language sql
begin atomic
  select exists (select from pgmq.delete(queue_name, array[msg_id]));
end;

create function pgmq.purge_queue(queue_name text) returns bigint
language plpgsql
as $$
declare
  gone bigint;
begin
  execute format('delete from pgmq.%I', pgmq.format_table_name(queue_name, 'q'));
  get diagnostics gone = row_count;
  return gone;
end
$$;

create function pgmq.metrics(queue_name text) returns pgmq.metrics_result
language plpgsql
as $$
declare
  result pgmq.metrics_result;
begin
  execute format(
    'select $1, count(*), extract(epoch from now() - max(enqueued_at))::integer,
       extract(epoch from now() - min(enqueued_at))::integer, coalesce(max(msg_id), 0), now()
     from pgmq.%I',
    pgmq.format_table_name(queue_name, 'q')
  ) into result using queue_name;
  return result;
end
$$;

create function pgmq.metrics_all() returns setof pgmq.metrics_result
language sql
begin atomic
  select (pgmq.metrics(queue_name)).* from pgmq.meta;
end;

grant usage, create on schema pgmq to pg_database_owner;

grant all on pgmq.meta to pg_database_owner;

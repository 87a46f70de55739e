-- Broadcast and presence. A policy on realtime.messages decides who may join a private topic. Supabase partitions
-- the table by day; here it is one table, and policies see no difference.
set role supabase_realtime_admin;

create table realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(),
  primary key (id, inserted_at)
);

alter table realtime.messages enable row level security;

grant select, insert, update on realtime.messages to anon, authenticated, service_role;

grant all on realtime.messages to postgres, dashboard_user;

create function realtime.topic() returns text
language sql stable
as $$
  select nullif(current_setting('realtime.topic', true), '')
$$;

-- A message that cannot be stored is lost with a warning: it never fails the statement that sent it.
create function realtime.send(payload jsonb, event text, topic text, private boolean default true) returns void
language plpgsql
as $$
declare
  message_id uuid := gen_random_uuid();
begin
  perform set_config('realtime.topic', topic, true);
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (message_id, jsonb_build_object('id', message_id) || payload, event, topic, private, 'broadcast');
exception
  when others then
    raise warning 'the broadcast was not stored: %', sqlerrm;
end
$$;

create function realtime.broadcast_changes(
  topic_name text,
  event_name text,
  operation text,
  table_name text,
  table_schema text,
  new record,
  old record,
  level text default 'ROW'
) returns void
language plpgsql
as $$
begin
  if level = 'STATEMENT' then
    raise exception 'broadcast_changes works in row triggers only';
  end if;
  if operation not in ('INSERT', 'UPDATE', 'DELETE') then
    raise exception 'broadcast_changes does not know the operation %', operation;
  end if;
  perform realtime.send(
    jsonb_build_object(
      'schema', table_schema,
      'table', table_name,
      'operation', operation,
      'record', new,
      'old_record', old
    ),
    event_name,
    topic_name
  );
end
$$;

reset role;

-- postgres owns the publication and so may add its tables to it.
create publication supabase_realtime;

alter publication supabase_realtime owner to postgres;

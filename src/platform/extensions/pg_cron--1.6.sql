-- Stub of pg_cron: jobs are recorded and never run.
do $$
begin
  if to_regnamespace('cron') is null then
    create schema cron;
  end if;
end
$$;

grant usage on schema cron to public;

create sequence cron.jobid_seq;

create sequence cron.runid_seq;

create table cron.job (
  jobid bigint primary key default nextval('cron.jobid_seq'),
  schedule text not null,
  command text not null,
  nodename text not null default 'localhost',
  nodeport integer not null default 5432,
  database text not null default current_database(),
  username text not null default current_user,
  active boolean not null default true,
  jobname text,
  constraint jobname_username_uniq unique (jobname, username)
);

create table cron.job_run_details (
  jobid bigint,
  runid bigint primary key default nextval('cron.runid_seq'),
  job_pid integer,
  database text,
  username text,
  command text,
  status text,
  return_message text,
  start_time timestamptz,
  end_time timestamptz
);

alter table cron.job enable row level security;

alter table cron.job_run_details enable row level security;

create policy cron_job_policy on cron.job using (username = current_user);

create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);

grant select on cron.job to public;

grant select, delete on cron.job_run_details to public;

create function cron.schedule(job_name text, schedule text, command text) returns bigint
language sql security definer
begin atomic
  insert into cron.job (jobname, schedule, command, username)
  values (job_name, schedule, command, session_user)
  on conflict (jobname, username) do update set schedule = excluded.schedule, command = excluded.command
  returning jobid;
end;

create function cron.schedule(schedule text, command text) returns bigint
language sql security definer
begin atomic
  insert into cron.job (schedule, command, username) values (schedule, command, session_user) returning jobid;
end;

create function cron.schedule_in_database(
  job_name text,
  schedule text,
  command text,
  database text,
  username text default null,
  active boolean default true
) returns bigint
language sql security definer
begin atomic
  insert into cron.job (jobname, schedule, command, database, username, active)
  values (job_name, schedule, command, database, coalesce(username, session_user), active)
  returning jobid;
end;

create function cron.alter_job(
  job_id bigint,
  schedule text default null,
  command text default null,
  database text default null,
  username text default null,
  active boolean default null
) returns void
language sql security definer
begin atomic
  update cron.job as job
  set
    schedule = coalesce($2, job.schedule),
    command = coalesce($3, job.command),
    database = coalesce($4, job.database),
    username = coalesce($5, job.username),
    active = coalesce($6, job.active)
  where job.jobid = $1;
end;

create function cron.unschedule(job_id bigint) returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  delete from cron.job where jobid = job_id;
  if not found then
    raise exception 'could not find valid entry for job %', job_id;
  end if;
  return true;
end
$$;

create function cron.unschedule(job_name text) returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  delete from cron.job where jobname = job_name;
  if not found then
    raise exception 'could not find valid entry for job ''%''', job_name;
  end if;
  return true;
end
$$;

-- As on Supabase, only the owner of the database schedules jobs unless it lets others.
revoke all on all functions in schema cron from public;

grant execute on all functions in schema cron to pg_database_owner;

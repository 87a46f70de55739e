-- Which server this is, and as whom it is asked.
select
  current_setting('server_version') as version,
  current_setting('server_version_num')::int4 / 10000 as major,
  current_database() as database,
  exists (
    select from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'storage' and c.relname = 'buckets'
  ) as storage;

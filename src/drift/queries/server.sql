-- Which server this is, and as whom it is asked.
select
  current_setting('server_version') as version,
  current_setting('server_version_num')::int4 / 10000 as major,
  current_database() as database,
  to_regclass('storage.buckets') is not null as storage;

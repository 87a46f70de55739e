-- Stub of timescaledb: a hypertable stays an ordinary table.
create function create_hypertable(
  relation regclass,
  time_column_name name,
  if_not_exists boolean default false,
  migrate_data boolean default false,
  chunk_time_interval interval default null
) returns void
language sql
begin atomic
end;

create function time_bucket(bucket_width interval, ts timestamptz) returns timestamptz
language sql immutable
return date_bin(bucket_width, ts, timestamptz '2000-01-03');

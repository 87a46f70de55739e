-- What policies on storage.objects call. All of them run with the caller's rights.
set role supabase_storage_admin;

-- The folders of a path, without the file: 'a/b/c.png' gives {a,b}.
create function storage.foldername(name text) returns text[]
language sql immutable
as $$
  select parts[1 : cardinality(parts) - 1] from string_to_array(name, '/') as parts
$$;

create function storage.filename(name text) returns text
language sql immutable
as $$
  select parts[cardinality(parts)] from string_to_array(name, '/') as parts
$$;

-- What follows the last dot of the file name; the whole file name where there is none.
create function storage.extension(name text) returns text
language sql immutable
as $$
  select reverse(split_part(reverse(storage.filename(name)), '.', 1))
$$;

-- The request that is being served, such as storage.object.upload.
create function storage.operation() returns text
language sql stable
as $$
  select current_setting('storage.operation', true)
$$;

create function storage.allow_any_operation(expected_operations text[]) returns boolean
language sql stable
as $$
  select coalesce(
    bool_or(regexp_replace(expected, '^storage\.', '') = regexp_replace(storage.operation(), '^storage\.', '')),
    false
  )
  from unnest(expected_operations) as expected
  where expected <> ''
$$;

create function storage.allow_only_operation(expected_operation text) returns boolean
language sql stable
as $$
  select storage.allow_any_operation(array[expected_operation])
$$;

create function storage.get_size_by_bucket() returns table (size bigint, bucket_id text)
language sql stable
as $$
  select sum((object.metadata ->> 'size')::bigint)::bigint, object.bucket_id
  from storage.objects as object
  group by object.bucket_id
$$;

-- The entries of one folder level that begin with the prefix; a folder has no id.
create function storage.search(
  prefix text,
  bucketname text,
  limits integer default 100,
  levels integer default 1,
  offsets integer default 0,
  search text default '',
  sortcolumn text default 'name',
  sortorder text default 'asc'
) returns table (
  name text,
  id uuid,
  updated_at timestamptz,
  created_at timestamptz,
  last_accessed_at timestamptz,
  metadata jsonb
)
language sql stable
as $$
  select distinct on (entry.name)
    entry.name,
    case when entry.is_file then entry.id end,
    case when entry.is_file then entry.updated_at end,
    case when entry.is_file then entry.created_at end,
    case when entry.is_file then entry.last_accessed_at end,
    case when entry.is_file then entry.metadata end
  from (
    select
      object.path_tokens[levels] as name,
      cardinality(object.path_tokens) = levels as is_file,
      object.id,
      object.updated_at,
      object.created_at,
      object.last_accessed_at,
      object.metadata
    from storage.objects as object
    where object.bucket_id = bucketname
      and starts_with(lower(object.name), lower(coalesce(prefix, '') || coalesce(search, '')))
      and cardinality(object.path_tokens) >= levels
  ) as entry
  order by entry.name, entry.is_file
  limit limits
  offset offsets
$$;

create function storage.update_updated_at_column() returns trigger
language plpgsql
as $$
begin
  new.updated_at = now();
  return new;
end
$$;

create trigger update_objects_updated_at
  before update on storage.objects
  for each row execute function storage.update_updated_at_column();

reset role;

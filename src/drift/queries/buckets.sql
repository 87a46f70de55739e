-- Buckets of Storage. They are rows: this is asked of throw-away databases alone.
select
  'bucket' as kind,
  json_build_array(b.id) as path,
  'storage.buckets' as relation,
  json_build_object(
    'public', case when b.public then 'public' else 'private' end,
    'file size limit', b.file_size_limit::text,
    'mime types', array_to_string(b.allowed_mime_types, ', ')
  ) as facets,
  '{}'::json as extra
from storage.buckets b
order by b.id;

-- Everything that an application can name through the API: relations with their columns and foreign keys, functions
-- with their arguments, buckets, and the tables of the publication that realtime reads.
select json_build_object(
  'relations', (
    select coalesce(json_agg(json_build_object(
      'schema', n.nspname,
      'name', c.relname,
      'kind', case when c.relkind in ('v', 'm') then 'view' else 'table' end,
      'columns', (
        select coalesce(json_agg(a.attname order by a.attnum), '[]')
        from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      ),
      'foreignKeys', (
        select coalesce(json_agg(json_build_object(
          'name', k.conname,
          'columns', (
            select json_agg(a.attname order by a.attnum)
            from pg_attribute a
            where a.attrelid = k.conrelid and a.attnum = any (k.conkey)
          ),
          'target', json_build_object('schema', fn.nspname, 'name', f.relname)
        ) order by k.conname), '[]')
        from pg_constraint k
        join pg_class f on f.oid = k.confrelid
        join pg_namespace fn on fn.oid = f.relnamespace
        where k.conrelid = c.oid and k.contype = 'f'
      )
    ) order by n.nspname, c.relname), '[]')
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f')
      and n.nspname <> 'information_schema' and n.nspname not like 'pg\_%'
  ),
  'functions', (
    select coalesce(json_agg(json_build_object(
      'schema', n.nspname,
      'name', p.proname,
      'signature', n.nspname || '.' || p.proname || '(' || (
        select coalesce(string_agg(format_type(a.type, null), ',' order by a.position), '')
        from unnest(p.proargtypes::oid[]) with ordinality a (type, position)
      ) || ')',
      'arguments', (
        select coalesce(json_agg(json_build_object(
          'name', coalesce(p.proargnames[a.place], ''),
          'required', a.input <= p.pronargs - p.pronargdefaults
        ) order by a.place), '[]')
        from (
          select m.place, row_number() over (order by m.place) as input
          from generate_series(1, coalesce(cardinality(p.proallargtypes), p.pronargs)) m (place)
          where p.proargmodes is null or p.proargmodes[m.place] in ('i', 'b', 'v')
        ) a
      ),
      'open', p.provariadic <> 0 or (
        p.pronargs = 1 and coalesce(p.proargnames[1], '') = ''
        and p.proargtypes[0] in ('json'::regtype, 'jsonb'::regtype, 'text'::regtype, 'bytea'::regtype, 'xml'::regtype)
      ),
      'over', (
        select json_build_object('schema', rn.nspname, 'name', r.relname)
        from pg_type y
        join pg_class r on r.oid = y.typrelid
        join pg_namespace rn on rn.oid = r.relnamespace
        where p.pronargs >= 1 and y.oid = p.proargtypes[0]
      ),
      'trigger', p.prorettype in ('trigger'::regtype, 'event_trigger'::regtype)
    ) order by n.nspname, p.proname, p.oid), '[]')
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where p.prokind in ('f', 'p')
      and n.nspname <> 'information_schema' and n.nspname not like 'pg\_%'
  ),
  'published', (
    select coalesce(json_agg(json_build_object('schema', t.schemaname, 'name', t.tablename)), '[]')
    from pg_publication_tables t
    where t.pubname = 'supabase_realtime'
  )
) as schema;

-- Everything that the server knows of what is not its own, by names: two databases with the same answer are alike but
-- for their rows. What an extension brought counts as that extension.
with own_relations as (
  select c.*, n.nspname, n.nspname || '.' || c.relname as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname <> 'information_schema' and n.nspname not like 'pg\_%' and n.nspname <> 'rls_harness'
    and not exists (
      select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    )
),
tables as (select * from own_relations where relkind in ('r', 'p', 'v', 'm', 'f')),
own_functions as (
  select p.*, n.nspname || '.' || p.proname || '(' || (
    select coalesce(string_agg(format_type(a.type, null), ',' order by a.position), '')
    from unnest(p.proargtypes::oid[]) with ordinality a (type, position)
  ) || ')' as name
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname <> 'information_schema' and n.nspname not like 'pg\_%' and n.nspname <> 'rls_harness'
    and not exists (
      select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
    )
),
own_types as (
  select t.*, n.nspname || '.' || t.typname as name
  from pg_type t join pg_namespace n on n.oid = t.typnamespace
  left join pg_class c on c.oid = t.typrelid
  where n.nspname <> 'information_schema' and n.nspname not like 'pg\_%' and n.nspname <> 'rls_harness'
    and (t.typtype in ('e', 'd', 'r', 'b') and t.typelem = 0 or t.typtype = 'c' and c.relkind = 'c')
    and not exists (
      select from pg_depend d where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e'
    )
),
traits (kind, name, access, aspect, target, text) as (
  select 'relation', name, false, 'kind', null, jsonb_build_array(
    relkind, relpersistence, pg_get_userbyid(relowner), relreplident, relispartition,
    pg_get_expr(relpartbound, oid), pg_get_partkeydef(oid), reloptions, reloftype::regtype::text
  )::text
  from tables
  union all
  select 'relation', name, true, 'row security', null, jsonb_build_array(relrowsecurity, relforcerowsecurity)::text from tables
  union all
  select 'relation', name, true, 'privileges', null,
    (select string_agg(item::text, ' ' order by item::text) from unnest(relacl) item)
  from tables
  union all
  select 'relation', t.name, true, 'privileges on column ' || a.attname, null,
    (select string_agg(item::text, ' ' order by item::text) from unnest(a.attacl) item)
  from tables t join pg_attribute a on a.attrelid = t.oid
  where a.attnum > 0 and not a.attisdropped and a.attacl is not null
  union all
  select 'relation', t.name, false, 'column ' || a.attname, null, jsonb_build_array(
    row_number() over (partition by t.oid order by a.attnum), format_type(a.atttypid, a.atttypmod), a.attnotnull,
    a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid), a.attcollation::regcollation::text,
    a.attislocal, a.attinhcount
  )::text
  from tables t join pg_attribute a on a.attrelid = t.oid
  left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
  where a.attnum > 0 and not a.attisdropped
  union all
  select 'relation', t.name, false, case c.contype when 'f' then 'foreign key ' else 'constraint ' end || c.conname,
    f.nspname || '.' || r.relname, pg_get_constraintdef(c.oid)
  from tables t join pg_constraint c on c.conrelid = t.oid
  left join pg_class r on r.oid = c.confrelid and c.contype = 'f'
  left join pg_namespace f on f.oid = r.relnamespace
  union all
  select 'relation', t.name, false, 'index ' || x.relname, null, pg_get_indexdef(i.indexrelid) || ' ' || i.indisvalid::text
  from tables t join pg_index i on i.indrelid = t.oid join pg_class x on x.oid = i.indexrelid
  union all
  select 'relation', t.name, false, 'parent ' || n.nspname || '.' || p.relname, n.nspname || '.' || p.relname, i.inhseqno::text
  from tables t join pg_inherits i on i.inhrelid = t.oid
  join pg_class p on p.oid = i.inhparent join pg_namespace n on n.oid = p.relnamespace
  union all
  select 'relation', t.name, false, 'trigger ' || g.tgname, null, pg_get_triggerdef(g.oid) || ' ' || g.tgenabled::text
  from tables t join pg_trigger g on g.tgrelid = t.oid
  where not g.tgisinternal
  union all
  select 'relation', t.name, false, case when w.rulename = '_RETURN' then 'query' else 'rule ' || w.rulename end, null,
    pg_get_ruledef(w.oid) || ' ' || w.ev_enabled::text
  from tables t join pg_rewrite w on w.ev_class = t.oid
  union all
  select 'relation', t.name, true, 'policy ' || p.polname, null, jsonb_build_array(
    p.polcmd, p.polpermissive,
    (select jsonb_agg(coalesce(r.rolname, 'public') order by 1)
     from unnest(p.polroles) m left join pg_roles r on r.oid = m),
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
  )::text
  from tables t join pg_policy p on p.polrelid = t.oid
  union all
  select 'relation', t.name, false, 'publication ' || p.pubname, null, 'published'
  from tables t join pg_publication_rel m on m.prrelid = t.oid join pg_publication p on p.oid = m.prpubid
  union all
  select 'function', name, false, 'definition', null, jsonb_build_array(
    prokind, (select lanname from pg_language l where l.oid = prolang), pg_get_userbyid(proowner), prosecdef, proleakproof,
    proisstrict, proretset, provolatile, pg_get_function_arguments(oid), pg_get_function_result(oid), proconfig,
    coalesce(pg_get_function_sqlbody(oid), prosrc), probin, prosupport::text
  )::text
  from own_functions
  union all
  select 'function', f.name, false, 'aggregate', null, (to_jsonb(a) - 'aggfnoid')::text
  from own_functions f join pg_aggregate a on a.aggfnoid = f.oid
  union all
  select 'function', name, true, 'privileges', null,
    (select string_agg(item::text, ' ' order by item::text) from unnest(proacl) item)
  from own_functions
  union all
  select 'sequence', c.name, false, 'definition', n.nspname || '.' || r.relname, jsonb_build_array(
    pg_get_userbyid(c.relowner), s.seqtypid::regtype::text, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcycle
  )::text
  from own_relations c join pg_sequence s on s.seqrelid = c.oid
  left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = 'pg_class'::regclass
    and d.deptype in ('a', 'i') and d.refobjsubid > 0
  left join pg_class r on r.oid = d.refobjid
  left join pg_namespace n on n.oid = r.relnamespace
  union all
  select 'sequence', name, true, 'privileges', null,
    (select string_agg(item::text, ' ' order by item::text) from unnest(relacl) item)
  from own_relations where relkind = 'S'
  union all
  select 'type', t.name, false, 'definition', null, jsonb_build_array(
    t.typtype, pg_get_userbyid(t.typowner), t.typnotnull, t.typdefault, format_type(nullif(t.typbasetype, 0), t.typtypmod),
    t.typcollation::regcollation::text, t.typinput::text, t.typoutput::text,
    (select jsonb_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),
    (select jsonb_agg(pg_get_constraintdef(c.oid) order by c.conname) from pg_constraint c where c.contypid = t.oid),
    (select jsonb_agg(jsonb_build_array(a.attname, format_type(a.atttypid, a.atttypmod)) order by a.attnum)
     from pg_attribute a where a.attrelid = t.typrelid and t.typrelid <> 0 and a.attnum > 0 and not a.attisdropped),
    (select format_type(g.rngsubtype, null) from pg_range g where g.rngtypid = t.oid),
    (select string_agg(item::text, ' ' order by item::text) from unnest(t.typacl) item)
  )::text
  from own_types t
  union all
  select 'global', 'schema ' || n.nspname, false, 'definition', null, jsonb_build_array(
    pg_get_userbyid(n.nspowner), (select jsonb_agg(item::text order by item::text) from unnest(n.nspacl) item)
  )::text
  from pg_namespace n where n.nspname not like 'pg\_%' and n.nspname not in ('information_schema', 'rls_harness')
  union all
  select 'global', 'role ' || rolname, false, 'definition', null, jsonb_build_array(
    rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconfig, rolvaliduntil
  )::text
  from pg_roles where rolname not like 'pg\_%'
  union all
  select 'global', 'role ' || pg_get_userbyid(member), false, 'membership in ' || pg_get_userbyid(roleid), null,
    (to_jsonb(m) - '{oid,roleid,member,grantor}'::text[])::text || pg_get_userbyid(grantor)
  from pg_auth_members m
  union all
  select 'global', 'settings of the database', false, coalesce(pg_get_userbyid(nullif(setrole, 0)), 'everybody'), null,
    setconfig::text
  from pg_db_role_setting
  where setdatabase in (0, (select oid from pg_database where datname = current_database()))
  union all
  select 'global', 'default privileges', false, jsonb_build_array(
    pg_get_userbyid(defaclrole), (select nspname from pg_namespace n where n.oid = defaclnamespace), defaclobjtype
  )::text, null, (select string_agg(item::text, ' ' order by item::text) from unnest(defaclacl) item)
  from pg_default_acl
  union all
  select 'global', 'database', false, 'privileges', null,
    (select string_agg(item::text, ' ' order by item::text) from unnest(datacl) item)
  from pg_database where datname = current_database()
  union all
  select 'global', 'extension ' || extname, false, 'version', null, extversion || ' ' || extnamespace::regnamespace
  from pg_extension
  union all
  select 'global', 'event trigger ' || evtname, false, 'definition', null,
    jsonb_build_array(evtevent, evtfoid::regprocedure::text, evtenabled, evttags)::text
  from pg_event_trigger
  union all
  select 'global', 'publication ' || pubname, false, 'definition', null,
    jsonb_build_array(puballtables, pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot)::text
  from pg_publication
  union all
  select 'global', 'language ' || lanname, false, 'definition', null,
    jsonb_build_array(lanpltrusted, pg_get_userbyid(lanowner), lanacl::text)::text
  from pg_language
  union all
  select 'global', 'server ' || srvname, false, 'definition', null, jsonb_build_array(srvoptions, srvacl::text)::text
  from pg_foreign_server
  -- what is made so rarely that it is enough to know that it is there
  union all
  select 'global', pg_describe_object(o.class, o.id, 0), false, 'exists', null, o.text
  from (
    select 'pg_operator'::regclass as class, oid as id, oprcode::text as text from pg_operator
    union all select 'pg_cast'::regclass, oid, castfunc::regprocedure::text || castcontext::text from pg_cast
    union all select 'pg_collation'::regclass, oid, collprovider::text from pg_collation
    union all select 'pg_opclass'::regclass, oid, opcdefault::text from pg_opclass
    union all select 'pg_conversion'::regclass, oid, conproc::text from pg_conversion
    union all select 'pg_ts_config'::regclass, oid, '' from pg_ts_config
    union all select 'pg_am'::regclass, oid, amhandler::text from pg_am
  ) o (class, id, text)
  where o.id >= 16384
    and not exists (
      select from pg_depend d where d.classid = o.class and d.objid = o.id and d.deptype = 'e'
    )
)
select kind, name, access, aspect, target, coalesce(text, '') as text
from traits
order by kind collate "C", name collate "C", aspect collate "C", text collate "C";

-- Makes members of an extension out of everything that was made since its number was drawn, as CREATE EXTENSION does
-- it: DROP EXTENSION takes them away, and nobody takes them for the project's. Settings: rls.extension (name),
-- rls.extension_oid, rls.extension_schema.
insert into pg_catalog.pg_extension
  (oid, extname, extowner, extnamespace, extrelocatable, extversion, extconfig, extcondition)
select
  current_setting('rls.extension_oid')::oid,
  current_setting('rls.extension'),
  (select oid from pg_catalog.pg_roles where rolname = current_user),
  (select oid from pg_catalog.pg_namespace where nspname = current_setting('rls.extension_schema')),
  false,
  'stub',
  null,
  null;

insert into pg_catalog.pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype)
select
  made.classid,
  made.objid,
  0,
  'pg_catalog.pg_extension'::regclass,
  current_setting('rls.extension_oid')::oid,
  0,
  'e'
from (
  select 'pg_catalog.pg_proc'::regclass as classid, oid as objid from pg_catalog.pg_proc
  union all
  select 'pg_catalog.pg_class'::regclass, oid from pg_catalog.pg_class where relkind in ('r', 'v', 'm', 'p', 'S')
  union all
  select 'pg_catalog.pg_type'::regclass, t.oid
  from pg_catalog.pg_type t left join pg_catalog.pg_class c on c.oid = t.typrelid
  where coalesce(c.relkind, 'c') = 'c' and not exists (select from pg_catalog.pg_type a where a.typarray = t.oid)
  union all
  select 'pg_catalog.pg_operator'::regclass, oid from pg_catalog.pg_operator
  union all
  select 'pg_catalog.pg_opclass'::regclass, oid from pg_catalog.pg_opclass
  union all
  select 'pg_catalog.pg_opfamily'::regclass, oid from pg_catalog.pg_opfamily
  union all
  select 'pg_catalog.pg_am'::regclass, oid from pg_catalog.pg_am
  union all
  select 'pg_catalog.pg_cast'::regclass, oid from pg_catalog.pg_cast
  union all
  select 'pg_catalog.pg_language'::regclass, oid from pg_catalog.pg_language
  union all
  select 'pg_catalog.pg_namespace'::regclass, oid from pg_catalog.pg_namespace where nspname !~ '^pg_'
) as made
where made.objid > current_setting('rls.extension_oid')::oid;

-- What is installed, whether it is only stood in for, and the names of its functions, operators and relations: a name
-- that something else has as well is told by its schema alone.
select
  e.extname as name,
  e.extversion as version,
  a.name is null or a.comment like 'stub of %' as stub,
  (
    select coalesce(
      json_agg(distinct jsonb_build_object(
        'schema', n.nspname,
        'name', p.proname,
        'alone', not exists (
          select from pg_proc o
          where o.proname = p.proname and not exists (
            select from pg_depend x
            where x.classid = 'pg_proc'::regclass and x.objid = o.oid and x.deptype = 'e' and x.refobjid = e.oid
          )
        )
      )),
      '[]'
    )
    from pg_depend d
    join pg_proc p on d.classid = 'pg_proc'::regclass and p.oid = d.objid
    join pg_namespace n on n.oid = p.pronamespace
    where d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and d.deptype = 'e'
  ) as functions,
  (
    select coalesce(json_agg(distinct n.nspname || '.' || c.relname), '[]')
    from pg_depend d
    join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid and c.relkind in ('r', 'v', 'm', 'p')
    join pg_namespace n on n.oid = c.relnamespace
    where d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and d.deptype = 'e'
  ) as relations,
  (
    select coalesce(json_agg(distinct o.oprname), '[]')
    from pg_depend d join pg_operator o on d.classid = 'pg_operator'::regclass and o.oid = d.objid
    where d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and d.deptype = 'e'
      and not exists (
        select from pg_operator other
        where other.oprname = o.oprname and not exists (
          select from pg_depend x
          where x.classid = 'pg_operator'::regclass and x.objid = other.oid and x.deptype = 'e' and x.refobjid = e.oid
        )
      )
  ) as operators
from pg_extension e
left join pg_available_extensions a on a.name = e.extname
where e.extname <> 'plpgsql'
order by 1;

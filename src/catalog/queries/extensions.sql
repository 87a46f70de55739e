-- What is installed, whether it is only stood in for, and the functions and operators of what is.
select
  e.extname as name,
  e.extversion as version,
  a.name is null or a.comment like 'stub of %' as stub,
  (
    select coalesce(json_agg(distinct p.proname), '[]')
    from pg_depend d join pg_proc p on d.classid = 'pg_proc'::regclass and p.oid = d.objid
    where d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and d.deptype = 'e'
      and not exists (
        select from pg_proc o
        where o.proname = p.proname and not exists (
          select from pg_depend x
          where x.classid = 'pg_proc'::regclass and x.objid = o.oid and x.deptype = 'e' and x.refobjid = e.oid
        )
      )
  ) as functions,
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

-- Which relations the query of a view or materialized view names directly.
select distinct
  w.ev_class::int8 as view,
  d.refobjid::int8 as reads
from pg_rewrite w
join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
where w.rulename = '_RETURN' and d.refobjid <> w.ev_class
order by 1, 2;

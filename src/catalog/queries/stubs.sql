-- Objects of extensions that are only stood in for, and what depends on them or on a function of the project.
with stub as (
  select e.oid, e.extname
  from pg_extension e
  left join pg_available_extensions a on a.name = e.extname
  where e.extname <> 'plpgsql' and (a.name is null or a.comment like 'stub of %')
),
direct as (
  select d.classid, d.objid, s.extname
  from pg_depend d join stub s on d.refclassid = 'pg_extension'::regclass and d.refobjid = s.oid
  where d.deptype = 'e'
),
member as (
  select classid, objid, extname from direct
  union
  select 'pg_type'::regclass, t.typarray, m.extname
  from direct m join pg_type t on m.classid = 'pg_type'::regclass and m.objid = t.oid
  where t.typarray <> 0
),
target as (
  select
    m.classid,
    m.objid,
    m.extname as extension,
    m.classid in ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_class'::regclass, 'pg_language'::regclass) as acts,
    coalesce(
      (select p.proname || '()' from pg_proc p where m.classid = 'pg_proc'::regclass and p.oid = m.objid),
      (select 'operator ' || o.oprname from pg_operator o where m.classid = 'pg_operator'::regclass and o.oid = m.objid),
      (select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where m.classid = 'pg_class'::regclass and c.oid = m.objid),
      (select 'language ' || l.lanname from pg_language l where m.classid = 'pg_language'::regclass and l.oid = m.objid),
      (select 'type ' || t.typname from pg_type t where m.classid = 'pg_type'::regclass and t.oid = m.objid),
      ''
    ) as name,
    null::oid as routine
  from member m
  union all
  select 'pg_proc'::regclass, p.oid, null, true, p.proname || '()', p.oid
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (
      select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
    )
)
select distinct
  t.extension,
  t.acts,
  t.name as target,
  t.routine::int8 as routine,
  case
    when p.oid is not null then 'policy'
    when v.oid is not null then 'view'
    when f.oid is not null then 'function'
    when d.classid = 'pg_class'::regclass and d.objsubid > 0 then 'column'
    when i.relkind in ('i', 'I') then 'index'
    when a.oid is not null then 'default'
    when c.oid is not null then 'constraint'
    else 'trigger'
  end as kind,
  coalesce(p.polrelid, v.ev_class, f.oid, i.oid, a.adrelid, c.conrelid, g.tgrelid)::int8 as oid,
  coalesce(
    p.polname,
    c.conname,
    g.tgname,
    (select attname from pg_attribute where attrelid = i.oid and attnum = d.objsubid and d.objsubid > 0),
    (select attname from pg_attribute where attrelid = a.adrelid and attnum = a.adnum),
    i.relname
  ) as name,
  coalesce(
    (
      select n.nspname || '.' || r.relname
      from pg_class r join pg_namespace n on n.oid = r.relnamespace
      where r.oid = coalesce(p.polrelid, v.ev_class, i.oid, a.adrelid, nullif(c.conrelid, 0), g.tgrelid)
    ),
    (
      select n.nspname || '.' || f.proname || '(' || pg_get_function_identity_arguments(f.oid) || ')'
      from pg_namespace n where n.oid = f.pronamespace
    )
  ) as qualified
from target t
join pg_depend d on d.refclassid = t.classid and d.refobjid = t.objid and d.deptype in ('n', 'a')
left join pg_policy p on d.classid = 'pg_policy'::regclass and p.oid = d.objid
left join pg_rewrite v on d.classid = 'pg_rewrite'::regclass and v.oid = d.objid
left join pg_proc f on d.classid = 'pg_proc'::regclass and f.oid = d.objid
left join pg_class i on d.classid = 'pg_class'::regclass and i.oid = d.objid and i.relkind in ('i', 'I', 'r', 'p', 'f')
left join pg_attrdef a on d.classid = 'pg_attrdef'::regclass and a.oid = d.objid
left join pg_constraint c on d.classid = 'pg_constraint'::regclass and c.oid = d.objid
left join pg_trigger g on d.classid = 'pg_trigger'::regclass and g.oid = d.objid and not g.tgisinternal
left join pg_index x on x.indexrelid = i.oid
where coalesce(p.oid, v.oid, f.oid, i.oid, a.oid, nullif(c.conrelid, 0), g.oid) is not null
  and not exists (
    select from pg_depend own
    where own.deptype = 'e' and own.refclassid = 'pg_extension'::regclass
      and (own.classid, own.objid) in (
        (d.classid, d.objid),
        ('pg_class'::regclass, coalesce(p.polrelid, v.ev_class, x.indrelid, a.adrelid, nullif(c.conrelid, 0), g.tgrelid, 0))
      )
  )
order by 5, 8, 7, 3;

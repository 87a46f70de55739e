-- Roles and what they walk around.
select rolname as name, rolsuper as superuser, rolbypassrls as bypass_row_security, rolcanlogin as login
from pg_roles
order by rolname;

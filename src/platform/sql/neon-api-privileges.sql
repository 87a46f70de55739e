-- Where the Data API is switched on, rows of every new table in public are open to sessions with a token, and as the
-- guides set it up to those without one: row security alone keeps rows apart.
alter default privileges for role neondb_owner in schema public
  grant select, insert, update, delete on tables to anonymous, authenticated;

alter default privileges for role neondb_owner in schema public
  grant usage, select on sequences to anonymous, authenticated;

alter default privileges in schema public
  grant select, insert, update, delete on tables to anonymous, authenticated;

alter default privileges in schema public
  grant usage, select on sequences to anonymous, authenticated;

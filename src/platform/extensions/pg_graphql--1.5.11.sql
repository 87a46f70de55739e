-- Stub of pg_graphql: every query is answered with an error.
do $$
begin
  if to_regnamespace('graphql') is null then
    create schema graphql;
  end if;
end
$$;

create function graphql.resolve(
  query text,
  variables jsonb default '{}',
  "operationName" text default null,
  extensions jsonb default null
) returns jsonb
language sql
return '{"errors": [{"message": "GraphQL is not served here"}]}'::jsonb;

grant usage on schema graphql to public;

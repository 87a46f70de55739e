-- What columns of a view come to for each of its rows, where some of them raise errors: a column at once where it does
-- not, else row by row. One array each: column, row, t, f or n, and the error.
create function rls_harness_trace.guarded(columns int[], numbers int[]) returns setof jsonb
language plpgsql
as $function$
declare
  answers jsonb;
  number int;
  place int;
begin
  foreach place in array columns loop
    begin
      execute pg_catalog.format(
        'select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(%s, rls_number, pg_catalog.left(coalesce(c%s::pg_catalog.text, ''n''), 1), null)) from rls_harness_trace.asked where rls_number = any ($1)',
        place, place
      ) into answers using numbers;
      return query select * from pg_catalog.jsonb_array_elements(answers);
    exception
      when others then
        foreach number in array numbers loop
          begin
            execute pg_catalog.format(
              'select pg_catalog.jsonb_build_array(%s, rls_number, pg_catalog.left(coalesce(c%s::pg_catalog.text, ''n''), 1), null) from rls_harness_trace.asked where rls_number = $1',
              place, place
            ) into strict answers using number;
            return next answers;
          exception
            when others then
              return next pg_catalog.jsonb_build_array(place, number, null, sqlerrm);
          end;
        end loop;
    end;
  end loop;
end
$function$;

-- Says of each candidate row whether a policy's expression is true of it: all at once where no row makes it fail, else
-- one by one.
create function pg_temp.rls_admitted(of_one text, of_all text, surface text, candidates jsonb)
returns table (row_number int, verdict text)
language plpgsql
as $function$
declare
  candidate jsonb;
  admitted boolean;
begin
  row_number := -1;
  if surface = 'objects' then
    begin
      return query execute format('select p.rls_number, ''yes'' from %s($1) p where p.rls_holds', of_all)
        using candidates;
      return;
    exception
      when others then null;
    end;
  end if;
  for candidate in select value from jsonb_array_elements(candidates) loop
    row_number := row_number + 1;
    verdict := 'error';
    begin
      if surface = 'objects' then
        execute format(
          'select %s(made) from jsonb_populate_record(null::storage.objects, $1) as made',
          of_one
        ) into admitted using candidate;
      else
        perform set_config('realtime.topic', candidate ->> 'topic', true);
        execute format(
          'select %s(made) from jsonb_populate_record(null::realtime.messages, $1) as made',
          of_one
        ) into admitted using candidate;
      end if;
      verdict := case when admitted then 'yes' end;
    exception
      when others then null;
    end;
    if verdict is not null then
      return next;
    end if;
  end loop;
end
$function$;

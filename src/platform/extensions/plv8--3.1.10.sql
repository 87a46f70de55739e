-- Stub of plv8: a function in JavaScript can be created; calling it fails.
create trusted language plv8 handler plpgsql_call_handler;

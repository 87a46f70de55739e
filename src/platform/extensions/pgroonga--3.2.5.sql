-- Stub of pgroonga: the access method is the hash one under another name; a search compares without case.
create function pgroonga_query_text(text, text) returns boolean
language sql immutable strict
return strpos(lower($1), lower($2)) > 0;

create operator &@ (leftarg = text, rightarg = text, function = pgroonga_query_text);

create operator &@~ (leftarg = text, rightarg = text, function = pgroonga_query_text);

create access method pgroonga type index handler hashhandler;

create operator class pgroonga_text_full_text_search_ops_v2 default for type text using pgroonga as
  operator 1 =,
  function 1 hashtext(text);

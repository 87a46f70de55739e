-- Stub of rum: the access method is the hash one under another name.
create function rum_tsvector_hash(tsvector) returns integer
language internal immutable strict as 'hashvarlena';

create access method rum type index handler hashhandler;

create operator class rum_tsvector_ops default for type tsvector using rum as
  operator 1 =,
  function 1 rum_tsvector_hash(tsvector);

-- Stub of vector: values are kept as text and distances are computed from it. hnsw and ivfflat are names for
-- the hash access method: an index can be built, but not with options such as m or lists, and no query uses it.
create type vector;

create function vector_in(cstring, oid, integer) returns vector
language internal immutable strict parallel safe as 'textin';

create function vector_out(vector) returns cstring
language internal immutable strict parallel safe as 'textout';

create function vector_typmod_in(cstring[]) returns integer
language internal immutable strict parallel safe as 'varchartypmodin';

create function vector_typmod_out(integer) returns cstring
language internal immutable strict parallel safe as 'varchartypmodout';

create type vector (
  input = vector_in,
  output = vector_out,
  typmod_in = vector_typmod_in,
  typmod_out = vector_typmod_out,
  internallength = variable,
  alignment = int4,
  storage = external
);

create type halfvec;

create function halfvec_in(cstring, oid, integer) returns halfvec
language internal immutable strict parallel safe as 'textin';

create function halfvec_out(halfvec) returns cstring
language internal immutable strict parallel safe as 'textout';

create type halfvec (
  input = halfvec_in,
  output = halfvec_out,
  typmod_in = vector_typmod_in,
  typmod_out = vector_typmod_out,
  internallength = variable,
  alignment = int4,
  storage = external
);

create type sparsevec;

create function sparsevec_in(cstring, oid, integer) returns sparsevec
language internal immutable strict parallel safe as 'textin';

create function sparsevec_out(sparsevec) returns cstring
language internal immutable strict parallel safe as 'textout';

create type sparsevec (
  input = sparsevec_in,
  output = sparsevec_out,
  typmod_in = vector_typmod_in,
  typmod_out = vector_typmod_out,
  internallength = variable,
  alignment = int4,
  storage = external
);

create cast (vector as text) without function as assignment;

create cast (text as vector) without function as assignment;

create cast (varchar as vector) without function as assignment;

create cast (vector as halfvec) without function as assignment;

create cast (halfvec as vector) without function as implicit;

create cast (text as halfvec) without function as assignment;

create cast (text as sparsevec) without function as assignment;

create function vector_to_float8(vector) returns float8[]
language sql immutable strict parallel safe
return string_to_array(btrim($1::text, '[] '), ',')::float8[];

create function array_to_vector(float8[], integer, boolean) returns vector
language sql immutable strict parallel safe
return ('[' || array_to_string($1, ',') || ']')::vector;

create function array_to_vector(real[], integer, boolean) returns vector
language sql immutable strict parallel safe
return ('[' || array_to_string($1, ',') || ']')::vector;

create function array_to_vector(integer[], integer, boolean) returns vector
language sql immutable strict parallel safe
return ('[' || array_to_string($1, ',') || ']')::vector;

create function array_to_vector(numeric[], integer, boolean) returns vector
language sql immutable strict parallel safe
return ('[' || array_to_string($1, ',') || ']')::vector;

create cast (float8[] as vector) with function array_to_vector(float8[], integer, boolean) as assignment;

create cast (real[] as vector) with function array_to_vector(real[], integer, boolean) as implicit;

create cast (integer[] as vector) with function array_to_vector(integer[], integer, boolean) as assignment;

create cast (numeric[] as vector) with function array_to_vector(numeric[], integer, boolean) as assignment;

create function vector_dims(vector) returns integer
language sql immutable strict parallel safe
return cardinality(vector_to_float8($1));

create function vector_norm(vector) returns float8
language sql immutable strict parallel safe
return (select sqrt(sum(a * a)) from unnest(vector_to_float8($1)) as a);

create function l2_distance(vector, vector) returns float8
language sql immutable strict parallel safe
return (
  select sqrt(sum((a - b) ^ 2)) from unnest(vector_to_float8($1), vector_to_float8($2)) as pair (a, b)
);

create function l1_distance(vector, vector) returns float8
language sql immutable strict parallel safe
return (
  select sum(abs(a - b)) from unnest(vector_to_float8($1), vector_to_float8($2)) as pair (a, b)
);

create function inner_product(vector, vector) returns float8
language sql immutable strict parallel safe
return (
  select sum(a * b) from unnest(vector_to_float8($1), vector_to_float8($2)) as pair (a, b)
);

create function vector_negative_inner_product(vector, vector) returns float8
language sql immutable strict parallel safe
return -inner_product($1, $2);

create function cosine_distance(vector, vector) returns float8
language sql immutable strict parallel safe
return 1 - inner_product($1, $2) / nullif(vector_norm($1) * vector_norm($2), 0);

create operator <-> (leftarg = vector, rightarg = vector, function = l2_distance, commutator = '<->');

create operator <+> (leftarg = vector, rightarg = vector, function = l1_distance, commutator = '<+>');

create operator <#> (leftarg = vector, rightarg = vector, function = vector_negative_inner_product, commutator = '<#>');

create operator <=> (leftarg = vector, rightarg = vector, function = cosine_distance, commutator = '<=>');

create function vector_cmp(vector, vector) returns integer
language internal immutable strict parallel safe as 'byteacmp';

create function vector_lt(vector, vector) returns boolean
language internal immutable strict parallel safe as 'bytealt';

create function vector_le(vector, vector) returns boolean
language internal immutable strict parallel safe as 'byteale';

create function vector_eq(vector, vector) returns boolean
language internal immutable strict parallel safe as 'byteaeq';

create function vector_ne(vector, vector) returns boolean
language internal immutable strict parallel safe as 'byteane';

create function vector_ge(vector, vector) returns boolean
language internal immutable strict parallel safe as 'byteage';

create function vector_gt(vector, vector) returns boolean
language internal immutable strict parallel safe as 'byteagt';

create operator < (
  leftarg = vector, rightarg = vector, function = vector_lt, commutator = '>', negator = '>=',
  restrict = scalarltsel, join = scalarltjoinsel
);

create operator <= (
  leftarg = vector, rightarg = vector, function = vector_le, commutator = '>=', negator = '>',
  restrict = scalarlesel, join = scalarlejoinsel
);

create operator = (
  leftarg = vector, rightarg = vector, function = vector_eq, commutator = '=', negator = '<>',
  restrict = eqsel, join = eqjoinsel
);

create operator <> (
  leftarg = vector, rightarg = vector, function = vector_ne, commutator = '<>', negator = '=',
  restrict = neqsel, join = neqjoinsel
);

create operator >= (
  leftarg = vector, rightarg = vector, function = vector_ge, commutator = '<=', negator = '<',
  restrict = scalargesel, join = scalargejoinsel
);

create operator > (
  leftarg = vector, rightarg = vector, function = vector_gt, commutator = '<', negator = '<=',
  restrict = scalargtsel, join = scalargtjoinsel
);

create operator class vector_ops default for type vector using btree as
  operator 1 <,
  operator 2 <=,
  operator 3 =,
  operator 4 >=,
  operator 5 >,
  function 1 vector_cmp(vector, vector);

create function vector_hash(vector) returns integer
language internal immutable strict parallel safe as 'hashvarlena';

create function halfvec_hash(halfvec) returns integer
language internal immutable strict parallel safe as 'hashvarlena';

create function halfvec_eq(halfvec, halfvec) returns boolean
language internal immutable strict parallel safe as 'byteaeq';

create operator = (leftarg = halfvec, rightarg = halfvec, function = halfvec_eq, commutator = '=');

create access method hnsw type index handler hashhandler;

create access method ivfflat type index handler hashhandler;

do $$
declare
  method text;
  type_name text;
  metric text;
begin
  foreach method in array array['hnsw', 'ivfflat'] loop
    foreach type_name in array array['vector', 'halfvec'] loop
      foreach metric in array array['l2', 'ip', 'cosine', 'l1'] loop
        execute format(
          'create operator class %1$s_%2$s_ops %3$s for type %1$s using %4$s
             as operator 1 =, function 1 %1$s_hash(%1$s)',
          type_name,
          metric,
          case when (method, type_name, metric) = ('ivfflat', 'vector', 'l2') then 'default' end,
          method
        );
      end loop;
    end loop;
  end loop;
end
$$;

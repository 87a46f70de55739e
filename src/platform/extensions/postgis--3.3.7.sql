-- Stub of postgis: a shape is the text that describes it; distances are 0 and shapes always meet. A GiST
-- index on a shape orders its bytes, through the library of btree_gist, and answers no query.
create function postgis_typmod_in(cstring[]) returns integer
language plpgsql immutable strict
as $$
begin
  return 1;
end
$$;

create type geometry;

create function geometry_in(cstring) returns geometry
language internal immutable strict as 'textin';

create function geometry_out(geometry) returns cstring
language internal immutable strict as 'textout';

create type geometry (
  input = geometry_in,
  output = geometry_out,
  typmod_in = postgis_typmod_in,
  internallength = variable,
  alignment = int4,
  storage = extended
);

create type geography;

create function geography_in(cstring) returns geography
language internal immutable strict as 'textin';

create function geography_out(geography) returns cstring
language internal immutable strict as 'textout';

create type geography (
  input = geography_in,
  output = geography_out,
  typmod_in = postgis_typmod_in,
  internallength = variable,
  alignment = int4,
  storage = extended
);

create cast (geometry as geography) without function as implicit;

create cast (geography as geometry) without function as assignment;

create cast (text as geometry) without function as implicit;

create cast (text as geography) without function as implicit;

create cast (geometry as text) without function as assignment;

create cast (geography as text) without function as assignment;

create function st_point(x float8, y float8) returns geometry
language sql immutable
return ('POINT(' || x || ' ' || y || ')')::geometry;

create function st_point(x float8, y float8, srid integer) returns geometry
language sql immutable
return ('POINT(' || x || ' ' || y || ')')::geometry;

create function st_makepoint(x float8, y float8) returns geometry
language sql immutable
return ('POINT(' || x || ' ' || y || ')')::geometry;

create function st_setsrid(shape geometry, srid integer) returns geometry
language sql immutable
return shape;

create function st_transform(shape geometry, srid integer) returns geometry
language sql immutable
return shape;

create function st_geomfromtext(text) returns geometry
language sql immutable
return $1::geometry;

create function st_geomfromtext(text, srid integer) returns geometry
language sql immutable
return $1::geometry;

create function st_geogfromtext(text) returns geography
language sql immutable
return $1::geography;

create function st_makeenvelope(float8, float8, float8, float8, srid integer default 0) returns geometry
language sql immutable
return 'POLYGON EMPTY'::text::geometry;

create function st_astext(shape geometry) returns text
language sql immutable
return shape::text;

create function st_astext(shape geography) returns text
language sql immutable
return shape::text;

create function st_asgeojson(shape geometry) returns text
language sql immutable
return json_build_object('type', 'Point', 'coordinates', json_build_array(0, 0))::text;

create function st_x(shape geometry) returns float8
language sql immutable
return 0;

create function st_y(shape geometry) returns float8
language sql immutable
return 0;

create function st_area(shape geography) returns float8
language sql immutable
return 0;

create function st_distance(geometry, geometry) returns float8
language sql immutable
return 0;

create function st_distance(geography, geography) returns float8
language sql immutable
return 0;

create function st_dwithin(geometry, geometry, distance float8) returns boolean
language sql immutable
return true;

create function st_dwithin(geography, geography, distance float8) returns boolean
language sql immutable
return true;

create function st_intersects(geometry, geometry) returns boolean
language sql immutable
return true;

create function st_intersects(geography, geography) returns boolean
language sql immutable
return true;

create function st_contains(geometry, geometry) returns boolean
language sql immutable
return true;

create function st_within(geometry, geometry) returns boolean
language sql immutable
return true;

create operator <-> (leftarg = geometry, rightarg = geometry, function = st_distance);

create operator <-> (leftarg = geography, rightarg = geography, function = st_distance);

create operator && (leftarg = geometry, rightarg = geometry, function = st_intersects);

create operator && (leftarg = geography, rightarg = geography, function = st_intersects);

do $$
declare
  shape text;
begin
  foreach shape in array array['geometry', 'geography'] loop
    execute replace(
      $sql$
        create function shape_gist_consistent(internal, shape, smallint, oid, internal) returns boolean
        language c immutable strict as '$libdir/btree_gist', 'gbt_bytea_consistent';

        create function shape_gist_union(internal, internal, shape) returns bytea
        language c immutable strict as '$libdir/btree_gist', 'gbt_bytea_union';

        create function shape_gist_compress(internal, shape) returns internal
        language c immutable strict as '$libdir/btree_gist', 'gbt_bytea_compress';

        create function shape_gist_decompress(internal, shape) returns internal
        language c immutable strict as '$libdir/btree_gist', 'gbt_var_decompress';

        create function shape_gist_penalty(internal, internal, internal, shape) returns internal
        language c immutable strict as '$libdir/btree_gist', 'gbt_bytea_penalty';

        create function shape_gist_picksplit(internal, internal, shape) returns internal
        language c immutable strict as '$libdir/btree_gist', 'gbt_bytea_picksplit';

        create function shape_gist_same(bytea, bytea, internal, shape) returns internal
        language c immutable strict as '$libdir/btree_gist', 'gbt_bytea_same';

        create operator class gist_shape_ops default for type shape using gist as
          function 1 shape_gist_consistent(internal, shape, smallint, oid, internal),
          function 2 shape_gist_union(internal, internal, shape),
          function 3 shape_gist_compress(internal, shape),
          function 4 shape_gist_decompress(internal, shape),
          function 5 shape_gist_penalty(internal, internal, internal, shape),
          function 6 shape_gist_picksplit(internal, internal, shape),
          function 7 shape_gist_same(bytea, bytea, internal, shape),
          storage bytea;
      $sql$,
      'shape',
      shape
    );
  end loop;
exception
  when undefined_file then
    raise notice 'the server has no btree_gist: an index on a shape will fail';
end
$$;

create table spatial_ref_sys (
  srid integer primary key,
  auth_name varchar(256),
  auth_srid integer,
  srtext varchar(2048),
  proj4text varchar(2048)
);

grant select on spatial_ref_sys to public;

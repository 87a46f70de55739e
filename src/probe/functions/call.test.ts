import { expect, test } from 'vitest'
import type { Routine } from '../../domain/catalog.ts'
import { sampleArgument, sampleRoutine } from '../../domain/sample-routine.ts'
import { callSql, OMITTED } from './call.ts'

const id = sampleArgument('Note Id', { baseType: 'int8', type: 'bigint' })

test.each<[string, Routine, readonly unknown[], string]>([
  [
    'names, quoted',
    sampleRoutine('', [id]),
    [7],
    `select to_jsonb(r) as row from "public"."f"("Note Id" => '7'::bigint) r limit 1000`,
  ],
  [
    'no value for a default',
    sampleRoutine('', [id], { returns: 'void' }),
    [OMITTED],
    'select "public"."f"() as row',
  ],
  [
    'NULL',
    sampleRoutine('', [id], { kind: 'procedure' }),
    [null],
    'call "public"."f"("Note Id" => null::bigint)',
  ],
  [
    'lists, variadic',
    sampleRoutine('', [sampleArgument(null, { array: true, variadic: true, type: 'text[]' })], {
      returns: 'void',
    }),
    [['a"b', 'c']],
    `select "public"."f"(variadic E'{"a\\\\"b","c"}'::text[]) as row`,
  ],
  [
    'lists of objects as JSON',
    sampleRoutine('', [sampleArgument('items', { baseType: 'jsonb', type: 'jsonb' })], { returns: 'void' }),
    [[{ id: 1 }]],
    `select "public"."f"("items" => '[{"id":1}]'::jsonb) as row`,
  ],
  [
    'rows',
    sampleRoutine('', [sampleArgument('n', { composite: true, type: 'notes' })], { returns: 'void' }),
    [{ id: 1 }],
    `select "public"."f"("n" => jsonb_populate_record(null::notes, '{"id":1}')) as row`,
  ],
  [
    'cursors, read to the end',
    sampleRoutine('', [], { returns: 'refcursor' }),
    [],
    `select cursor_to_xml("public"."f"(), 1000, false, false, '')::text as row`,
  ],
  [
    'records without columns',
    sampleRoutine('', [], { returnsRecord: true }),
    [],
    'select ("public"."f"())::text as row limit 1000',
  ],
])('gives %s', (_, routine, values, expected) => {
  expect(callSql(routine, values)).toBe(expected)
})

import type { PolicyReading } from './reading.ts'

const AGGREGATES: ReadonlySet<string> = new Set([
  'count',
  'sum',
  'max',
  'min',
  'avg',
  'array_agg',
  'string_agg',
  'bool_or',
  'bool_and',
  'every',
  'bit_or',
  'bit_and',
  'json_agg',
  'jsonb_agg',
  'json_object_agg',
  'jsonb_object_agg',
])

/** Whether a function of that name makes one value of many rows: one of the server's, or of the project's own. */
export const isAggregateName = (name: string, { catalog }: PolicyReading): boolean =>
  AGGREGATES.has(name) ||
  catalog.routines.some((routine) => routine.kind === 'aggregate' && routine.name === name)

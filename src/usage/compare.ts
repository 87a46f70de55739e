import type { Missing, MissingKind, Place, RelationRef, UsableSchema, Use } from '../domain/usage.ts'
import { wrongCall } from './calls.ts'
import { itemGaps, pathGap } from './column-gaps.ts'
import { unserved } from './gap.ts'
import type { Gap } from './gap.ts'
import { Lookup, qualified } from './lookup.ts'
import { suggest } from './names.ts'

/** What the application uses and the schema does not have, each name once with all its places. */
export function missingIn(uses: readonly Use[], schema: UsableSchema): readonly Missing[] {
  const lookup = new Lookup(schema)
  const made = new Set(uses.flatMap((use) => (use.kind === 'bucket' && use.made ? [use.name] : [])))
  const found = new Map<string, { first: Gap; places: Map<string, Place> }>()
  for (const gap of uses.flatMap((use) => gapsOf(use, lookup, made))) {
    const key = [gap.kind, gap.name, gap.kind === 'arguments' ? gap.message : ''].join('\0')
    const { file, line, column } = gap.place
    const entry = found.get(key) ?? { first: gap, places: new Map<string, Place>() }
    found.set(key, entry)
    entry.places.set(`${file}:${line}:${column}`, gap.place)
  }
  return [...found.values()]
    .map(({ first: { kind, name, message, nearest }, places }) => ({
      kind,
      name,
      message,
      ...(nearest === undefined ? {} : { nearest }),
      places: [...places.values()],
    }))
    .sort(byKind)
}

const ORDER: readonly MissingKind[] = [
  'schema',
  'relation',
  'publication',
  'function',
  'arguments',
  'bucket',
  'relationship',
  'column',
]

const byKind = (a: Missing, b: Missing): number =>
  ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || (a.name < b.name ? -1 : Number(a.name > b.name))

function gapsOf(use: Use, lookup: Lookup, made: ReadonlySet<string>): readonly Gap[] {
  switch (use.kind) {
    case 'relation':
      return relationGap(use.of, use.place, lookup)
    case 'subscription':
      return subscriptionGap(use.of, use.place, lookup)
    case 'selection': {
      const relation = lookup.relation(use.of)
      return relation ? itemGaps(use.items, relation, use.place, lookup) : []
    }
    case 'column':
      return pathGap(use, lookup)
    case 'function':
      return wrongCall(use, lookup)
    case 'bucket':
      return bucketGap(use, lookup, made)
    case 'command':
    case 'dynamic':
      return []
  }
}

function relationGap(of: RelationRef, place: Place, lookup: Lookup): readonly Gap[] {
  const { relations, served } = lookup.schema
  if (served && !served.includes(of.schema)) return [unserved(of, place, served)]
  if (lookup.relation(of)) return []
  const message = lookup.functions(of).length > 0 ? 'is a function: from() takes tables and views' : null
  const names = relations.filter(({ schema }) => schema === of.schema).map(({ name }) => name)
  const elsewhere = relations.find(
    ({ schema, name }) => name === of.name && !PLATFORM.has(schema) && schema !== of.schema,
  )
  if (elsewhere && !message)
    return [
      {
        kind: 'relation',
        name: qualified(of),
        message: `is in schema ${elsewhere.schema}`,
        nearest: qualified(elsewhere),
        place,
      },
    ]
  const near = suggest(of.name, names)
  return [
    {
      kind: 'relation',
      name: qualified(of),
      message: message ?? near?.why ?? 'no table or view of this name',
      ...(near ? { nearest: near.name } : {}),
      place,
    },
  ]
}

const PLATFORM: ReadonlySet<string> = new Set([
  'auth',
  'storage',
  'realtime',
  'vault',
  'extensions',
  'cron',
  'net',
])

function subscriptionGap(of: RelationRef, place: Place, lookup: Lookup): readonly Gap[] {
  const { published, relations } = lookup.schema
  if (of.name === '*' || published.some((one) => qualified(one) === qualified(of))) return []
  const relation = lookup.relation(of)
  if (!relation) {
    const names = relations.filter(({ schema }) => schema === of.schema).map(({ name }) => name)
    const near = suggest(of.name, names)
    const message = `realtime sends nothing for a table that is not there${near?.why ? `: ${near.why}` : ''}`
    return [
      { kind: 'relation', name: qualified(of), message, ...(near ? { nearest: near.name } : {}), place },
    ]
  }
  const message =
    relation.kind === 'view'
      ? 'is a view: realtime sends changes of tables alone'
      : 'is not in the publication supabase_realtime: no change of it is sent'
  return [{ kind: 'publication', name: qualified(of), message, place }]
}

function bucketGap(
  { name, place, made: makes }: Use & { kind: 'bucket' },
  { schema }: Lookup,
  made: ReadonlySet<string>,
): readonly Gap[] {
  if (makes || made.has(name) || schema.buckets.includes(name)) return []
  const near = suggest(name, schema.buckets)
  return [
    {
      kind: 'bucket',
      name,
      message: near?.why ?? 'no migration makes this bucket',
      ...(near ? { nearest: near.name } : {}),
      place,
    },
  ]
}

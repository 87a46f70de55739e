import type { Place, SelectItem, UsableRelation, Use } from '../domain/usage.ts'
import { embedded } from './embed.ts'
import type { Gap } from './gap.ts'
import { qualified } from './lookup.ts'
import type { Lookup } from './lookup.ts'
import { suggest } from './names.ts'
import { columnName } from './select.ts'

/** What is selected of a relation and not there, embedded relations included. */
export function itemGaps(
  items: readonly SelectItem[],
  relation: UsableRelation,
  place: Place,
  lookup: Lookup,
): readonly Gap[] {
  return items.flatMap((item) => {
    if (item.kind === 'column') return columnGap(relation, item.name, place, lookup)
    const inner = embedded(lookup, relation, item)
    switch (inner.kind) {
      case 'found':
        return inner.shown ? itemGaps(item.items, inner.shown, place, lookup) : []
      case 'no relation': {
        const of = { schema: relation.schema, name: item.target }
        const near = suggest(
          item.target,
          lookup.schema.relations.filter(({ schema }) => schema === relation.schema).map(({ name }) => name),
        )
        return [
          {
            kind: 'relation',
            name: qualified(of),
            message: `${qualified(relation)} embeds it${near?.why ? `: ${near.why}` : ''}`,
            ...(near ? { nearest: near.name } : {}),
            place,
          },
        ]
      }
      case 'no relationship':
        return [
          {
            kind: 'relationship',
            name: `${qualified(relation)} → ${qualified(inner.to)}`,
            message:
              inner.to.schema === relation.schema
                ? 'no foreign key relates the two'
                : `the API does not relate rows of schema ${inner.to.schema}`,
            place,
          },
        ]
    }
  })
}

/** A column, or by `author.name` one of what the same statement embeds. */
export function pathGap(use: Use & { kind: 'column' }, lookup: Lookup): readonly Gap[] {
  let relation = lookup.relation(use.of)
  let items = use.selection
  const parts = splitPath(use.column)
  for (const part of parts.slice(0, -1)) {
    const embed = items?.find(
      (item) => item.kind === 'embed' && (item.alias === part || item.target === part),
    )
    // what is not selected literally may be called anything
    if (!relation || embed?.kind !== 'embed') return []
    const inner = embedded(lookup, relation, embed)
    relation = inner.kind === 'found' && inner.shown ? inner.shown : undefined
    items = embed.items
  }
  const name = columnName(parts.at(-1) ?? '')
  const embeds = items?.some((item) => item.kind === 'embed' && (item.alias ?? item.target) === name)
  // `author=not.is.null` asks whether anything is embedded
  return relation && name !== null && !embeds ? columnGap(relation, name, use.place, lookup) : []
}

const splitPath = (path: string): readonly string[] =>
  path.match(/(?:"(?:[^"\\]|\\.)*"|->>?.*$|[^."])+/g) ?? [path]

function columnGap(relation: UsableRelation, name: string, place: Place, lookup: Lookup): readonly Gap[] {
  if (relation.columns.includes(name) || lookup.computed(relation, name)) return []
  const near = suggest(name, relation.columns)
  return [
    {
      kind: 'column',
      name: `${qualified(relation)}.${name}`,
      message: near?.why ?? `no column of ${qualified(relation)}`,
      ...(near ? { nearest: near.name } : {}),
      place,
    },
  ]
}

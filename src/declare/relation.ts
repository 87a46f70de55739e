import type { Column, Relation } from '../domain/catalog.ts'
import { possibleTexts } from './labels.ts'
import { byCode, literal, member } from './names.ts'
import { readType, writeType } from './values.ts'
import type { ValueFacts } from './values.ts'

/** One relation as a member of GeneratedRelations, indented by four. */
export function declareRelation(relation: Relation): string {
  const columns = [...relation.columns].sort((a, b) => byCode(a.name, b.name))
  const read = columns.map((column) => {
    const type = readType(factsOf(relation, column))
    return `        ${member(column.name)}: ${orNull(type, column)}`
  })
  const written = columns
    .filter(({ generated }) => !generated)
    .map((column) => {
      const type = writeType(factsOf(relation, column))
      const mark = isOptional(relation, column) ? '?' : ''
      return `        ${member(column.name)}${mark}: ${orNull(type, column)}`
    })
  const insert = canInsert(relation) ? block(written) : 'never'
  return [
    `    ${literal(relation.qualified)}: {`,
    `      row: ${block(read)}`,
    `      insert: ${insert}`,
    '    }',
  ].join('\n')
}

const block = (lines: readonly string[]): string =>
  lines.length === 0 ? 'Record<never, never>' : `{\n${lines.join('\n')}\n      }`

const factsOf = (relation: Relation, column: Column): ValueFacts => ({
  baseType: column.baseType,
  array: column.array,
  texts: possibleTexts(relation, column),
})

const orNull = (type: string, { notNull }: Column): string =>
  notNull || type === 'unknown' ? type : `${type} | null`

function canInsert({ kind, view }: Relation): boolean {
  if (kind === 'materialized') return false
  return kind !== 'view' || view?.insertable === true
}

/**
 * The server, a trigger before the insert or whatever stands behind a view can give the value. A type that demands what
 * the database does not would be in the way; one that demands too little leaves it to the database.
 */
function isOptional({ view, triggers }: Relation, column: Column): boolean {
  if (view || !column.notNull || column.default !== null || column.identity !== null) return true
  return triggers.some(
    ({ timing, events, forEachRow, enabled }) =>
      enabled && forEachRow && timing === 'before' && events.includes('insert'),
  )
}

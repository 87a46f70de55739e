import type { Column, Relation } from '../domain/catalog.ts'
import { labelsOf } from '../domain/catalog.ts'
import { columnKey } from '../domain/ownership.ts'
import type { Model } from '../domain/ownership.ts'

/** A column of which one value may open what another keeps shut, with the values to try. */
export interface Gate {
  readonly column: string
  readonly values: readonly unknown[]
}

const MOST_GATES = 6
const MOST_VALUES = 8

/** Labels, flags, dates that may be empty, levels: told by their types and by what the project's SQL asks for. */
export function gatesOf(base: Relation, model: Model): readonly Gate[] {
  const named = new Set(base.foreignKeys.flatMap(({ columns }) => columns))
  return base.columns
    .filter(({ name, generated }) => !generated && !named.has(name))
    .flatMap((column) => {
      const values = valuesOf(base, column, model)
      return values.length > 0 ? [{ column: column.name, values: values.slice(0, MOST_VALUES) }] : []
    })
    .slice(0, MOST_GATES)
}

function valuesOf(base: Relation, column: Column, model: Model): readonly unknown[] {
  const asked = model.literals.get(columnKey(base.oid, column.name)) ?? []
  const labels = [...new Set([...asked, ...labelsOf(base, column)])]
  if (column.array) return asked.length > 0 ? [asked] : []
  if (column.baseType === 'bool') return [true, false]
  if (labels.length > 0) return labels
  if (
    /^(timestamp|timestamptz|date)$/.test(column.baseType) &&
    !/^(created|updated|inserted)/i.test(column.name)
  )
    return [...(column.notNull ? [] : [null]), '2020-01-01', '2099-01-01']
  return /^(int|numeric)/.test(column.baseType) && /(level|rank|tier)$/i.test(column.name) ? [1_000] : []
}

import type { Shown } from '../../domain/call.ts'
import { labelsOf, relationByOid } from '../../domain/catalog.ts'
import type { Catalog } from '../../domain/catalog.ts'
import { columnKey } from '../../domain/ownership.ts'
import type { Model } from '../../domain/ownership.ts'
import type { Population } from '../../domain/population.ts'
import type { RoutineFacts } from '../../domain/routine-facts.ts'
import { leaves } from '../attribute.ts'
import type { Call } from './plan.ts'
import { textsIn } from './texts.ts'

type Places = Shown['rows'][number][]

/** Where every value stands that is told apart from chance, and the texts among them that are looked for inside of others. */
export interface ValueIndex {
  readonly places: ReadonlyMap<string, Places>
  readonly texts: readonly string[]
}

const LONG = 8

/** Labels are left out: that one comes back says nothing about a row. */
export function indexValues({ catalog, model, population }: Sources): ValueIndex {
  const places = new Map<string, Places>()
  for (const [relation, standing] of population.rows) {
    const labels = labelsIn(catalog, model, relation)
    for (const row of standing)
      for (const [name, held] of Object.entries(row.values))
        for (const value of new Set(leaves(held).map(String))) {
          if (labels.has(`${name} ${value}`)) continue
          const known = places.get(value)
          if (!known) places.set(value, [{ relation, row }])
          else if (known.at(-1)?.row !== row) known.push({ relation, row })
        }
  }
  return { places, texts: [...places.keys()].filter((text) => text.length >= LONG && /\D/.test(text)) }
}

export interface Sources {
  readonly catalog: Catalog
  readonly model: Model
  readonly population: Population
}

function labelsIn(catalog: Catalog, model: Model, oid: number): ReadonlySet<string> {
  const relation = relationByOid(catalog, oid)
  if (!relation) return new Set()
  return new Set(
    relation.columns.flatMap((column) =>
      [...labelsOf(relation, column), ...(model.literals.get(columnKey(oid, column.name)) ?? [])].map(
        (label) => `${column.name} ${label}`,
      ),
    ),
  )
}

/** What came back and was not known to the caller before, with the rows that it can only be from. */
export function shownBy(
  call: Call,
  answers: readonly unknown[],
  facts: RoutineFacts,
  population: Population,
  index: ValueIndex,
): readonly Shown[] {
  const known = new Set(leaves([call.given, call.actor.claims, call.actor.user]).map(String))
  const texts = [...known]
  const isNews = (value: string): boolean =>
    !texts.some((text) => text.includes(value)) && !call.routine.body.includes(value)
  const found = new Map<string, Shown>()
  for (const answer of answers)
    for (const text of textsIn(answer)) {
      for (const value of valuesIn(text, index)) {
        const rows = isNews(value) ? index.places.get(value) : undefined
        if (rows) found.set(value, { value, rows })
      }
    }
  const plain = answers.flatMap((answer) => sameAsRow(answer, known, facts, population) ?? [])
  return [...found.values(), ...plain]
}

/** The text itself, the values that stand inside of it, or the one that it is the beginning of. */
function valuesIn(text: string, { places, texts }: ValueIndex): readonly string[] {
  if (places.has(text)) return [text]
  if (text.length < LONG) return []
  const lower = text.toLowerCase()
  const start = /^(.{8,}?)(?:…|\.\.\.)$/s.exec(text)?.[1]
  return texts.filter(
    (value) =>
      (value.length < text.length && lower.includes(value.toLowerCase())) ||
      (value.length === text.length && lower === value.toLowerCase()) ||
      (start !== undefined && value.startsWith(start)),
  )
}

/** Small numbers and short texts are told apart only together: two columns or more as they stand in a row. */
function sameAsRow(
  answer: unknown,
  known: ReadonlySet<string>,
  { relations }: RoutineFacts,
  population: Population,
): Shown | undefined {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return undefined
  const telling = Object.entries(answer).filter(
    ([, value]) =>
      (typeof value === 'number' || typeof value === 'string') && value !== '' && !known.has(String(value)),
  )
  const rows = relations.flatMap((relation) =>
    (population.rows.get(relation) ?? []).flatMap((row) => {
      const common = telling.filter(([name]) => name in row.values)
      return common.length > 1 && common.every(([name, value]) => row.values[name] === value)
        ? [{ relation, row }]
        : []
    }),
  )
  return rows.length > 0 ? { value: telling.map(([, value]) => value).join(', '), rows } : undefined
}

import type { Catalog, Relation } from '../domain/catalog.ts'
import type { ForgerySource } from '../domain/population.ts'
import type { Reading } from './policy-facts.ts'

const SIGNS: Readonly<Record<ForgerySource, RegExp>> = {
  user_metadata: /user_metadata|raw_user_meta_data/i,
  'request.headers': /request\.headers/i,
  email: /email/i,
}

/**
 * Whether what decides about a relation reads something that callers write: its policies and query, the functions that
 * they call, and all of that of the relations that they look into. By the text alone: to try in vain costs little.
 */
export function believers(
  catalog: Catalog,
  reading: Reading,
  dependentsOf: (relation: number) => readonly number[],
): (relation: number, source: ForgerySource) => boolean {
  const found = new Set<string>()
  for (const relation of catalog.relations) {
    const text = textOf(relation, reading)
    for (const [source, sign] of Object.entries(SIGNS))
      if (sign.test(text)) for (const oid of dependentsOf(relation.oid)) found.add(`${oid} ${source}`)
  }
  return (relation, source) => found.has(`${relation} ${source}`)
}

function textOf({ policies, view }: Relation, { routines }: Reading): string {
  const texts = [
    ...policies.flatMap(({ using, withCheck }) => [using ?? '', withCheck ?? '']),
    view?.definition ?? '',
  ]
  const called = new Set<string>()
  for (let text = texts.at(0), next = 1; text !== undefined; text = texts[next++])
    for (const [, name] of text.matchAll(/([\w.]+)\s*\(/g)) {
      const routine = routines.get(name ?? '')
      if (!routine || called.has(routine.signature)) continue
      called.add(routine.signature)
      texts.push(routine.body)
    }
  return texts.join('\n')
}

import { bypassOf } from '../domain/bypass.ts'
import type { CallObservation } from '../domain/call.ts'
import { relationByOid } from '../domain/catalog.ts'
import type { Relation, Routine } from '../domain/catalog.ts'
import type { Check } from '../domain/report.ts'
import { placeOf } from './blame.ts'
import type { JudgeInput } from './input.ts'

type CheckInput = Pick<JudgeInput, 'catalog' | 'definitions'>

/** Tables in which a call showed or changed rows; those of the platform, where a key stands once more, only where there are no others. */
export function relationsOf({ catalog }: CheckInput, call: CallObservation): readonly Relation[] {
  const oids = [
    ...call.shown.flatMap(({ rows }) => rows.map(({ relation }) => relation)),
    ...call.changed.map(({ relation }) => relation),
  ]
  const all = [...new Set(oids)].flatMap((oid) => relationByOid(catalog, oid) ?? [])
  const own = all.filter(({ schema }) => catalog.tested.includes(schema))
  return own.length > 0 ? own : all
}

/** What the server checks on the way of a call: EXECUTE, then everything with the rights that the function runs with. */
export function checksOfCall(
  { catalog, definitions }: CheckInput,
  routine: Routine,
  role: string,
  relations: readonly Relation[],
): readonly Check[] {
  const runsAs = routine.securityDefiner ? routine.owner : role
  const body = bodyStatement(routine, relations)
  return [
    {
      kind: 'privilege',
      role,
      privilege: 'execute',
      on: routine.signature,
      held: true,
    },
    {
      kind: 'function',
      name: routine.signature,
      runsAs,
      ...(body === null ? {} : { statement: body }),
      ...placeOf(definitions, 'function', routine.signature),
    },
    ...relations.map((relation): Check => {
      const bypass = bypassOf(catalog, relation, runsAs)
      return {
        kind: 'row security',
        relation: relation.qualified,
        state: !relation.rowSecurity.enabled ? 'off' : bypass === null ? 'on' : 'bypassed',
        ...placeOf(definitions, 'table', relation.qualified),
      }
    }),
  ]
}

const LONGEST = 160

/** The first statement of a body that names one of the relations, on one line; a body is a hint, and its text may say nothing. */
export function bodyStatement({ body }: Routine, relations: readonly Relation[]): string | null {
  const statements = body
    .replaceAll(/--[^\n]*/g, ' ')
    .replaceAll(/\/\*.*?\*\//gs, ' ')
    .split(';')
    .map((text) => text.replaceAll(/\s+/g, ' ').trim())
  const found = statements.find((text) => relations.some(({ name }) => names(text, name)))
  if (found === undefined) return null
  const from = found.search(/\b(select|insert|update|delete|with|merge)\b/i)
  const text = from < 0 ? found : found.slice(from)
  return text.length > LONGEST ? `${text.slice(0, LONGEST).trimEnd()} …` : text
}

const names = (text: string, name: string): boolean =>
  new RegExp(`(^|[^\\w"])"?${name.replaceAll(/[^\w]/g, '\\$&')}"?($|[^\\w"])`, 'i').test(text)

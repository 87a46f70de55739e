import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import type { Trial } from './trial.ts'

/** The same insert after the row that stands in its way was taken out, without triggers; null where the key is not known. */
export function makeRoom(trial: Trial, constraint: string | undefined): Trial | null {
  const { base } = trial.target
  const key = base.keys.find(({ name }) => name === constraint)
  const { payload } = trial
  if (!key || payload === null || trial.before !== null || key.columns.some((name) => !(name in payload)))
    return null
  const terms = key.columns.map(
    (name) => `t.${quoteName(name)}::text = ${quoteLiteral(textOf(payload[name]))}`,
  )
  return {
    ...trial,
    before: [
      'set local session_replication_role = replica',
      `delete from ${quoteQualified(base.schema, base.name)} t where ${terms.join(' and ')}`,
      'set local session_replication_role = origin',
    ].join(';\n'),
  }
}

const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))

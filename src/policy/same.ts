import { rawOf } from '../sql/parse.ts'
import type { Env, Found } from './context.ts'

/**
 * The rows that were looked for before in the same words, or these. Names that were given since `before` are the same
 * where their order is.
 */
export function sameFound(found: Found, before: number, { context }: Env): Found {
  const roles = found.instances.map(({ role }) => role)
  const key = `${roles.join(' ')} ${JSON.stringify(
    [found.items.map(rawOf), found.where && rawOf(found.where), derivedIn(found)],
    (name, value: unknown) =>
      PLACES.test(name)
        ? undefined
        : name === 'alias' || name === 'ColumnRef'
          ? relative(value, before)
          : value,
  )}`
  const known = context.same.get(key)
  if (!known) context.same.set(key, found)
  if (!known) return found
  // the same rows may have other names here
  const sources = known.sources.map(({ row }, at) => ({ name: found.sources[at]?.name ?? '', row }))
  return { ...known, sources }
}

/** What columns of views and derived tables are; those of tables are known by the table. */
const derivedIn = ({ sources }: Found): unknown =>
  sources.map(({ row }) =>
    row.whole === null ? [...row.columns].map(([name, node]) => [name, rawOf(node)]) : null,
  )

const PLACES = /^(location|stmt_location|stmt_len|rexpr_list_start|rexpr_list_end|list_start|list_end)$/

/** Names of rows counted from the first that is new. */
const relative = (value: unknown, before: number): string =>
  JSON.stringify(value, (name, inner: unknown) => {
    if (PLACES.test(name)) return undefined
    if (typeof inner !== 'string' || !/^s\d+$/.test(inner)) return inner
    const number = Number(inner.slice(1))
    return number > before ? `+${number - before}` : inner
  })

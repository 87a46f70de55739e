import { labelsOf } from '../domain/catalog.ts'
import type { Lapse } from '../domain/ownership.ts'
import { waysOut } from '../ownership/lapses.ts'
import { nameParts, walk } from '../sql/parse.ts'
import { quoteLiteral } from '../sql/quote.ts'
import type { Draft, DraftRow } from './draft.ts'
import { withSlot } from './draft.ts'
import type { Lapsed, Proposal } from './propose.ts'
import { repair } from './repair.ts'
import type { Wish } from './settings.ts'
import { holds } from './solve.ts'
import type { Solver } from './solve.ts'
import { isAbove, names } from './ties.ts'
import type { World } from './world.ts'

/**
 * The same draft with one row out of force that ties the actor to somebody else's: in a column that the policy does not ask
 * for, or that it asks for in a way which lets that value through.
 */
export async function lapsesOf(
  world: World,
  solver: Solver,
  draft: Draft,
  { wishes }: Proposal,
): Promise<readonly (readonly [Draft, Lapsed])[]> {
  const made: (readonly [Draft, Lapsed])[] = []
  for (const [alias, row] of draft.rows) {
    if (!isTie(world, draft, alias, row)) continue
    for (const { column, value } of waysOut(row.relation, world.model.literals)) {
      const asking = wishes.filter((wish) => asks(wish, alias, column))
      if (asking.some((wish) => isNamed(wish, value))) continue
      const free = without(draft, `${alias}.${column}`)
      const put = withSlot(free, { kind: 'column', alias, column }, value, solver.standing)
      const isStillSo = put !== null && (asking.length === 0 || (await holds(solver, put, wishes)))
      const next = isStillSo ? await repair(solver, put) : null
      if (next) made.push([next, { alias, column, value }])
    }
  }
  return made
}

/**
 * Whether a row is what ties the actor to the policy's own: it names the actor, or hangs below a row that does. An account that
 * is suspended never gets to ask, and whoever is named in what the policy's own row hangs below is a party of it.
 */
function isTie(world: World, draft: Draft, alias: string, row: DraftRow): boolean {
  const own = draft.rows.get('r0')
  const isAccount = world.model.userRoots.some(({ relation }) => relation === row.relation.oid)
  if (alias === 'r0' || !own || isAccount || world.orderOf(row.relation) < 0) return false
  if (isAbove(world, row.relation, own.relation) || isDeal(world, row)) return false
  const others = [...draft.rows].flatMap(([name, one]) => (name === 'r0' || name === alias ? [] : [one]))
  // somebody's own file, which what ties them to others refers to
  if (others.some((one) => refersTo(one, row))) return false
  return names(world, row.values) || others.some((one) => names(world, one.values) && refersTo(row, one))
}

/**
 * Something between two people that is more than their being tied: an order, a booking. Both stay parties of it, however it ends.
 */
function isDeal({ catalog, people, stranger }: World, { relation, values }: DraftRow): boolean {
  const named = Object.values(values).map(String)
  if (!named.includes(stranger.key) || !people.some(({ key }) => key !== stranger.key && named.includes(key)))
    return false
  const isReferenced = catalog.relations.some(
    (other) => other !== relation && other.foreignKeys.some(({ target }) => target === relation.oid),
  )
  const inKeys = new Set([...relation.keys, ...relation.foreignKeys].flatMap(({ columns }) => columns))
  const hasContent = relation.columns.some(
    (column) =>
      column.notNull &&
      !inKeys.has(column.name) &&
      CONTENT.test(column.baseType) &&
      labelsOf(relation, column).length === 0,
  )
  return isReferenced || hasContent
}

const CONTENT = /^(int[248]|numeric|float[48]|money|text|varchar|date|jsonb?)$/

/** By a foreign key of its own. */
const refersTo = ({ relation, values }: DraftRow, other: DraftRow): boolean =>
  relation.foreignKeys.some(
    ({ target, columns, targetColumns }) =>
      target === other.relation.oid &&
      columns.every(
        (name, index) =>
          values[name] !== null && String(values[name]) === String(other.values[targetColumns[index] ?? '']),
      ),
  )

const asks = ({ atom }: Wish, alias: string, column: string): boolean =>
  [...walk(atom.node)].some(
    (node) => node.kind === 'ColumnRef' && nameParts(node, 'fields').join('.') === `${alias}.${column}`,
  )

/** The policy means just this value: `status = 'pending'`. */
const isNamed = ({ atom }: Wish, value: Lapse['value']): boolean =>
  typeof value !== 'string' || (atom.text?.includes(quoteLiteral(value)) ?? true)

const without = (draft: Draft, key: string): Draft => ({
  ...draft,
  locked: new Set([...draft.locked].filter((one) => one !== key)),
})

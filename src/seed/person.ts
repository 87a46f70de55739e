import type { Relation } from '../domain/catalog.ts'
import type { Bench, Order, Workshop } from './bench.ts'
import { FRIEND } from './cast.ts'
import type { Person } from './cast.ts'

/** Whose key a user column holds: the slot's person; in a second owner column the partner. */
export function personOf(
  shop: Workshop,
  bench: Bench,
  column: string,
  { slot, variant }: Order,
): Person | undefined {
  const { role, relation } = bench
  if (slot.person === null)
    return namesInPassing(shop, relation, column) ? shop.people[variant % 3] : undefined
  if (role.membership)
    return column === role.membership.userColumn
      ? slot.person
      : isUserColumn(shop, relation, column)
        ? nameOnce(relation, column)
          ? slot.person
          : shop.people[0]
        : undefined
  const ownership = shop.model.ownerships.get(relation.oid)
  const direct = (ownership?.owners ?? [])
    .filter(({ steps }) => steps.length === 0)
    .map((path) => path.column)
  const position = direct.indexOf(column)
  const isWholeKey = relation.keys.some(
    ({ primary, columns }) => primary && columns.length === 1 && columns[0] === column,
  )
  if (position > 0 && !isWholeKey) {
    const partner = partnerOf(shop, slot.person, shop.model.lookups.has(relation.oid))
    // whom a tenant's row names and who is no member may well be meant to get at it: nobody is judged by that
    return slot.tenant !== null && ownership?.kind === 'tenant' && partner.tenant !== slot.tenant
      ? (shop.people.find((one) => one.name === FRIEND) ?? slot.person)
      : partner
  }
  if (isUserColumn(shop, relation, column)) return slot.person
  // a policy that asks for the wrong one of two must not find the right one there
  return namesInPassing(shop, relation, column)
    ? partnerOf(shop, slot.person, shop.model.lookups.has(relation.oid))
    : undefined
}

/** Whether nobody is named twice in the column. */
const nameOnce = ({ keys }: Relation, column: string): boolean =>
  keys.some(({ partial, columns }) => !partial && columns.length === 1 && columns[0] === column)

/** Whether a column refers to a user of whom the configuration says that the row is not his. */
function namesInPassing({ model }: Workshop, { oid, foreignKeys }: Relation, column: string): boolean {
  const { declared, owners = [], authors = [] } = model.ownerships.get(oid) ?? {}
  return (
    declared === true &&
    ![...owners, ...authors].some(({ steps, column: name }) => steps.length === 0 && name === column) &&
    foreignKeys.some(
      ({ target, columns, targetColumns }) =>
        columns.length === 1 &&
        columns[0] === column &&
        model.userRoots.some((root) => root.relation === target && root.column === targetColumns[0]),
    )
  )
}

function isUserColumn(shop: Workshop, relation: Relation, column: string): boolean {
  const ownership = shop.model.ownerships.get(relation.oid)
  const privilege = shop.model.privileges.some(
    (one) => one.relation === relation.oid && one.userColumn === column,
  )
  return (
    privilege ||
    [...(ownership?.owners ?? []), ...(ownership?.authors ?? [])].some(
      (path) => path.steps.length === 0 && path.column === column,
    )
  )
}

const PARTNERS: Readonly<Record<string, string>> = { alice: 'bob', bob: 'alice', carol: 'dave' }

/** Where policies look such rows up, being named in one may open doors: then it is somebody who is never judged. */
function partnerOf(shop: Workshop, person: Person, opensDoors: boolean): Person {
  const name = opensDoors ? FRIEND : PARTNERS[person.name]
  return shop.people.find((one) => one.name === name) ?? person
}

import type { Key, Relation } from '../domain/catalog.ts'
import type { Values } from '../domain/population.ts'
import { HarnessError } from '../errors.ts'
import type { Bench } from '../seed/bench.ts'

/** The unique key that both rows have in common. */
export function sharedKey({ keys }: Relation, made: Values, found: Values): Key | undefined {
  return keys.find(
    ({ partial, columns }) => !partial && columns.every((name) => String(made[name]) === String(found[name])),
  )
}

/**
 * What nobody asked for stays what the project made its default: a draft, a private chat. Keys are made here, and so is whose
 * row it is.
 */
export function withDefaults(
  { relation, identity, unique, role }: Bench,
  made: Values,
  given: Values,
): Values {
  // who may what is told apart in people, memberships and rights
  if (role.membership || role.privilege || role.isUserRoot) return made
  const refers = new Set(relation.foreignKeys.flatMap(({ columns }) => columns))
  const isLeft = (name: string): boolean => {
    const column = relation.columns.find((one) => one.name === name)
    return (
      column !== undefined &&
      column.default !== null &&
      !(name in given) &&
      !identity.has(name) &&
      !unique.has(name) &&
      !refers.has(name)
    )
  }
  return Object.fromEntries(Object.entries(made).filter(([name]) => !isLeft(name)))
}

/** Columns that a client has to send: those without a default, and those that say whose row it is. */
export function isRequired(relation: Relation, name: string, { identity }: Bench): boolean {
  const column = relation.columns.find((one) => one.name === name)
  if (!column || column.generated || column.identity !== null || column.default !== null) return false
  return column.notNull || identity.has(name)
}

const HINTS: Readonly<Record<string, string>> = {
  '23505': 'Give other values for the columns of that key, or change the row that is there.',
  '23514': 'Give values that the CHECK constraint accepts.',
  '23503': 'Seed the row that it refers to first, and give its key.',
}

export function refused(relation: Relation, reason: string, sqlstate: string | undefined): HarnessError {
  return new HarnessError('SEED_FAILED', `no row could be seeded into ${relation.qualified}: ${reason}`, {
    hint: HINTS[sqlstate ?? ''] ?? 'Give the values of the columns that stand in the way.',
  })
}

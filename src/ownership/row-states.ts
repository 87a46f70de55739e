import type { Catalog, Policy, Relation } from '../domain/catalog.ts'
import { policiesFor } from '../domain/catalog.ts'
import type { RowState } from '../domain/ownership.ts'
import { COMMANDS } from '../domain/vocabulary.ts'
import type { Command } from '../domain/vocabulary.ts'
import { parseExpression, parseStatements } from '../sql/parse.ts'
import { disjunction, product } from './disjunction.ts'
import type { Branch } from './disjunction.ts'
import { bodyTrees } from '../sql/bodies.ts'
import { predicateFor } from './policy-facts.ts'
import type { Reading } from './policy-facts.ts'
import { statesOfSelects } from './select-states.ts'
import { termsOf } from './row-terms.ts'

const MOST_STATES = 24

/**
 * States of rows that policies, functions and views ask for, whoever asks: `status = 'published' and not archived`. A
 * branch of a policy that no row satisfies would never be met, so seeding makes a row for each.
 */
export function findRowStates(
  catalog: Catalog,
  reading: Reading,
  platformSchemas: readonly string[],
): ReadonlyMap<number, readonly RowState[]> {
  const found = new Map<number, RowState[]>()
  const add = (relation: Relation, state: RowState): void => {
    const states = found.get(relation.oid) ?? []
    if (state.terms.length > 0 && states.length < MOST_STATES && !states.some((one) => isSame(one, state)))
      found.set(relation.oid, [...states, state])
  }
  for (const relation of catalog.relations)
    for (const command of COMMANDS)
      for (const branch of policyBranches(relation, command, catalog.apiRoles))
        add(relation, {
          when: command === 'insert' ? 'inserted' : 'standing',
          terms: termsOf(branch, relation, reading),
        })
  for (const tree of treesOf(catalog, platformSchemas))
    for (const { relation, terms } of statesOfSelects(tree, reading))
      add(relation, { when: 'standing', terms })
  return found
}

const isSame = (a: RowState, b: RowState): boolean => a.when === b.when && textOf(a) === textOf(b)

const textOf = ({ terms }: RowState): string =>
  terms
    .map(({ expression }) => expression)
    .sort()
    .join(' and ')

/** What lets a row through: one branch of one permissive policy, with one branch of every restrictive policy. */
function policyBranches(relation: Relation, command: Command, roles: readonly string[]): readonly Branch[] {
  const policies = new Set(
    roles.filter((role) => role !== 'service_role').flatMap((role) => policiesFor(relation, command, role)),
  )
  const restrictive = [...policies].filter(({ permissive }) => !permissive)
  const always = restrictive.reduce<readonly Branch[]>(
    (branches, policy) => product(branches, branchesOf(policy, command)),
    [[]],
  )
  return [...policies]
    .filter(({ permissive }) => permissive)
    .flatMap((policy) => product(branchesOf(policy, command), always))
}

function branchesOf(policy: Policy, command: Command): readonly Branch[] {
  const using = predicateFor(policy, 'using')
  const check = predicateFor(policy, 'check')
  switch (command) {
    case 'select':
    case 'delete':
      return read(using)
    case 'insert':
      return read(check)
    case 'update':
      return check === using ? read(using) : product(read(using), read(check))
  }
}

function read(text: string | null): readonly Branch[] {
  const tree = text === null ? null : parseExpression(text)
  return tree ? disjunction(tree) : [[]]
}

/** Everything of the project that may hold a SELECT: subqueries of policies, bodies of functions, views. */
function treesOf(catalog: Catalog, platformSchemas: readonly string[]) {
  const policies = catalog.relations.flatMap((relation) =>
    relation.policies.flatMap(({ using, withCheck }) => [using, withCheck]),
  )
  const own = catalog.routines.filter(({ schema }) => !platformSchemas.includes(schema))
  const views = catalog.relations.filter(({ schema }) => !platformSchemas.includes(schema))
  return [
    ...policies.flatMap((text) => (text === null ? [] : (parseExpression(text) ?? []))),
    ...own.flatMap((routine) => bodyTrees(routine)),
    ...views.flatMap(({ view }) => (view ? (parseStatements(view.definition) ?? []) : [])),
  ]
}

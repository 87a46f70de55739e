import type { Catalog, Policy, Relation, Routine } from '../domain/catalog.ts'
import type { FixedCondition } from '../domain/fixed-condition.ts'
import type { Command } from '../domain/vocabulary.ts'
import { bodyTrees } from '../sql/bodies.ts'
import { nameParts, parseExpression, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { readPlpgsql } from '../sql/plpgsql-body.ts'
import { findRoutines, schemasIn, standsFor } from './reading.ts'
import type { PolicyReading } from './reading.ts'
import { fixedParts } from './written.ts'
import type { Written } from './written.ts'

/**
 * Parts of policies that cannot come out both ways, and of the functions that they call, by the relation that the policies
 * stand on. Each text is read by itself, as it was written: that an argument decides something in one call is no mistake.
 */
export function fixedConditions(
  catalog: Catalog,
  reading: PolicyReading,
): ReadonlyMap<number, readonly FixedCondition[]> {
  const bodies = new Map<number, readonly Written[]>()
  return new Map(
    catalog.relations
      .filter(({ rowSecurity }) => rowSecurity.enabled)
      .map((relation) => [
        relation.oid,
        relation.policies
          .filter((policy) => isAsked(policy, catalog, reading))
          .flatMap((policy) => fixedIn(policy, relation, reading, bodies)),
      ]),
  )
}

/** Whether any of the roles that callers come in as meets it. */
const isAsked = ({ roles }: Policy, { apiRoles }: Catalog, reading: PolicyReading): boolean =>
  roles.includes('public') ||
  apiRoles.some((role) => roles.some((name) => standsFor(reading, role).has(name)))

function fixedIn(
  policy: Policy,
  relation: Relation,
  reading: PolicyReading,
  bodies: Map<number, readonly Written[]>,
): readonly FixedCondition[] {
  const sides = [
    ['using', policy.using],
    ['check', policy.withCheck],
  ] as const
  return sides.flatMap(([side, text]) => {
    const node = text === null ? null : parseExpression(text)
    if (!node) return []
    const own = fixedParts(node, { reading, relation, path: [], ambiguous: new Set() })
    const called = [...routinesIn(node, [], reading)].flatMap((routine) =>
      fixedInBody(routine, reading, bodies).map((part) => ({ ...part, routine: routine.signature })),
    )
    return distinct([...own.map((part) => ({ ...part, routine: null })), ...called]).map((part) => ({
      ...part,
      redundant: part.kind === 'tautology' && /\bIS NOT NULL$/.test(part.text),
      policy: policy.name,
      command: commandOf(policy, side),
      side,
    }))
  })
}

const commandOf = ({ command }: Policy, side: 'using' | 'check'): Command =>
  command === 'all' ? (side === 'using' ? 'select' : 'insert') : command

type Found = Written & Pick<FixedCondition, 'routine'>

/** The same words say the same twice in one text. */
const distinct = (parts: readonly Found[]): readonly Found[] => [
  ...new Map(parts.map((part) => [JSON.stringify([part.kind, part.text, part.routine]), part])).values(),
]

/** Functions of the project that an expression calls, and those that they call. */
function routinesIn(
  node: Node,
  path: readonly string[],
  reading: PolicyReading,
  found: Set<Routine> = new Set(),
): ReadonlySet<Routine> {
  for (const call of walk(node)) {
    if (call.kind !== 'FuncCall') continue
    for (const routine of findRoutines(reading, nameParts(call, 'funcname'), path)) {
      if (found.has(routine) || reading.platformSchemas.has(routine.schema)) continue
      found.add(routine)
      for (const tree of bodyTrees(routine)) routinesIn(tree, pathOf(routine, reading), reading, found)
    }
  }
  return found
}

const pathOf = ({ searchPath }: Routine, reading: PolicyReading): readonly string[] =>
  searchPath === null ? reading.path : schemasIn(searchPath)

function fixedInBody(
  routine: Routine,
  reading: PolicyReading,
  bodies: Map<number, readonly Written[]>,
): readonly Written[] {
  const known = bodies.get(routine.oid)
  if (known) return known
  const place = { reading, relation: null, path: pathOf(routine, reading), ambiguous: variablesOf(routine) }
  const found = bodyTrees(routine).flatMap((tree) => fixedParts(tree, place))
  bodies.set(routine.oid, found)
  return found
}

/** In PL/pgSQL a name may be a column's or a variable's; in SQL the column goes first (manual, CREATE FUNCTION). */
function variablesOf({ language, body, arguments: given }: Routine): ReadonlySet<string> {
  if (language !== 'plpgsql') return new Set()
  const declared = readPlpgsql(body, 'text')?.variables.map(({ name }) => name) ?? []
  return new Set([...declared, ...given.flatMap(({ name }) => name ?? [])])
}

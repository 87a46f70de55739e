import { bare, nameParts, parseExpression, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import type { Policy, Relation } from '../domain/catalog.ts'
import { meaningOf } from './expression.ts'
import type { Identity, Meaning, Routines } from './expression.ts'
import { branches, conjuncts, equality, isLiterally } from './predicate.ts'
import { scopeOf } from './scope.ts'
import type { RelationFinder } from './scope.ts'

/** What one predicate of a policy says, as hints for seeding and expectations; it never decides what is right. */
export interface PredicateFacts {
  /** literally true, or literally false */
  readonly constant: boolean | null
  /** columns that a branch compares directly with the session's user, without asking for a right beside it */
  readonly userColumns: readonly string[]
  /** columns compared with the session's user anywhere at the top of the predicate */
  readonly comparedColumns: readonly string[]
  /** every branch asks for the service role: nobody of the API gets through */
  readonly serviceOnly: boolean
}

export interface Reading {
  readonly find: RelationFinder
  readonly routines: Routines
  readonly identity: Identity
  /** what was read already: several steps ask about the same policy */
  readonly known?: Map<string, PredicateFacts>
}

export const NOTHING: PredicateFacts = {
  constant: null,
  userColumns: [],
  comparedColumns: [],
  serviceOnly: false,
}

/** The predicate that decides for a command: WITH CHECK for new rows, else USING (manual, CREATE POLICY). */
export function predicateFor(policy: Policy, side: 'using' | 'check'): string | null {
  return side === 'using' ? policy.using : (policy.withCheck ?? policy.using)
}

export function readPredicate(
  relation: Relation,
  expression: string | null,
  reading: Reading,
): PredicateFacts {
  if (expression === null) return NOTHING
  const key = `${relation.oid} ${expression}`
  const facts = reading.known?.get(key) ?? parsePredicate(relation, expression, reading)
  reading.known?.set(key, facts)
  return facts
}

function parsePredicate(relation: Relation, expression: string, reading: Reading): PredicateFacts {
  const tree = parseExpression(expression)
  if (!tree) return NOTHING
  const found = branches(tree).map((branch) => readBranch(relation, branch, reading))
  return {
    constant: isLiterally(tree, true) ? true : isLiterally(tree, false) ? false : null,
    userColumns: [
      ...new Set(found.flatMap(({ userColumns, asksForRight }) => (asksForRight ? [] : userColumns))),
    ],
    comparedColumns: [...new Set(found.flatMap(({ userColumns }) => userColumns))],
    serviceOnly: found.every(({ impossible }) => impossible),
  }
}

interface BranchFacts {
  readonly userColumns: readonly string[]
  readonly asksForRight: boolean
  readonly impossible: boolean
}

function readBranch(relation: Relation, branch: Node, reading: Reading): BranchFacts {
  const parts = conjuncts(branch)
  return {
    userColumns: parts.flatMap((part) => columnsComparedWithUser(relation, part, reading)),
    asksForRight: parts.some((part) => grantsRight(relation, part, reading)),
    impossible: parts.some((part) => isLiterally(part, false) || isServiceRole(part, reading)),
  }
}

function columnsComparedWithUser(relation: Relation, part: Node, reading: Reading): readonly string[] {
  const found = equality(part)
  if (!found) return []
  const sides = [found.left, ...found.right].map((side) =>
    meaningOf(side, reading.routines, reading.identity),
  )
  if (!sides.some(({ is }) => is === 'user')) return []
  return sides.flatMap((side) => ownColumn(relation, side) ?? [])
}

export function ownColumn(relation: Relation, meaning: Meaning): string | undefined {
  if (meaning.is !== 'column') return undefined
  if (meaning.qualifier !== null && meaning.qualifier !== relation.name) return undefined
  return relation.columns.some(({ name }) => name === meaning.name) ? meaning.name : undefined
}

/** `auth.role() = 'service_role'` and its like, which no API session satisfies. */
function isServiceRole(part: Node, reading: Reading): boolean {
  const found = equality(part)
  if (!found) return false
  const sides = [found.left, ...found.right]
  const meanings = sides.map((side) => meaningOf(side, reading.routines, reading.identity))
  const asksRole =
    meanings.some((m) => m.is === 'claim' && m.path.join('.') === 'role') ||
    sides.some((side) => isCurrentUser(bare(side)))
  const literals = meanings.flatMap((m) =>
    m.is === 'constant' && typeof m.value === 'string' ? [m.value] : [],
  )
  return asksRole && literals.length > 0 && literals.every((role) => SERVER_ROLES.has(role))
}

const SERVER_ROLES: ReadonlySet<string> = new Set([
  'service_role',
  'supabase_admin',
  'postgres',
  'supabase_auth_admin',
])

function isCurrentUser(node: Node): boolean {
  return (
    node.kind === 'SQLValueFunction' &&
    /CURRENT_USER|SESSION_USER|CURRENT_ROLE|_USER/.test(String(node.fields['op']))
  )
}

/** A condition that depends on who asks and not on the row: a role in a table, in a claim, in a helper function. */
function grantsRight(relation: Relation, part: Node, reading: Reading): boolean {
  const inner = bare(part)
  if (inner.kind === 'SubLink')
    return inner.fields['subLinkType'] === 'EXISTS_SUBLINK' && !refersTo(relation, inner, reading)
  if (inner.kind === 'FuncCall') return !refersTo(relation, inner, reading) && !isKnownCall(inner)
  const found = equality(part)
  if (!found) return false
  const meanings = [found.left, ...found.right].map((side) =>
    meaningOf(side, reading.routines, reading.identity),
  )
  const literals = meanings.flatMap((m) => (m.is === 'constant' ? [m.value] : []))
  return (
    meanings.some(({ is }) => is === 'claim' || is === 'setting') &&
    literals.length > 0 &&
    !literals.every((value) => value === 'authenticated' || value === 'anon')
  )
}

const isKnownCall = (node: Node): boolean =>
  /^(pg_catalog|auth)\./.test(nameParts(node, 'funcname').join('.'))

/** Whether an expression names a column of the policy's own relation. */
export function refersTo(relation: Relation, node: Node, reading: Reading): boolean {
  const inner = new Set(
    [...walk(node)]
      .filter(({ kind }) => kind === 'SelectStmt')
      .flatMap((s) => [...scopeOf(s, reading.find).keys()]),
  )
  return [...walk(node)].some((found) => {
    if (found.kind !== 'ColumnRef') return false
    const parts = nameParts(found, 'fields')
    if (parts.length >= 2) return parts.at(-2) === relation.name && !inner.has(relation.name)
    return inner.size === 0 && relation.columns.some(({ name }) => name === parts[0])
  })
}

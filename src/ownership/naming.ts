import type { Catalog, Policy, Relation } from '../domain/catalog.ts'
import { columnKey } from '../domain/ownership.ts'
import { bare, children, constantOf, nameParts, parseExpression, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { bodyTrees } from '../sql/bodies.ts'
import { branches, conjuncts, equality } from './predicate.ts'
import type { Reading } from './policy-facts.ts'
import { resolveColumn, scopeOf } from './scope.ts'

/** What policies say about the names of objects or topics: the alphabet that layouts are made from. */
export interface Naming {
  readonly constants: readonly string[]
  /** columns of the project that names may be compared with */
  readonly columns: readonly { readonly relation: Relation; readonly column: string }[]
  /** the deepest part of a name that is asked for by its number */
  readonly depth: number
  /** some condition holds the name against the session: directly with the user, or through a claim, a table or a function */
  readonly tiesName: 'user' | 'other' | null
  /** some condition holds the uploader against the session */
  readonly tiesOwner: boolean
  readonly readsEmail: boolean
}

/** Columns that say what a row is called, and who made it. */
const NAMES: ReadonlySet<string> = new Set(['name', 'path_tokens', 'topic', 'user_metadata'])
const MAKERS: ReadonlySet<string> = new Set(['owner', 'owner_id'])
const SESSION = /\bauth\.(uid|jwt|email)\s*\(|request\.jwt/
const TOPIC = /\brealtime\.topic\s*\(/
const COMPARABLE = /^(uuid|text|varchar|citext|bpchar|int[248])$/

/** Conditions of all policies, taken apart at AND and OR. */
const leavesOf = (tree: Node): readonly Node[] => branches(tree).flatMap(conjuncts).flatMap(inner)

function inner(node: Node): readonly Node[] {
  const plain = bare(node)
  if (plain.kind !== 'BoolExpr') return [plain]
  return children(plain, 'args').flatMap((part) => leavesOf(part))
}

export function namingOf(
  relation: Relation,
  policies: readonly Policy[],
  catalog: Catalog,
  reading: Reading,
  literals: ReadonlyMap<string, readonly string[]>,
  bucket?: string,
): Naming {
  const trees = expressionsOf(policies).flatMap((text) => parseExpression(text) ?? [])
  const leaves = trees
    .flatMap(branches)
    .filter((branch) => bucket === undefined || canHoldIn(branch, bucket))
    .flatMap(leavesOf)
    .filter((leaf) => !restrictsBucket(leaf))
  const bodies = calledBodies(leaves, reading)
  const all = [...leaves, ...bodies]
  const ties = leaves.filter((leaf) => mentions(leaf, relation, NAMES, reading) && asksSession(leaf, reading))
  return {
    constants: [...new Set(all.flatMap(stringsOf))],
    columns: columnsOf(all, catalog, reading).filter(
      ({ relation: { oid }, column }) => !literals.has(columnKey(oid, column)),
    ),
    depth: Math.max(1, ...all.flatMap(numbersOf)),
    tiesName: ties.some((leaf) => isDirect(leaf)) ? 'user' : ties.length > 0 ? 'other' : null,
    tiesOwner: leaves.some((leaf) => mentions(leaf, relation, MAKERS, reading) && asksSession(leaf, reading)),
    readsEmail: all.some((leaf) => stringsOf(leaf).includes('email') || calls(leaf).includes('auth.email')),
  }
}

/** The conditions that hold a name against something. */
export const nameConditions = (tree: Node, relation: Relation, reading: Reading): readonly Node[] =>
  leavesOf(tree).filter((leaf) => mentions(leaf, relation, NAMES, reading))

export const expressionsOf = (policies: readonly Policy[]): readonly string[] =>
  policies.flatMap(({ using, withCheck }) => [using, withCheck]).filter((text) => text !== null)

/** Whether an alternative of a policy is not about other buckets alone. */
const canHoldIn = (branch: Node, bucket: string): boolean =>
  conjuncts(branch)
    .filter(restrictsBucket)
    .every((part) => stringsOf(part).length === 0 || stringsOf(part).includes(bucket))

/** Buckets that a policy names, and whether it can hold in others. */
export function bucketsOf(policy: Policy): { readonly named: readonly string[]; readonly anywhere: boolean } {
  const trees = expressionsOf([policy]).flatMap((text) => parseExpression(text) ?? [])
  const alternatives = trees.flatMap(branches).map((branch) => conjuncts(branch).filter(restrictsBucket))
  return {
    named: [...new Set(trees.flatMap(leavesOf).filter(restrictsBucket).flatMap(stringsOf))],
    anywhere: alternatives.length === 0 || alternatives.some((parts) => parts.length === 0),
  }
}

/** Whether a policy lets through whatever is called whatever: its only condition is the bucket. */
export function isOpen(expression: string | null): boolean {
  const tree = expression === null ? null : parseExpression(expression)
  return (
    tree !== null &&
    branches(tree).some((branch) =>
      conjuncts(branch).every((part) => restrictsBucket(part) || constantOf(bare(part)) === true),
    )
  )
}

/** Whether a branch asks for the user's own name or uploads and for nothing else that the user might lack. */
export function admitsOwner(relation: Relation, expression: string | null, reading: Reading): boolean {
  const tree = expression === null ? null : parseExpression(expression)
  const own = new Set([...NAMES, ...MAKERS])
  return (
    tree !== null &&
    branches(tree).some((branch) => {
      const rest = conjuncts(branch).filter((part) => !restrictsBucket(part))
      const tied = rest.filter((part) => isDirect(part) && mentions(part, relation, own, reading))
      return tied.length > 0 && tied.length === rest.length
    })
  )
}

function restrictsBucket(leaf: Node): boolean {
  const found = equality(leaf)
  if (!found) return false
  const isBucket = (node: Node): boolean =>
    bare(node).kind === 'ColumnRef' && nameParts(bare(node), 'fields').at(-1) === 'bucket_id'
  return isBucket(found.left) || found.right.some(isBucket)
}

/** Policies name their own columns with the relation in front of them, or with nothing outside of subqueries. */
function mentions(leaf: Node, relation: Relation, columns: ReadonlySet<string>, reading: Reading): boolean {
  return (
    [...walk(leaf)].some((node) => {
      const parts = node.kind === 'ColumnRef' ? nameParts(node, 'fields') : []
      const qualifier = parts.at(-2)
      return columns.has(parts.at(-1) ?? '') && (qualifier === undefined || qualifier === relation.name)
    }) ||
    (columns.has('topic') && (calls(leaf).includes('realtime.topic') || bodyMatches(leaf, reading, TOPIC)))
  )
}

const asksSession = (leaf: Node, reading: Reading): boolean =>
  calls(leaf).some((name) => /^auth\.(uid|jwt|email)$/.test(name)) ||
  stringsOf(leaf).some((text) => text.startsWith('request.jwt')) ||
  bodyMatches(leaf, reading, SESSION)

/** The user's key stands in the condition itself, not behind a table or a function. */
const isDirect = (leaf: Node): boolean =>
  calls(leaf).includes('auth.uid') && ![...walk(leaf)].some(({ kind }) => kind === 'RangeVar')

const calls = (leaf: Node): readonly string[] =>
  [...walk(leaf)].flatMap((node) => (node.kind === 'FuncCall' ? [nameParts(node, 'funcname').join('.')] : []))

function bodyMatches(leaf: Node, reading: Reading, pattern: RegExp, depth = 0): boolean {
  return calls(leaf).some((name) => {
    const routine = /^(auth|storage|realtime)\./.test(name) ? undefined : reading.routines.get(name)
    if (!routine || depth > 3) return false
    return (
      pattern.test(routine.body) ||
      bodyTrees(routine).some((tree) => bodyMatches(tree, reading, pattern, depth + 1))
    )
  })
}

/** The SQL of the project's functions that conditions call, at any depth. */
function calledBodies(leaves: readonly Node[], reading: Reading): readonly Node[] {
  const known = new Set<string>()
  const visit = (node: Node): readonly Node[] =>
    calls(node).flatMap((name) => {
      if (known.has(name) || /^(auth|storage|realtime|pg_catalog)\./.test(name)) return []
      known.add(name)
      const routine = reading.routines.get(name)
      const trees = routine ? bodyTrees(routine) : []
      return [...trees, ...trees.flatMap(visit)]
    })
  return leaves.flatMap(visit)
}

const stringsOf = (node: Node): readonly string[] =>
  [...walk(node)].flatMap((one) => {
    const value = one.kind === 'A_Const' ? constantOf(one) : undefined
    return typeof value === 'string' ? [value] : []
  })

/** Small whole numbers: of an array's element, of split_part. */
const numbersOf = (node: Node): readonly number[] =>
  [...walk(node)].flatMap((one) => {
    const value = one.kind === 'A_Const' ? constantOf(one) : undefined
    return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 4 ? [value] : []
  })

function columnsOf(nodes: readonly Node[], catalog: Catalog, reading: Reading): Naming['columns'] {
  const found = new Map<string, Naming['columns'][number]>()
  for (const node of nodes)
    for (const select of walk(node)) {
      if (select.kind !== 'SelectStmt') continue
      const scope = scopeOf(select, reading.find)
      for (const reference of walk(select)) {
        if (reference.kind !== 'ColumnRef') continue
        const parts = nameParts(reference, 'fields')
        const relation = resolveColumn(scope, parts.at(-2) ?? null, parts.at(-1) ?? '')
        const column = relation?.columns.find(({ name }) => name === parts.at(-1))
        if (!relation || !column || !catalog.tested.includes(relation.schema)) continue
        if (COMPARABLE.test(column.baseType) && !column.array)
          found.set(columnKey(relation.oid, column.name), { relation, column: column.name })
      }
    }
  return [...found.values()]
}

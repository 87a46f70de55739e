import { bare, child, children, constantOf, nameParts, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import type { Relation } from '../domain/catalog.ts'
import { elementsRead, elementsReturned } from './claim-elements.ts'
import { noEmailShapes, readEmailShapes } from './email-shapes.ts'
import type { EmailShapeMentions } from './email-shapes.ts'
import { meaningOf } from './expression.ts'
import type { Meaning } from './expression.ts'
import { conjuncts, equality, inequality } from './predicate.ts'
import type { Reading } from './policy-facts.ts'
import { resolveColumn, scopeOf } from './scope.ts'
import type { Scope } from './scope.ts'

/** A SELECT in a policy or function that finds rows by the session's user. */
export interface Lookup {
  readonly relation: Relation
  readonly userColumn: string
  /** columns that tie what was found to something outside: returned as a set, or compared with a row or an argument */
  readonly links: readonly string[]
  /** constants that columns of the relation are compared with */
  readonly labels: Readonly<Record<string, readonly string[]>>
}

/** What the SQL of a project says about columns, beside its policies' own relation. */
export interface Mentions {
  readonly lookups: Lookup[]
  /** `oid.column` → constants */
  readonly literals: Map<string, Set<string>>
  /** claim path (joined by dots) → what it is compared with */
  readonly claims: Map<
    string,
    {
      path: readonly string[]
      literals: Set<string>
      /** looked into as a list or object, not compared as a text */
      list: boolean
      /** its elements are taken one by one, which fails on anything but a list */
      elements: boolean
      columns: Map<string, { relation: number; column: string }>
    }
  >
  /** settings of the session by name → what they are compared with */
  readonly settings: Map<string, SettingMention>
  /** `oid.column` of columns compared with the session's user */
  readonly users: Set<string>
  readonly emails: Set<string>
  readonly emailShapes: EmailShapeMentions
}

/** What a setting is compared with, anywhere. */
export interface SettingMention {
  readonly literals: Set<string>
  readonly columns: Map<string, { readonly relation: Relation; readonly column: string }>
}

export function noMentions(): Mentions {
  return {
    lookups: [],
    literals: new Map(),
    claims: new Map(),
    settings: new Map(),
    users: new Set(),
    emails: new Set(),
    emailShapes: noEmailShapes(),
  }
}

/** Reads one expression or statement. `own` is the relation that a policy stands on, whose columns need no FROM. */
export function readMentions(tree: Node, own: Relation | null, reading: Reading, into: Mentions): void {
  const outer: Scope = own ? new Map([[own.name, own]]) : new Map()
  readComparisons(tree, outer, reading, into)
  noteClaims(tree, outer, reading, into)
  readEmailShapes(tree, outer, reading, into.emailShapes)
  for (const node of walk(tree)) {
    if (node.kind !== 'SelectStmt') continue
    const scope = scopeOf(node, reading.find)
    readComparisons(node, new Map([...outer, ...scope]), reading, into)
    const lookup = readLookup(node, scope, reading)
    if (lookup) into.lookups.push(lookup)
  }
}

/** Equalities of this level; those inside of further SELECTs have scopes of their own. */
function* equalitiesOf(level: Node): Generator<readonly [Node, Node]> {
  for (const node of walk(level, (inner) => inner === level || inner.kind !== 'SelectStmt')) {
    const found = equality(node)
    if (found) for (const right of found.right) yield [found.left, right]
  }
}

function readComparisons(level: Node, scope: Scope, reading: Reading, into: Mentions): void {
  for (const [left, right] of equalitiesOf(level)) {
    const a = meaningIn(left, scope, reading)
    const b = meaningIn(right, scope, reading)
    noteComparison(a, b, into)
    noteComparison(b, a, into)
  }
  for (const node of walk(level, (inner) => inner === level || inner.kind !== 'SelectStmt')) {
    const found = inequality(node)
    for (const right of found?.right ?? []) {
      const a = meaningIn(found?.left ?? right, scope, reading)
      // `if auth.jwt() ->> 'user_role' <> 'admin' then raise …` lets those with the constant through
      if (a.is === 'claim') noteComparison(a, meaningIn(right, scope, reading), into)
    }
  }
}

type Resolved =
  | Exclude<Meaning, { is: 'column' }>
  | { readonly is: 'column'; readonly relation: Relation; readonly name: string }

function meaningIn(node: Node, scope: Scope, reading: Reading): Resolved {
  const looked = scalarLookup(node, reading)
  if (looked) return looked
  const elements = elementsReturned(node, reading)
  if (elements) return { is: 'claim', path: elements }
  const whole = meaningOf(node, reading.routines, reading.identity)
  const meaning =
    whole.is === 'other' ? meaningOf(splitPart(node), reading.routines, reading.identity) : whole
  if (meaning.is !== 'column') return meaning
  const relation = resolveColumn(scope, meaning.qualifier, meaning.name)
  return relation ? { is: 'column', relation, name: meaning.name } : { is: 'other' }
}

/** `split_part(owner_email, '@', 2)` says of the column what `owner_email` itself would say. */
function splitPart(node: Node): Node {
  const inner = bare(node)
  if (inner.kind !== 'FuncCall') return node
  const first = children(inner, 'args')[0]
  return first && children(inner, 'args').length > 1 ? splitPart(first) : node
}

/** `(select role from profiles where id = auth.uid())`, also behind a function without arguments, is that column. */
function scalarLookup(node: Node, reading: Reading): Resolved | null {
  const inner = bare(node)
  if (inner.kind !== 'SubLink' || inner.fields['subLinkType'] !== 'EXPR_SUBLINK') return null
  const select = child(inner, 'subselect')
  return select ? targetColumn(select, scopeOf(select, reading.find), reading) : null
}

function targetColumn(select: Node, scope: Scope, reading: Reading): Resolved | null {
  const targets = children(select, 'targetList')
  const value = targets.length === 1 && targets[0] ? child(targets[0], 'val') : undefined
  if (!value) return null
  const elements = elementsRead(value, reading)
  if (elements) return { is: 'claim', path: elements }
  const meaning = meaningOf(value, reading.routines, reading.identity)
  if (meaning.is === 'claim') return meaning
  if (meaning.is !== 'column') return null
  const relation = resolveColumn(scope, meaning.qualifier, meaning.name)
  return relation ? { is: 'column', relation, name: meaning.name } : null
}

/** Claims that are read at all, also by what compares them somewhere else. */
function noteClaims(tree: Node, scope: Scope, reading: Reading, into: Mentions): void {
  for (const node of walk(tree)) {
    const elements = elementsRead(node, reading)
    if (elements) claimUse(into, elements, true).elements = true
    if (node.kind !== 'A_Expr') continue
    const meaning = meaningOf(node, reading.routines, reading.identity)
    if (meaning.is === 'claim') claimUse(into, meaning.path)
    if (meaning.is === 'claims' && meaning.path.length > 1) claimUse(into, meaning.path, true)
    if (nameParts(node, 'name').at(-1) === '?') noteMember(node, scope, reading, into)
  }
}

function noteComparison(a: Resolved, b: Resolved, into: Mentions): void {
  if (a.is === 'column') {
    const key = `${a.relation.oid}.${a.name}`
    if (b.is === 'constant' && typeof b.value === 'string') setOf(into.literals, key).add(b.value)
    if (b.is === 'user') into.users.add(key)
    if (b.is === 'claim' && b.path.join('.') === 'email') into.emails.add(key)
  }
  if (a.is === 'setting') {
    const use = settingUse(into, a.name)
    if (b.is === 'constant' && b.value !== null && b.value !== '') use.literals.add(String(b.value))
    if (b.is === 'column')
      use.columns.set(`${b.relation.oid}.${b.name}`, { relation: b.relation, column: b.name })
  }
  if (a.is === 'claim') {
    const use = claimUse(into, a.path)
    if (b.is === 'constant' && b.value !== null) use.literals.add(String(b.value))
    if (b.is === 'column')
      use.columns.set(`${b.relation.oid}.${b.name}`, { relation: b.relation.oid, column: b.name })
  }
}

/** `claims -> 'groups' ? 'auditors'` asks for a member of a list, or a key of an object. */
function noteMember(node: Node, scope: Scope, reading: Reading, into: Mentions): void {
  const left = child(node, 'lexpr')
  const right = child(node, 'rexpr')
  const list = left && meaningOf(left, reading.routines, reading.identity)
  if (!right || list?.is !== 'claims' || list.path.length < 2) return
  const member = constantOf(bare(right))
  if (typeof member === 'string') claimUse(into, list.path, true).literals.add(member)
  noteComparison({ ...list, is: 'claim' }, meaningIn(right, scope, reading), into)
}

function claimUse(into: Mentions, path: readonly string[], list = false) {
  const key = path.join('.')
  const use = into.claims.get(key) ?? {
    path,
    literals: new Set<string>(),
    list,
    elements: false,
    columns: new Map<string, { relation: number; column: string }>(),
  }
  use.list &&= list
  into.claims.set(key, use)
  return use
}

function settingUse(into: Mentions, name: string): SettingMention {
  const use = into.settings.get(name) ?? { literals: new Set(), columns: new Map() }
  into.settings.set(name, use)
  return use
}

function setOf(map: Map<string, Set<string>>, key: string): Set<string> {
  const set = map.get(key) ?? new Set<string>()
  map.set(key, set)
  return set
}

function readLookup(select: Node, scope: Scope, reading: Reading): Lookup | null {
  let user: { relation: Relation; column: string } | null = null
  const links = new Map<string, string>()
  const labels = new Map<string, Set<string>>()
  for (const [left, right] of equalitiesOf(select))
    for (const [a, b] of [
      [left, right],
      [right, left],
    ] as const) {
      const one = meaningIn(a, scope, reading)
      if (one.is !== 'column') continue
      const other = meaningIn(b, scope, reading)
      if (other.is === 'user') user ??= { relation: one.relation, column: one.name }
      else if (other.is === 'constant') {
        if (typeof other.value === 'string') setOf(labels, `${one.relation.oid}.${one.name}`).add(other.value)
      } else if (other.is !== 'column' || other.relation !== one.relation)
        links.set(`${one.relation.oid}.${one.name}`, one.name)
    }
  for (const flag of flagsOf(select, scope)) setOf(labels, flag).add('true')
  if (!user) return null
  const { relation, column } = user
  const returned = targetColumn(select, scope, reading)
  if (returned?.is === 'column' && returned.relation === relation)
    links.set(`${relation.oid}.${returned.name}`, returned.name)
  const own = (key: string): boolean => key.startsWith(`${relation.oid}.`)
  return {
    relation,
    userColumn: column,
    links: [...links].flatMap(([key, name]) => (own(key) && name !== column ? [name] : [])),
    labels: Object.fromEntries(
      [...labels].flatMap(([key, set]) =>
        own(key) ? [[key.slice(key.indexOf('.') + 1), [...set].sort()]] : [],
      ),
    ),
  }
}

/** `where user_id = auth.uid() and is_admin` asks for a flag as another asks for a label. */
function flagsOf(select: Node, scope: Scope): readonly string[] {
  const where = child(select, 'whereClause')
  return (where ? conjuncts(where) : []).flatMap((part) => {
    const inner = bare(part.kind === 'BooleanTest' ? (child(part, 'arg') ?? part) : part)
    if (inner.kind !== 'ColumnRef') return []
    const names = nameParts(inner, 'fields')
    const relation = resolveColumn(scope, names.at(-2) ?? null, names.at(-1) ?? '')
    return relation ? [`${relation.oid}.${names.at(-1) ?? ''}`] : []
  })
}

import type { Column, Relation } from '../domain/catalog.ts'
import { deparseExpression, isSameExpression } from '../sql/deparse.ts'
import { child, children, constantOf, nameParts, walk } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { textsOf } from './listed.ts'
import { uncast } from './nodes.ts'

export interface Verdict {
  readonly kind: 'tautology' | 'contradiction'
  readonly why: string
}

/** The column that a reference names; null where it names none that is known. */
export type ColumnOf = (node: Node) => KnownColumn | null

export interface KnownColumn {
  readonly relation: Relation
  readonly column: Column
  /** it may be NULL although the table forbids it: beside an outer join */
  readonly optional: boolean
}

const always = (why: string): Verdict => ({ kind: 'tautology', why })
const never = (why: string): Verdict => ({ kind: 'contradiction', why })

/** What can be proven of a condition whatever the values are; null where nothing can. Unknown counts as neither. */
export function verdictOn(node: Node, columnOf: ColumnOf): Verdict | null {
  if (node.kind === 'NullTest') return nullTest(node, columnOf)
  const [left, right] = [child(node, 'lexpr'), child(node, 'rexpr')]
  if (node.kind !== 'A_Expr' || !left || !right) return null
  const operator = operatorOf(node)
  if (operator === null) return null
  const others = right.kind === 'List' ? children(right, 'items') : elementsOf(node, right)
  return (
    withNothing(operator, left, others) ??
    withItself(operator, left, others, columnOf) ??
    ofConstants(operator, left, others) ??
    ofListed(operator, left, others, columnOf) ??
    (others.length === 1 && others[0] ? ofListed(operator, others[0], [left], columnOf) : null)
  )
}

type Operator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'distinct' | 'not distinct'

/** IN and `= any (array[…])` are equality with one of several, NOT IN and `<> all (array[…])` inequality with all. */
function operatorOf(node: Node): Operator | null {
  const name = nameParts(node, 'name').at(-1)
  switch (node.fields['kind']) {
    case 'AEXPR_OP':
      return name === '=' || name === '<>' || name === '<' || name === '<=' || name === '>' || name === '>='
        ? name
        : null
    case 'AEXPR_IN':
      return name === '<>' ? '<>' : '='
    case 'AEXPR_OP_ANY':
      return name === '=' ? name : null
    case 'AEXPR_OP_ALL':
      return name === '<>' ? name : null
    case 'AEXPR_DISTINCT':
      return 'distinct'
    case 'AEXPR_NOT_DISTINCT':
      return 'not distinct'
    default:
      return null
  }
}

/** What is compared with: the elements of an array that is written out, or the other side. Another array says nothing. */
function elementsOf(node: Node, right: Node): readonly Node[] {
  const isList = /_(ANY|ALL)$/.test(String(node.fields['kind']))
  const inner = uncast(right)
  if (!isList) return [right]
  return inner.kind === 'A_ArrayExpr' ? children(inner, 'elements') : []
}

function nullTest(node: Node, columnOf: ColumnOf): Verdict | null {
  const argument = child(node, 'arg')
  const found = argument && columnOf(uncast(argument))
  if (!found || found.optional || !found.column.notNull) return null
  const why = `${found.relation.qualified}.${found.column.name} is NOT NULL`
  return node.fields['nulltesttype'] === 'IS_NULL' ? never(why) : always(why)
}

/** True of what is equal to itself, whatever it is, NULL aside. */
const REFLEXIVE: ReadonlySet<Operator> = new Set(['=', '<=', '>=', 'not distinct'])

function withItself(
  operator: Operator,
  left: Node,
  others: readonly Node[],
  columnOf: ColumnOf,
): Verdict | null {
  if (!others.some((other) => isSameExpression(left, other)) || !isSteady(left, columnOf)) return null
  const why = `${shown(left, columnOf)} is compared with itself`
  return REFLEXIVE.has(operator) ? always(why) : never(why)
}

/** Over columns alone, with nothing in it that may come out differently the next time. */
function isSteady(node: Node, columnOf: ColumnOf): boolean {
  const parts = [...walk(node)]
  return (
    parts.some((part) => columnOf(part) !== null) &&
    parts.every((part) => STEADY.has(part.kind) && (part.kind !== 'ColumnRef' || columnOf(part) !== null))
  )
}

const STEADY: ReadonlySet<string> = new Set([
  'ColumnRef',
  'TypeCast',
  'TypeName',
  'A_Const',
  'A_Expr',
  'String',
  'Integer',
])

function shown(node: Node, columnOf: ColumnOf): string {
  const found = columnOf(node)
  return found ? `${found.relation.qualified}.${found.column.name}` : (deparseExpression(node) ?? 'a value')
}

/** Whatever is compared with NULL, nothing comes of it. */
function withNothing(operator: Operator, left: Node, others: readonly Node[]): Verdict | null {
  if (operator === 'distinct' || operator === 'not distinct' || others.length === 0) return null
  const isNull = (node: Node): boolean => constantOf(uncast(node)) === null
  return isNull(left) || others.every(isNull) ? never('a comparison with NULL never holds') : null
}

type Constant = string | number | boolean

const valueOf = (node: Node): Constant | undefined => constantOf(uncast(node)) ?? undefined

/** Texts are only compared for being the same: their order is the server's. */
function ofConstants(operator: Operator, left: Node, others: readonly Node[]): Verdict | null {
  const value = valueOf(left)
  const values = others.map(valueOf)
  if (value === undefined || values.length === 0) return null
  if (values.some((other) => typeof other !== typeof value)) return null
  const isAmong = values.includes(value)
  // two texts may be one date
  if (!isAmong && ![left, ...others].every(isPlain)) return null
  const why = 'constants are compared with each other'
  switch (operator) {
    case '=':
    case 'not distinct':
      return isAmong ? always(why) : never(why)
    case '<>':
    case 'distinct':
      return isAmong ? never(why) : always(why)
    case '<':
    case '<=':
    case '>':
    case '>=':
      return typeof value === 'number' ? ofNumbers(operator, value, Number(values[0]), why) : null
  }
}

const isPlain = (node: Node): boolean =>
  node.kind !== 'TypeCast' ||
  /"sval":"(text|varchar|int4|int8|numeric)"/.test(JSON.stringify(node.fields['typeName']))

function ofNumbers(operator: '<' | '<=' | '>' | '>=', a: number, b: number, why: string): Verdict {
  const holds = { '<': a < b, '<=': a <= b, '>': a > b, '>=': a >= b }[operator]
  return holds ? always(why) : never(why)
}

/** A column whose values are listed, compared with a value that is not among them, or with all of them. */
function ofListed(
  operator: Operator,
  left: Node,
  others: readonly Node[],
  columnOf: ColumnOf,
): Verdict | null {
  const found = columnOf(uncast(left))
  const texts = found && textsOf(found.relation, found.column)
  const values = others.map(valueOf)
  if (!found || !texts || values.length === 0 || (operator !== '=' && operator !== '<>')) return null
  if (!values.every((value) => typeof value === 'string')) return null
  const name = `${found.relation.qualified}.${found.column.name}`
  const isThere = found.column.notNull && !found.optional
  if (values.every((value) => !texts.includes(value))) {
    const why = `${name} is one of ${texts.join(', ')}`
    if (operator === '=') return never(why)
    return isThere ? always(why) : null
  }
  if (!isThere || !texts.every((text) => values.includes(text))) return null
  const why = `${name} has no other values`
  return operator === '=' ? always(why) : never(why)
}

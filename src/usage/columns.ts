import type * as t from '@babel/types'
import type { RelationRef, SelectItem, Use } from '../domain/usage.ts'
import type { Link } from './chain.ts'
import { property } from './constants.ts'
import type { Constants } from './constants.ts'
import { keyName } from './nodes.ts'
import { placeOf } from './place.ts'
import type { Located } from './scope.ts'
import { parseLogic } from './select.ts'

/** One call on a query. */
export interface QueryCall {
  readonly link: Link
  readonly of: RelationRef
  /** what the query selects by then; null: not literal */
  readonly selection: readonly SelectItem[] | null
  readonly arguments: readonly Located[]
}

/** The columns that one call on a query names. */
export function columnsOf(call: QueryCall, constants: Constants): readonly Use[] {
  const { name } = call.link
  if (name === 'select') return selectionOf(call)
  if (COMPARING.has(name)) return named(call, constants)
  switch (name) {
    case 'order':
      return named(call, constants)
    case 'insert':
    case 'update':
      return keysOf(call, constants)
    case 'upsert':
      return [...keysOf(call, constants), ...conflictOf(call, constants)]
    case 'match':
      return keysOf(call, constants)
    case 'or':
      return logicOf(call, constants)
    default:
      return []
  }
}

/** Methods whose first argument is a column. */
const COMPARING: ReadonlySet<string> = new Set([
  'eq',
  'neq',
  'gt',
  'gte',
  'lt',
  'lte',
  'like',
  'likeAllOf',
  'likeAnyOf',
  'ilike',
  'ilikeAllOf',
  'ilikeAnyOf',
  'is',
  'isDistinct',
  'in',
  'notIn',
  'contains',
  'containedBy',
  'rangeGt',
  'rangeGte',
  'rangeLt',
  'rangeLte',
  'rangeAdjacent',
  'overlaps',
  'textSearch',
  'regexMatch',
  'regexIMatch',
  'not',
  'filter',
])

function selectionOf({ of, selection, arguments: [argument] }: QueryCall): readonly Use[] {
  return argument && selection && selection.length > 0
    ? [{ kind: 'selection', of, items: selection, place: placeOf(argument) }]
    : []
}

function named(call: QueryCall, constants: Constants): readonly Use[] {
  const [column, ...rest] = call.arguments
  const name = column ? constants.single(column) : null
  if (!column || name === null) return []
  const inside = call.link.name === 'order' ? embeddedIn(rest[0], constants) : []
  // `order('author(name)')` is by a column of what is embedded
  const path = call.link.name === 'order' ? name.replace(/^([^()]+)\(([^()]+)\)$/, '$1.$2') : name
  return inside === null ? [] : [columnUse(call, [...inside, path].join('.'), column)]
}

/** `{ referencedTable: 'author' }`; null where that is not literal. */
function embeddedIn(options: Located | undefined, constants: Constants): readonly string[] | null {
  if (!options) return []
  const [object] = constants.objects(options) ?? []
  if (!object) return null
  const given = property(object, 'referencedTable') ?? property(object, 'foreignTable')
  if (!given) return []
  const name = constants.single(given)
  return name === null ? null : [name]
}

const columnUse = ({ of, selection }: QueryCall, column: string, at: Located): Use => ({
  kind: 'column',
  of,
  column,
  selection,
  place: placeOf(at),
})

/** The keys of `{ … }`, of a list of such, or of a constant that is one. */
function keysOf(call: QueryCall, constants: Constants): readonly Use[] {
  const [rows] = call.arguments
  return (rows ? (constants.objects(rows) ?? []) : []).flatMap(({ node, scope }) =>
    node.properties.flatMap((one) => {
      const key = one.type === 'SpreadElement' ? null : keyName(one.key, one.computed)
      if (one.type !== 'SpreadElement' && key !== null) return [columnUse(call, key, { node: one, scope })]
      // `{ ...{ a: 1 }, b: 2 }` and `{ ...(x ? { a: 1 } : {}) }`
      const spread =
        one.type === 'SpreadElement' ? (constants.objects({ node: one.argument, scope }) ?? []) : []
      return spread.flatMap((object) =>
        plainKeys(object.node).map((name) => columnUse(call, name, { node: one, scope })),
      )
    }),
  )
}

const plainKeys = (object: t.ObjectExpression): readonly string[] =>
  object.properties.flatMap((one) =>
    one.type === 'SpreadElement' ? [] : (keyName(one.key, one.computed) ?? []),
  )

function conflictOf(call: QueryCall, constants: Constants): readonly Use[] {
  const options = call.arguments[1]
  const [object] = options ? (constants.objects(options) ?? []) : []
  const columns = object && property(object, 'onConflict')
  const text = columns ? constants.single(columns) : null
  if (!columns || text === null) return []
  return text
    .split(',')
    .map((name) => name.trim().replace(/^"(.*)"$/, '$1'))
    .filter((name) => name !== '')
    .map((name) => columnUse(call, name, columns))
}

function logicOf(call: QueryCall, constants: Constants): readonly Use[] {
  const [text, options] = call.arguments
  const inside = embeddedIn(options, constants)
  if (!text || inside === null) return []
  const known = constants.single(text) ?? withHoles(text)
  return known === null
    ? []
    : parseLogic(known).map((column) => columnUse(call, [...inside, column].join('.'), text))
}

/** `a.eq.${id},b.eq.1`: what is put in are values, as long as each stands behind an operator. */
function withHoles({ node }: Located): string | null {
  if (node.type !== 'TemplateLiteral') return null
  const texts = node.quasis.map(({ value }) => value.cooked ?? '')
  const asValues = texts
    .slice(0, -1)
    .every((text) => /\.[a-z]+\.[^,.()]*$|\.in\.\([^)]*$|\.[a-z]+\.\{[^}]*$/i.test(text))
  return asValues ? texts.join('0') : null
}

import { relationByOid } from '../domain/catalog.ts'
import type { Argument, Catalog, Relation } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import type { Binding } from '../domain/routine-facts.ts'
import { looksLikeOwner, looksLikeTenant, singular, wordsOf } from './names.ts'

/** Words that people put before the names of arguments to tell them from columns. */
const PREFIXES: ReadonlySet<string> = new Set([
  'p',
  'v',
  'in',
  'arg',
  'param',
  'input',
  'the',
  'target',
  'new',
  'my',
])
/** Numbers that say how much is wanted, not which row. */
const AMOUNTS = /limit|offset|page|count|size|max|min|rows|days|hours|depth|radius|amount|num/i

/** An argument, or what is taken from a JSON one, which may be of any type. */
export interface Guessed {
  readonly name: Argument['name']
  readonly baseType: string | null
}

/** What an argument that the body compares with no column is likely to be, by its name and type. */
export function guessBindings(
  argument: Guessed,
  named: ReadonlySet<number>,
  catalog: Catalog,
  model: Model,
): readonly Binding[] {
  const words = wordsOf(argument.name ?? '')
  const bare = words.length > 1 && PREFIXES.has(words[0] ?? '') ? words.slice(1) : words
  const relations = [...named].flatMap((oid) => relationByOid(catalog, oid) ?? [])
  const sameName = keysLike(columnsCalled(relations, bare), catalog, argument)
  if (sameName.length > 0) return sameName
  if (/^int[248]$/.test(argument.baseType ?? '')) {
    const numbers = keysLike(columnsEnding(relations, bare), catalog, argument)
    if (numbers.length > 0) return numbers
  }
  if (bare.join('') === 'email') return emailOf(catalog, model)
  if (!/^(uuid|int[248]|text|varchar)$/.test(argument.baseType ?? 'text')) return []
  const isKey = /^(id|uuid|uid|key|ref)$/.test(bare.at(-1) ?? '')
  if (argument.baseType !== 'uuid' && !isKey) return []
  const name = bare.join('_')
  const thing = (isKey ? bare.slice(0, -1) : bare).map(singular).join(' ')
  const called = catalog.relations.filter(
    (relation) => wordsOf(relation.name).map(singular).join(' ') === thing,
  )
  if (called.length > 0) return keysOf(called, argument)
  const users = keysLike(model.userRoots, catalog, argument)
  if (looksLikeOwner(name)) return users
  if (looksLikeTenant(name))
    return model.tenants.flatMap(({ relation, keyColumn }) =>
      relation === null ? [] : [{ relation, column: keyColumn }],
    )
  if (AMOUNTS.test(name)) return []
  return [...keysOf(relations, argument), ...users]
}

/** Numbers of any size are alike. */
const groupOf = (type: string | undefined): string | undefined => (/^int/.test(type ?? '') ? 'int' : type)

/** Keys that the argument can hold: a number is no uuid, a text may be anything. */
const keysLike = (keys: readonly Binding[], catalog: Catalog, { baseType }: Guessed): readonly Binding[] =>
  keys.filter(({ relation, column }) => {
    const type = relationByOid(catalog, relation)?.columns.find(({ name }) => name === column)?.baseType
    return baseType === null || !/^(uuid|int[248])$/.test(baseType) || groupOf(type) === groupOf(baseType)
  })

function columnsCalled(relations: readonly Relation[], words: readonly string[]): readonly Binding[] {
  // every table has an id: the name alone does not say which
  if (words.length === 0) return []
  return relations.flatMap(({ oid, columns }) =>
    columns
      .filter(({ name }) => wordsOf(name).join('_') === words.join('_'))
      .map(({ name }) => ({ relation: oid, column: name })),
  )
}

/** `latest_version_number`: the number of a version. */
function columnsEnding(relations: readonly Relation[], words: readonly string[]): readonly Binding[] {
  return relations.flatMap(({ oid, name, columns }) => {
    const thing = wordsOf(name).map(singular)
    return columns
      .filter((column) => {
        const called = wordsOf(column.name)
        const before = words.at(-called.length - 1)
        return (
          before !== undefined &&
          thing.includes(singular(before)) &&
          words.slice(-called.length).join('_') === called.join('_')
        )
      })
      .map((column) => ({ relation: oid, column: column.name }))
  })
}

const keysOf = (relations: readonly Relation[], { baseType }: Guessed): readonly Binding[] =>
  relations.flatMap(({ oid, keys, columns }) => {
    const [column, more] = keys.find(({ primary }) => primary)?.columns ?? []
    const type = columns.find(({ name }) => name === column)?.baseType
    return column !== undefined && more === undefined && (baseType === null || type === baseType)
      ? [{ relation: oid, column }]
      : []
  })

function emailOf(catalog: Catalog, model: Model): readonly Binding[] {
  return model.userRoots.flatMap(({ relation }) =>
    relationByOid(catalog, relation)?.columns.some(({ name }) => name === 'email')
      ? [{ relation, column: 'email' }]
      : [],
  )
}

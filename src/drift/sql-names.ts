import type { SchemaObject, Snapshot } from '../domain/drift.ts'
import { OWNER, SELF } from '../domain/drift.ts'
import { quoteName, quoteQualified } from '../sql/quote.ts'

/** What the SQL of a patch must know about the database that it is for. */
export interface PatchTarget {
  /** how OWNER is called there */
  readonly owner: string
  /** its roles are nobody else's, and may be changed */
  readonly ownsRoles: boolean
  readonly major: number
  /** what it holds now */
  readonly current: Snapshot
  /** what it is to hold */
  readonly wanted: Snapshot
}

/** The quoted name of the object, or of the relation that it belongs to. */
export const qualified = ({ path: [schema = '', name = ''] }: SchemaObject): string =>
  quoteQualified(schema, name)

/** The quoted third part of the name: of a column, policy, constraint, trigger. */
export const ownName = ({ path }: SchemaObject): string => quoteName(path[2] ?? '')

/** `schema.name(types)`, as in DROP ROUTINE. */
export const signature = (object: SchemaObject): string => `${qualified(object)}(${object.path[2] ?? ''})`

/** A role, by what it is called there. */
export function roleSql(role: string, target: PatchTarget, object?: SchemaObject): string {
  if (role === 'public') return 'public'
  if (role === OWNER) return quoteName(target.owner)
  if (role === SELF && object) return roleSql(ownerOf(object, target), target)
  return quoteName(role)
}

/** Whose the object is that a privilege is on; of default privileges whoever makes the objects. */
function ownerOf({ kind, path }: SchemaObject, { wanted }: PatchTarget): string {
  if (kind === 'default privilege') return path[0] ?? OWNER
  const [target = '', schema = '', name = '', part = ''] = path
  const owner = wanted.objects.find((object) => {
    const [first, second, third] = object.path
    if (object.facets['owner'] === undefined) return false
    if (target === 'schema') return object.kind === 'schema' && first === name
    if (target === 'function') return first === schema && second === name && third === part
    return first === schema && second === name && third === undefined
  })
  return owner?.facets['owner'] ?? OWNER
}

/** A name as the server prints it in expressions: quoted only where it must be. */
export const printed = (name: string): string => (/^[a-z_][a-z0-9_$]*$/.test(name) ? name : quoteName(name))

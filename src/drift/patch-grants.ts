import type { SchemaObject } from '../domain/drift.ts'
import { quoteName, quoteQualified } from '../sql/quote.ts'
import { roleSql } from './sql-names.ts'
import type { PatchTarget } from './sql-names.ts'

/** Takes everything from the grantee and gives what is stated. */
export function grantOn(object: SchemaObject, target: PatchTarget): string {
  const who = roleSql(object.path.at(-1) ?? '', target, object)
  const { on, list } = grantTarget(object)
  const words = (object.facets['privileges'] ?? '').split(', ').filter((word) => word !== '')
  const plain = words.filter((word) => !word.endsWith('*'))
  const grantable = words.filter((word) => word.endsWith('*')).map((word) => word.slice(0, -1))
  return [
    revokeOn(object, target),
    ...(plain.length > 0 ? [`grant ${list(plain)} on ${on} to ${who}`] : []),
    ...(grantable.length > 0 ? [`grant ${list(grantable)} on ${on} to ${who} with grant option`] : []),
  ].join('; ')
}

export function revokeOn(object: SchemaObject, target: PatchTarget): string {
  const { on, list } = grantTarget(object)
  return `revoke ${list(['all'])} on ${on} from ${roleSql(object.path.at(-1) ?? '', target, object)} cascade`
}

function grantTarget({ path }: SchemaObject): { on: string; list: (words: readonly string[]) => string } {
  const [target = '', schema = '', name = '', part = ''] = path
  const plainly = (words: readonly string[]): string => words.join(', ')
  switch (target) {
    case 'schema':
      return { on: `schema ${quoteName(name)}`, list: plainly }
    case 'function':
      return { on: `routine ${quoteQualified(schema, name)}(${part})`, list: plainly }
    case 'sequence':
      return { on: `sequence ${quoteQualified(schema, name)}`, list: plainly }
    default:
      return {
        on: quoteQualified(schema, name),
        list: (words) =>
          part === '' ? plainly(words) : words.map((word) => `${word} (${quoteName(part)})`).join(', '),
      }
  }
}

export function grantDefaults(object: SchemaObject, target: PatchTarget): string {
  const words = object.facets['privileges'] ?? ''
  const { start, what, who } = defaultsOf(object, target)
  return `${revokeDefaults(object, target)}; ${start} grant ${words} on ${what} to ${who}`
}

export function revokeDefaults(object: SchemaObject, target: PatchTarget): string {
  const { start, what, who } = defaultsOf(object, target)
  return `${start} revoke all on ${what} from ${who}`
}

function defaultsOf(
  object: SchemaObject,
  target: PatchTarget,
): { readonly start: string; readonly what: string; readonly who: string } {
  const [role = '', schema = '', what = '', grantee = ''] = object.path
  const within = schema === '' ? '' : ` in schema ${quoteName(schema)}`
  return {
    start: `alter default privileges for role ${roleSql(role, target)}${within}`,
    what,
    who: roleSql(grantee, target, object),
  }
}

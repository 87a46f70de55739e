import type { SchemaObject } from '../domain/drift.ts'
import { quoteLiteral, quoteName, quoteQualified } from '../sql/quote.ts'
import { revokeDefaults, revokeOn } from './patch-grants.ts'
import { ownName, qualified, signature } from './sql-names.ts'
import type { PatchTarget } from './sql-names.ts'

/** What takes an object away, with everything that hangs on it: what is still wanted of that is made again. */
export function dropSql(object: SchemaObject, target: PatchTarget): readonly string[] {
  const { kind, path } = object
  const name = quoteName(path[0] ?? '')
  switch (kind) {
    case 'role':
    case 'row security':
      // a role that nothing names any more does not matter; a switch goes with its table
      return []
    case 'membership':
      return target.ownsRoles ? [`revoke ${quoteName(path[1] ?? '')} from ${name}`] : []
    case 'schema':
      return [`drop schema if exists ${name} cascade`]
    case 'extension':
      return [`drop extension if exists ${name} cascade`]
    case 'enum':
    case 'composite type':
    case 'range':
      return [`drop type if exists ${qualified(object)} cascade`]
    case 'domain':
    case 'sequence':
    case 'view':
    case 'materialized view':
      return [`drop ${kind} if exists ${qualified(object)} cascade`]
    case 'function':
    case 'aggregate':
      return [`drop routine if exists ${signature(object)} cascade`]
    case 'table':
      return [
        `drop ${object.facets['kind'] === 'foreign table' ? 'foreign table' : 'table'} if exists ${qualified(object)} cascade`,
      ]
    case 'column':
      return [`alter table if exists ${qualified(object)} drop column if exists ${ownName(object)} cascade`]
    case 'constraint':
      return [
        `alter table if exists ${qualified(object)} drop constraint if exists ${ownName(object)} cascade`,
      ]
    case 'unique index':
      return [`drop index if exists ${quoteQualified(path[0] ?? '', path[2] ?? '')}`]
    case 'rule':
    case 'policy':
    case 'trigger':
      return [`drop ${kind} if exists ${ownName(object)} on ${qualified(object)}`]
    case 'event trigger':
    case 'publication':
      return [`drop ${kind} if exists ${name}`]
    case 'privilege':
      return [revokeOn(object, target)]
    case 'default privilege':
      return [revokeDefaults(object, target)]
    case 'published':
      return [`alter publication ${name} drop table ${quoteQualified(path[1] ?? '', path[2] ?? '')}`]
    case 'bucket':
      return [`delete from storage.buckets where id = ${quoteLiteral(path[0] ?? '')}`]
  }
}

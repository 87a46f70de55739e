import type { SchemaObject } from '../domain/drift.ts'
import { facetChanges } from './compare.ts'
import {
  bucketSql,
  createSql,
  membershipSql,
  ownerSql,
  publicationSql,
  publishedSql,
  roleAttributes,
  rowSecuritySql,
  sequenceLinks,
  sequenceOptions,
  triggerStateSql,
} from './patch-create.ts'
import { dropSql } from './patch-drop.ts'
import { grantDefaults, grantOn } from './patch-grants.ts'
import { ownName, printed, qualified } from './sql-names.ts'
import type { PatchTarget } from './sql-names.ts'
import { quoteName } from '../sql/quote.ts'

/** The statements that make one of what is there: what must go first, and what comes then. */
export interface Alteration {
  readonly drops: readonly string[]
  readonly creates: readonly string[]
}

const only = (...creates: readonly string[]): Alteration => ({ drops: [], creates })

/** From an object as it is to the same as it should be. What cannot be changed in place is dropped and made again. */
export function alterSql(before: SchemaObject, after: SchemaObject, target: PatchTarget): Alteration {
  const changed = new Set(facetChanges(before, after).map(({ name }) => name))
  const isOwnerAlone = changed.size === 1 && changed.has('owner')
  if (isOwnerAlone) return only(...ownerSql(after, target))
  switch (after.kind) {
    case 'role':
      return target.ownsRoles
        ? only(`alter role ${quoteName(after.path[0] ?? '')} ${roleAttributes(after)}`)
        : only()
    case 'membership':
      return target.ownsRoles ? only(membershipSql(after, target)) : only()
    case 'schema':
      return only(...ownerSql(after, target))
    case 'extension':
      return only(
        `alter extension ${quoteName(after.path[0] ?? '')} set schema ${quoteName(after.facets['schema'] ?? '')}`,
      )
    case 'enum':
      return alterEnum(before, after, target)
    case 'domain':
      return alterDomain(before, after, changed, target)
    case 'sequence':
      return only(
        `alter sequence ${qualified(after)} ${sequenceOptions(after)}`,
        ...(after.facets['owned by'] === undefined
          ? [`alter sequence ${qualified(after)} owned by none`]
          : []),
        ...sequenceLinks(after, target),
      )
    case 'function':
      return ['kind', 'arguments', 'returns', 'language'].some((name) => changed.has(name))
        ? anew(before, after, target)
        : only(...createSql(after, target))
    case 'column':
      return alterColumn(before, after, changed, target)
    case 'row security':
      return only(...rowSecuritySql(after))
    case 'trigger':
      return changed.has('definition') ? anew(before, after, target) : only(triggerStateSql(after))
    case 'privilege':
      return only(grantOn(after, target))
    case 'default privilege':
      return only(grantDefaults(after, target))
    case 'publication':
      return only(publicationSql(after))
    case 'published':
      return { drops: dropSql(before, target), creates: [publishedSql(after)] }
    case 'bucket':
      return only(bucketSql(after))
    case 'composite type':
    case 'range':
    case 'aggregate':
    case 'table':
    case 'constraint':
    case 'unique index':
    case 'view':
    case 'materialized view':
    case 'rule':
    case 'policy':
    case 'event trigger':
      return anew(before, after, target)
  }
}

function anew(before: SchemaObject, after: SchemaObject, target: PatchTarget): Alteration {
  return { drops: dropSql(before, target), creates: createSql(after, target) }
}

const labelsOf = ({ facets }: SchemaObject): readonly string[] =>
  (facets['labels'] ?? '').match(/E?'(?:[^']|'')*'/g) ?? []

/** Labels can be added to an enum, and not be taken away or moved. */
function alterEnum(before: SchemaObject, after: SchemaObject, target: PatchTarget): Alteration {
  const old = labelsOf(before)
  const labels = labelsOf(after)
  const isGrown = old.join() === labels.filter((label) => old.includes(label)).join()
  if (!isGrown) return anew(before, after, target)
  const added = labels.flatMap((label, index) => {
    if (old.includes(label)) return []
    const place =
      index === 0 ? (old[0] === undefined ? '' : ` before ${old[0]}`) : ` after ${labels[index - 1]}`
    return [`alter type ${qualified(after)} add value ${label}${place}`]
  })
  return only(...added, ...ownerSql(after, target))
}

function alterDomain(
  before: SchemaObject,
  after: SchemaObject,
  changed: ReadonlySet<string>,
  target: PatchTarget,
): Alteration {
  if (changed.has('type')) return anew(before, after, target)
  const domain = `alter domain ${qualified(after)}`
  const fallback = after.facets['default']
  const dropped = (before.extra['check names'] ?? '').split(',').filter((name) => name !== '')
  const added = (after.facets['checks'] ?? '').split(/\n(?=constraint )/).filter((check) => check !== '')
  return only(
    ...(changed.has('default')
      ? [`${domain} ${fallback === undefined ? 'drop default' : `set default ${fallback}`}`]
      : []),
    ...(changed.has('not null') ? [`${domain} ${after.facets['not null'] ? 'set' : 'drop'} not null`] : []),
    ...(changed.has('checks')
      ? [
          [
            ...dropped.map((name) => `${domain} drop constraint ${name}`),
            ...added.map((check) => `${domain} add ${check}`),
          ].join('; '),
        ]
      : []),
    ...ownerSql(after, target),
  )
}

function alterColumn(
  before: SchemaObject,
  after: SchemaObject,
  changed: ReadonlySet<string>,
  target: PatchTarget,
): Alteration {
  if (changed.has('generated')) return anew(before, after, target)
  const { type = '', collation, default: fallback, identity } = after.facets
  const table = `alter table ${qualified(after)}`
  const column = `${table} alter column ${ownName(after)}`
  const isRetyped = changed.has('type') || changed.has('collation')
  const creates = [
    ...(changed.has('identity') && before.facets['identity'] !== undefined
      ? [`${column} drop identity if exists`]
      : []),
    ...(isRetyped || changed.has('default') ? [`${column} drop default`] : []),
    ...(isRetyped
      ? [
          `${column} type ${type}${collation === undefined ? '' : ` collate ${collation}`} using ${ownName(after)}::text::${type}`,
        ]
      : []),
    ...(changed.has('not null') ? [`${column} ${after.facets['not null'] ? 'set' : 'drop'} not null`] : []),
    ...(fallback !== undefined && (isRetyped || changed.has('default'))
      ? [`${column} set default ${fallback}`]
      : []),
    ...(changed.has('identity') && identity !== undefined
      ? [`${column} add generated ${identity} as identity`]
      : []),
  ]
  return { drops: isRetyped ? inTheWayOf(after, target) : [], creates: [creates.join('; ')] }
}

/** Policies and views that name a column keep it from changing its type. They are made again. */
function inTheWayOf({ path, relation }: SchemaObject, target: PatchTarget): readonly string[] {
  const name = `${printed(path[0] ?? '')}.${printed(path[1] ?? '')}`
  return target.current.objects.flatMap((object) => {
    const isOwn = ['policy', 'trigger', 'rule'].includes(object.kind) && object.relation === relation
    const reads =
      ['policy', 'view', 'materialized view', 'rule'].includes(object.kind) &&
      Object.values(object.facets).some((text) => text.includes(name))
    return isOwn || reads ? dropSql(object, target) : []
  })
}

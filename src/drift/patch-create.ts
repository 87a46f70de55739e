import type { SchemaObject } from '../domain/drift.ts'
import { quoteLiteral, quoteName } from '../sql/quote.ts'
import { grantDefaults, grantOn } from './patch-grants.ts'
import { ownName, qualified, roleSql, signature } from './sql-names.ts'
import type { PatchTarget } from './sql-names.ts'

/** The statements that make an object as `wanted` has it. Each is sent by itself: several in one are all or nothing. */
export function createSql(object: SchemaObject, target: PatchTarget): readonly string[] {
  const { kind, path, facets, extra } = object
  const name = quoteName(path[0] ?? '')
  switch (kind) {
    case 'role':
      return [`create role ${name} nologin ${roleAttributes(object)}`]
    case 'membership':
      return target.ownsRoles ? [membershipSql(object, target)] : []
    case 'schema':
      return [`create schema if not exists ${name}`, ...ownerSql(object, target)]
    case 'extension':
      return [`create extension if not exists ${name} schema ${quoteName(facets['schema'] ?? '')} cascade`]
    case 'enum':
    case 'domain':
    case 'composite type':
    case 'range':
      return [typeSql(object), ...ownerSql(object, target)]
    case 'sequence':
      return [
        `create sequence ${qualified(object)} ${sequenceOptions(object)}`,
        ...sequenceLinks(object, target),
      ]
    case 'function':
      return [extra['definition'] ?? '', ...ownerSql(object, target)]
    case 'aggregate':
      return [`create aggregate ${signature(object)} (${facets['steps'] ?? ''})`, ...ownerSql(object, target)]
    case 'table':
      return [tableSql(object, target), ...ownerSql(object, target)]
    case 'column':
      return [`alter table ${qualified(object)} add column ${columnSql(object)}`]
    case 'constraint':
      return [
        `alter table ${qualified(object)} add constraint ${ownName(object)} ${facets['definition'] ?? ''}`,
      ]
    case 'unique index':
    case 'rule':
      return [facets['definition'] ?? '']
    case 'view':
    case 'materialized view':
      return [viewSql(object), ...ownerSql(object, target)]
    case 'row security':
      return rowSecuritySql(object)
    case 'policy':
      return [policySql(object)]
    case 'trigger':
      return [`${facets['definition'] ?? ''}; ${triggerStateSql(object)}`]
    case 'event trigger':
      return [eventTriggerSql(object)]
    case 'privilege':
      return [grantOn(object, target)]
    case 'default privilege':
      return [grantDefaults(object, target)]
    case 'publication':
      return [publicationSql(object)]
    case 'published':
      return [publishedSql(object)]
    case 'bucket':
      return [bucketSql(object)]
  }
}

/** Never a superuser: what runs with such a role's rights could leave the database. Row security binds it no more than one. */
export function roleAttributes({ facets }: SchemaObject): string {
  const isAbove = facets['superuser'] !== undefined || facets['bypasses row security'] !== undefined
  return ['nosuperuser', isAbove ? 'bypassrls' : 'nobypassrls', facets['inherits'] ?? 'inherit'].join(' ')
}

/** Before PostgreSQL 16 a membership has no options: what the member inherits is its own attribute. */
export function membershipSql({ path, facets }: SchemaObject, { major }: PatchTarget): string {
  const [member = '', role = ''] = path
  const options =
    major < 16
      ? ''
      : ` with inherit ${facets['inherits'] !== undefined}, set ${facets['becomes'] !== undefined}`
  return `grant ${quoteName(role)} to ${quoteName(member)}${options}`
}

const OWNED: Readonly<Partial<Record<SchemaObject['kind'], string>>> = {
  enum: 'type',
  domain: 'domain',
  'composite type': 'type',
  range: 'type',
  sequence: 'sequence',
  function: 'routine',
  aggregate: 'routine',
  table: 'table',
  view: 'view',
  'materialized view': 'materialized view',
}

export function ownerSql(object: SchemaObject, target: PatchTarget): readonly string[] {
  const owner = object.facets['owner']
  if (owner === undefined) return []
  const to = `owner to ${roleSql(owner, target)}`
  if (object.kind === 'schema') {
    const name = object.path[0] ?? ''
    // the owner of the database owns it, whoever that is
    return name === 'public' ? [] : [`alter schema ${quoteName(name)} ${to}`]
  }
  const isRoutine = object.kind === 'function' || object.kind === 'aggregate'
  return [`alter ${OWNED[object.kind] ?? 'table'} ${isRoutine ? signature(object) : qualified(object)} ${to}`]
}

function typeSql(object: SchemaObject): string {
  const { kind, facets } = object
  const name = qualified(object)
  if (kind === 'enum') return `create type ${name} as enum (${facets['labels'] ?? ''})`
  if (kind === 'composite type') return `create type ${name} as (${facets['attributes'] ?? ''})`
  if (kind === 'range') return `create type ${name} as range (subtype = ${facets['type'] ?? ''})`
  const rest = ['default', 'not null', 'checks'].flatMap((key) => {
    const text = facets[key]
    return text === undefined ? [] : [key === 'default' ? `default ${text}` : text]
  })
  return [`create domain ${name} as ${facets['type'] ?? ''}`, ...rest].join(' ')
}

export function sequenceOptions({ facets }: SchemaObject): string {
  return [
    `as ${facets['type'] ?? 'bigint'}`,
    `increment ${facets['increment'] ?? '1'}`,
    `minvalue ${facets['minimum'] ?? '1'}`,
    `maxvalue ${facets['maximum'] ?? '1'}`,
    `start ${facets['start'] ?? '1'}`,
    `cache ${facets['cache'] ?? '1'}`,
    facets['cycle'] ?? 'no cycle',
  ].join(' ')
}

/** A sequence that numbers a column has the owner of its table. */
export function sequenceLinks(object: SchemaObject, target: PatchTarget): readonly string[] {
  const column = object.facets['owned by']
  return [
    ...ownerSql(object, target),
    ...(column === undefined ? [] : [`alter sequence ${qualified(object)} owned by ${column}`]),
  ]
}

function tableSql(object: SchemaObject, { wanted }: PatchTarget): string {
  const { facets, relation } = object
  const name = qualified(object)
  const partitioned =
    facets['partitioned by'] === undefined ? '' : ` partition by ${facets['partitioned by']}`
  if (facets['partition of'] !== undefined)
    return `create table ${name} partition of ${facets['partition of']} ${facets['bound'] ?? ''}${partitioned}`
  const columns = wanted.objects.filter(
    (one) => one.kind === 'column' && one.relation === relation && one.extra['local'] !== undefined,
  )
  const list = `(${columns.map(columnSql).join(', ')})`
  const parents = facets['inherits'] === undefined ? '' : ` inherits (${facets['inherits']})`
  const kind = facets['kind'] ?? 'table'
  if (kind === 'foreign table')
    return `create foreign table ${name} ${list}${parents} server ${quoteName(facets['server'] ?? '')}`
  return `create ${kind === 'unlogged table' ? kind : 'table'} ${name} ${list}${parents}${partitioned}`
}

export function columnSql(object: SchemaObject): string {
  const { facets, extra } = object
  const say = (key: string, text: string): readonly string[] => (facets[key] === undefined ? [] : [text])
  const numbered = extra['sequence'] === undefined ? '' : ` (sequence name ${extra['sequence']})`
  return [
    ownName(object),
    facets['type'] ?? '',
    ...say('collation', `collate ${facets['collation']}`),
    ...say('default', `default ${facets['default']}`),
    ...say('generated', `generated always as ${facets['generated']}`),
    ...say('identity', `generated ${facets['identity']} as identity${numbered}`),
    ...say('not null', 'not null'),
  ].join(' ')
}

function viewSql(object: SchemaObject): string {
  const { kind, facets } = object
  const options = ['security_invoker', 'security_barrier', 'check_option'].flatMap((key) =>
    facets[key] === undefined ? [] : [`${key} = ${facets[key]}`],
  )
  const withOptions = options.length === 0 ? '' : ` with (${options.join(', ')})`
  return `create ${kind} ${qualified(object)}${withOptions} as ${(facets['definition'] ?? '').replace(/;\s*$/, '')}`
}

export function rowSecuritySql(object: SchemaObject): readonly string[] {
  const { enabled, forced } = object.facets
  const table = `alter table ${qualified(object)}`
  return [
    `${table} ${enabled === 'on' ? 'enable' : 'disable'} row level security; ${table} ${forced === 'on' ? 'force' : 'no force'} row level security`,
  ]
}

function policySql(object: SchemaObject): string {
  const { facets } = object
  const say = (key: string): readonly string[] =>
    facets[key] === undefined ? [] : [`${key} (${facets[key]})`]
  return [
    `create policy ${ownName(object)} on ${qualified(object)} as ${facets['kind'] ?? 'permissive'}`,
    `for ${facets['command'] ?? 'all'} to ${facets['roles'] ?? 'public'}`,
    ...say('using'),
    ...say('with check'),
  ].join(' ')
}

export function triggerStateSql(object: SchemaObject): string {
  const states: Readonly<Record<string, string>> = {
    origin: 'enable',
    disabled: 'disable',
    replica: 'enable replica',
    always: 'enable always',
  }
  const state = states[object.facets['enabled'] ?? 'origin'] ?? 'enable'
  return `alter table ${qualified(object)} ${state} trigger ${ownName(object)}`
}

function eventTriggerSql({ path, facets }: SchemaObject): string {
  const name = quoteName(path[0] ?? '')
  const when = facets['tags'] === undefined ? '' : ` when tag in (${facets['tags']})`
  const made = `create event trigger ${name} on ${facets['event'] ?? ''}${when} execute function ${facets['function'] ?? ''}()`
  return facets['enabled'] === 'disabled' ? `${made}; alter event trigger ${name} disable` : made
}

export function publicationSql({ path, facets }: SchemaObject): string {
  const name = quoteName(path[0] ?? '')
  const schemas = facets['schemas'] === undefined ? '' : ` for tables in schema ${facets['schemas']}`
  return `drop publication if exists ${name}; create publication ${name}${facets['tables'] === 'all' ? ' for all tables' : schemas}`
}

export function publishedSql({ path, facets }: SchemaObject): string {
  const [publication = '', schema = '', table = ''] = path
  const columns = facets['columns'] === undefined ? '' : ` (${facets['columns']})`
  const rows = facets['rows'] === undefined ? '' : ` where (${facets['rows']})`
  return `alter publication ${quoteName(publication)} add table ${quoteName(schema)}.${quoteName(table)}${columns}${rows}`
}

export function bucketSql({ path, facets }: SchemaObject): string {
  const id = quoteLiteral(path[0] ?? '')
  const types = facets['mime types']
  const values = [
    String(facets['public'] === 'public'),
    facets['file size limit'] ?? 'null',
    types === undefined ? 'null' : `string_to_array(${quoteLiteral(types)}, ', ')`,
  ]
  return `insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values (${id}, ${id}, ${values.join(', ')})
    on conflict (id) do update set public = excluded.public, file_size_limit = excluded.file_size_limit, allowed_mime_types = excluded.allowed_mime_types`
}

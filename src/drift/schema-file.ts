import type { SchemaObject, Snapshot } from '../domain/drift.ts'
import { children, parseStatements } from '../sql/parse.ts'
import type { Node } from '../sql/parse.ts'
import { quoteLiteral, quoteName } from '../sql/quote.ts'
import { splitScript } from '../sql/split.ts'

/** What a file says about itself: a dump leaves out much that belongs to the schema, depending on how it was made. */
export interface SchemaFile {
  readonly statements: number
  /** pg_dump's, or of a tool that calls it: what it states is complete in itself */
  readonly isDump: boolean
  readonly grants: boolean
  /** roles that it makes */
  readonly makes: readonly string[]
  /** roles that it names and does not make */
  readonly roles: readonly string[]
}

/** Reads a schema file without running it. The parser must have been loaded. */
export function readSchemaFile(text: string): SchemaFile {
  const parts = splitScript(text).filter((part) => part.kind !== 'meta')
  const nodes = parts.flatMap((part) => (part.kind === 'statement' ? (parseStatements(part.text) ?? []) : []))
  const made = new Set(
    nodes.flatMap(({ kind, fields }) =>
      kind === 'CreateRoleStmt' && typeof fields['role'] === 'string' ? [fields['role']] : [],
    ),
  )
  return {
    statements: parts.length,
    isDump: DUMP.test(text),
    grants: nodes.some(({ kind }) => kind === 'GrantStmt'),
    makes: [...made],
    roles: [...new Set(nodes.flatMap(rolesNamedIn))].filter((name) => !made.has(name)).sort(),
  }
}

/** The first lines of pg_dump, and what they become where a tool takes its comments away. */
const DUMP =
  /^-- PostgreSQL database dump$|^\s*select\s+(?:pg_catalog\.)?set_config\('search_path',\s*'',\s*false\)/im

function rolesNamedIn(node: Node): readonly string[] {
  const granted = node.kind === 'GrantRoleStmt' ? children(node, 'granted_roles') : []
  return [
    ...roleNames(node.fields),
    ...granted.flatMap(({ fields }) =>
      typeof fields['priv_name'] === 'string' ? [fields['priv_name']] : [],
    ),
  ]
}

/** Whatever is called `rolename`: where a field can be nothing but a role, the parser does not say what it is. */
function roleNames(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]: readonly [string, unknown]) =>
    key === 'rolename' && typeof inner === 'string' ? [inner] : roleNames(inner),
  )
}

/** Makes the roles that a file does not make, as the migrations have them: dumps of a database hold none. */
export function rolesForFile(file: SchemaFile, { objects }: Snapshot): string {
  const roles = objects.filter(({ kind }) => kind === 'role')
  const known = new Map(roles.map(({ path, facets }) => [path[0] ?? '', facets]))
  const names = [...new Set([...known.keys(), ...file.roles])].filter(
    (name) => !name.startsWith('pg_') && !file.makes.includes(name),
  )
  const makes = names.map((name) => {
    const facets = known.get(name)
    const attributes = [facets?.['bypasses row security'] ?? 'nobypassrls', facets?.['inherits'] ?? 'inherit']
    return `if not exists (select from pg_catalog.pg_roles where rolname = ${quoteLiteral(name)}) then
      create role ${quoteName(name)} nologin ${attributes.join(' ')};
    end if;`
  })
  const joins = objects
    .filter(({ kind, path }) => kind === 'membership' && path.every((name) => known.has(name)))
    .filter(({ path }) => !path.some((name) => file.makes.includes(name)))
    .map(({ path: [member = '', role = ''] }) => joinSql(member, role))
  return makes.length === 0
    ? ''
    : `do $rls_harness$ begin ${[...makes, ...joins].join('\n')} end $rls_harness$`
}

const joinSql = (member: string, role: string): string =>
  `if not exists (
      select from pg_catalog.pg_auth_members a
      where a.member = ${quoteLiteral(quoteName(member))}::regrole and a.roleid = ${quoteLiteral(quoteName(role))}::regrole
    ) then
      grant ${quoteName(role)} to ${quoteName(member)};
    end if;`

/** What a file says nothing about, and how to say that. */
export interface Unstated {
  readonly is: (object: SchemaObject) => boolean
  readonly notes: readonly string[]
}

/** Kinds that a dump leaves out as a whole, by how it was made. */
const LEFT_OUT: readonly {
  readonly kinds: readonly SchemaObject['kind'][]
  readonly words: string
  readonly inDumpsAlone: boolean
}[] = [
  { kinds: ['bucket'], words: 'buckets', inDumpsAlone: false },
  { kinds: ['extension'], words: 'extensions', inDumpsAlone: true },
  { kinds: ['published', 'publication'], words: 'publications', inDumpsAlone: true },
  { kinds: ['event trigger'], words: 'event triggers', inDumpsAlone: true },
]

/**
 * What the migrations make and a file leaves out as a whole is not compared: a dump of one schema is no statement about
 * the policies of Storage.
 */
export function unstatedIn(
  file: SchemaFile,
  state: Snapshot,
  migrations: Snapshot,
  platformSchemas: readonly string[],
): Unstated {
  const has = ({ objects }: Snapshot, kinds: readonly string[]): boolean =>
    objects.some(({ kind, path }) => kinds.includes(kind) && !(kind === 'publication' && path.length === 1))
  const left = LEFT_OUT.filter(
    ({ kinds, inDumpsAlone }) =>
      (file.isDump || !inDumpsAlone) && !has(state, kinds) && has(migrations, kinds),
  )
  const withoutGrants = file.isDump && !file.grants
  const schemas = platformSchemas.filter(
    (schema) => file.isDump && !policiesIn(state, schema) && policiesIn(migrations, schema),
  )
  const kinds = new Set<SchemaObject['kind']>([
    ...left.flatMap((one) => one.kinds),
    ...(withoutGrants ? ['privilege' as const, 'default privilege' as const] : []),
  ])
  const words = [
    ...left.map((one) => one.words),
    ...(withoutGrants ? ['privileges'] : []),
    ...schemas.map((schema) => `policies and triggers of ${schema}`),
  ]
  return {
    is: ({ kind, path }) =>
      kinds.has(kind) ||
      (['policy', 'row security', 'trigger'].includes(kind) && schemas.includes(path[0] ?? '')),
    notes: words.length === 0 ? [] : [`it says nothing about ${words.join(', ')}: these were not compared`],
  }
}

const policiesIn = ({ objects }: Snapshot, schema: string): boolean =>
  objects.some(({ kind, path }) => (kind === 'policy' || kind === 'trigger') && path[0] === schema)

import type { GrantStatement, GrantedName } from '../domain/grants.ts'
import { child, children, parseStatements, plpgsqlQueries, stringOf, walk } from './parse.ts'
import type { Node } from './parse.ts'

type Said = Omit<GrantStatement, 'file' | 'line' | 'number'>

/** What a message grants and revokes on tables and sequences, also inside DO blocks. What does not parse says nothing. */
export function readGrants(text: string): readonly Said[] {
  return (parseStatements(text) ?? []).flatMap(readStatement)
}

function readStatement(node: Node): readonly Said[] {
  switch (node.kind) {
    case 'GrantStmt':
      return readGrant(node, null)
    case 'AlterDefaultPrivilegesStmt': {
      const action = node.fields['action']
      return typeof action === 'object' && action !== null
        ? readGrant({ kind: 'GrantStmt', fields: action as Record<string, unknown> }, schemasOf(node))
        : []
    }
    case 'DoStmt':
      return [...walk(node)].flatMap((part) => readBlock(stringOf(part) ?? ''))
    default:
      return []
  }
}

/** Statements of a block, and those that it executes as far as they stand there as text. */
function readBlock(body: string): readonly Said[] {
  const queries = plpgsqlQueries(
    `create function f() returns void language plpgsql as $rls_harness$${body}$rls_harness$`,
  )
  return (queries ?? []).flatMap((query) => [...readGrants(query), ...executed(query)])
}

/** A name that is only known while the block runs. */
const PLACEHOLDER = 'rls_harness_any'

function executed(query: string): readonly Said[] {
  const trees = parseStatements(`select ${query}`) ?? []
  return trees
    .flatMap((tree) => [...walk(tree)])
    .flatMap((node) => constantsOf(node))
    .filter((text) => /^\s*(grant|revoke|alter\s+default)\b/i.test(text))
    .flatMap((text) => readGrants(text.replaceAll(/%\d*\$?[Is]/g, PLACEHOLDER)))
}

function constantsOf(node: Node): readonly string[] {
  const value = node.kind === 'A_Const' ? node.fields['sval'] : undefined
  const text = typeof value === 'object' && value !== null ? (value as { sval?: unknown }).sval : undefined
  return typeof text === 'string' ? [text] : []
}

const TARGETS = {
  ACL_TARGET_OBJECT: 'objects',
  ACL_TARGET_ALL_IN_SCHEMA: 'schemas',
  ACL_TARGET_DEFAULTS: 'defaults',
} as const

const KINDS = { OBJECT_TABLE: 'tables', OBJECT_SEQUENCE: 'sequences' } as const

function readGrant(node: Node, schemas: readonly GrantedName[] | null): readonly Said[] {
  const target = TARGETS[String(node.fields['targtype']) as keyof typeof TARGETS]
  const on = KINDS[String(node.fields['objtype']) as keyof typeof KINDS]
  if (!target || !on) return []
  const names = schemas ?? children(node, 'objects').map(nameOf)
  const privileges = children(node, 'privileges').map((one) => ({
    name: typeof one.fields['priv_name'] === 'string' ? one.fields['priv_name'] : 'all',
    columns: children(one, 'cols').flatMap((column) => stringOf(column) ?? []),
  }))
  return [
    {
      grants: node.fields['is_grant'] === true,
      target,
      on,
      names: names.some(({ schema, name }) => schema === PLACEHOLDER || name === PLACEHOLDER) ? null : names,
      privileges: privileges.length === 0 ? 'all' : privileges,
      roles: children(node, 'grantees').map(({ fields }) =>
        fields['roletype'] === 'ROLESPEC_PUBLIC' ? 'public' : String(fields['rolename'] ?? ''),
      ),
    },
  ]
}

function nameOf(node: Node): GrantedName {
  if (node.kind === 'String') return { schema: stringOf(node) ?? null, name: null }
  const { schemaname, relname } = node.fields
  return {
    schema: typeof schemaname === 'string' ? schemaname : null,
    name: typeof relname === 'string' ? relname : null,
  }
}

function schemasOf(node: Node): readonly GrantedName[] {
  const option = children(node, 'options').find(({ fields }) => fields['defname'] === 'schemas')
  const list = option && child(option, 'arg')
  const named = list ? children(list, 'items').map(nameOf) : []
  return named.length > 0 ? named : [{ schema: null, name: null }]
}

import type { Catalog, Relation } from '../domain/catalog.ts'
import { relationByName } from '../domain/catalog.ts'
import type { TenantKind } from '../domain/ownership.ts'
import { parseExpression, walk } from '../sql/parse.ts'
import { meaningOf } from './expression.ts'
import type { Mentions } from './lookups.ts'
import { looksLikeTenant } from './names.ts'
import { expressionsOf, nameConditions } from './naming.ts'
import type { Reading } from './policy-facts.ts'

/** What every token says of its user without naming a group. */
const PERSONAL =
  /^(sub|role|aud|email|phone|aal|session_id|is_anonymous|user_metadata\.(email|name|full_name|sub))$/

/**
 * Groups that stand in no table and in no column: a claim that policies hold against the names of objects or topics. Its
 * key is text that somebody chose unless it is called an id.
 */
export function withNamedTenants(
  catalog: Catalog,
  tenants: readonly TenantKind[],
  mentions: Mentions,
  reading: Reading,
): readonly TenantKind[] {
  const paths = ['storage.objects', 'realtime.messages'].flatMap((name) => {
    const relation = relationByName(catalog, name)
    return relation ? claimsIn(relation, reading) : []
  })
  const fresh = new Map(paths.map((path) => [path.join('.'), path]))
  let known = tenants
  for (const [name, path] of fresh) {
    if (known.some(({ claims }) => claims.some((claim) => claim.join('.') === name))) continue
    if (!mentions.claims.has(name))
      mentions.claims.set(name, {
        path,
        literals: new Set(),
        list: false,
        elements: false,
        columns: new Map(),
      })
    known = withClaim(known, path)
  }
  return known
}

function claimsIn(relation: Relation, reading: Reading): readonly (readonly string[])[] {
  const conditions = expressionsOf(relation.policies)
    .flatMap((text) => parseExpression(text) ?? [])
    .flatMap((tree) => nameConditions(tree, relation, reading))
  return conditions
    .flatMap((leaf) => [...walk(leaf)])
    .flatMap((node) => {
      const meaning = meaningOf(node, reading.routines, reading.identity)
      const isPath = meaning.is === 'claim' || (meaning.is === 'claims' && meaning.path.length > 1)
      return isPath && 'path' in meaning && !PERSONAL.test(meaning.path.join('.')) ? [meaning.path] : []
    })
}

/** An id of the only group that has a table is that table's key. */
function withClaim(tenants: readonly TenantKind[], path: readonly string[]): readonly TenantKind[] {
  const last = path.at(-1) ?? ''
  const isId = /id$/i.test(last)
  const [only, more] = tenants.filter(({ relation, claims }) => relation !== null && claims.length === 0)
  if (only && !more && isId && looksLikeTenant(last))
    return tenants.map((kind) => (kind === only ? { ...kind, claims: [path] } : kind))
  const kind: TenantKind = {
    relation: null,
    name: path.join('.'),
    keyColumn: last,
    memberships: [],
    claims: [path],
    ...(isId ? {} : { textual: true }),
    evidence: `claim ${path.join('.')} is held against names`,
  }
  return [...tenants, kind]
}

import type { Catalog, Policy, Relation } from '../domain/catalog.ts'
import { policiesFor } from '../domain/catalog.ts'
import { placeAt } from '../domain/place.ts'
import type { Blame } from '../domain/report.ts'
import type { Command, Standing } from '../domain/vocabulary.ts'

/** Where in the migrations an object was last defined. */
export interface Definition {
  /** `policy`, `view`, `table`, `grant`, … */
  readonly objectType: string
  /** as PostgreSQL identifies it: `own on public.chats` */
  readonly identity: string
  readonly file: string
  /** 0: what a command made has none */
  readonly line: number
}

/** Where the relation of a static finding was made. */
export function originOf(relation: Relation, definitions: readonly Definition[]): readonly Blame[] {
  const place = placeOf(definitions, 'table', relation.qualified)
  return place.file === undefined ? [] : [{ statement: `table ${relation.qualified}`, ...place }]
}

/**
 * What let rows through, or kept them back: the policies that PostgreSQL consults, or the lack of them. `refused` picks
 * those that can have kept somebody out, restrictive ones among them.
 */
export function blameFor(
  catalog: Catalog,
  relation: Relation,
  base: Relation,
  command: Command,
  standing: Standing,
  definitions: readonly Definition[],
  refused?: (policies: readonly Policy[]) => readonly Policy[],
): readonly Blame[] {
  if (relation.kind === 'materialized')
    return [
      {
        statement: `a materialized view has no row security`,
        ...placeOf(definitions, 'materialized view', relation.qualified),
      },
    ]
  if (relation.view && !relation.view.securityInvoker)
    return [
      {
        statement: `the view runs with the rights of its owner ${relation.owner}: security_invoker is not set`,
        ...placeOf(definitions, 'view', relation.qualified),
      },
    ]
  if (!base.rowSecurity.enabled)
    return [
      {
        statement: `row security is off on ${base.qualified}`,
        ...placeOf(definitions, 'table', base.qualified),
      },
    ]
  const roles =
    standing === 'anon'
      ? ['anon']
      : catalog.apiRoles.filter((role) => role !== 'anon' && role !== 'service_role')
  const inherited = catalog.roles
    .filter(({ name }) => roles.includes(name))
    .flatMap(({ inherits }) => inherits)
  const policies = [...new Set([...roles, ...inherited].flatMap((role) => policiesFor(base, command, role)))]
  const described = (policy: Policy): Blame => ({
    policy: policy.name,
    statement: policyText(policy),
    ...placeOf(definitions, 'policy', `${policy.name} on ${base.qualified}`),
  })
  if (refused) return refused(policies).map(described)
  const permissive = policies.filter((policy) => policy.permissive)
  // a policy that is true of everything needs no others to explain what got through
  const trivial = permissive.filter((policy) => [policy.using, policy.withCheck].includes('true'))
  return (trivial.length > 0 ? trivial : permissive).map(described)
}

export function policyText({ name, command, roles, using, withCheck, permissive }: Policy): string {
  return [
    `"${name}"`,
    ...(permissive ? [] : ['restrictive']),
    `for ${command}`,
    `to ${roles.join(', ')}`,
    ...(using === null ? [] : [`using (${using.replace(/^\((.*)\)$/s, '$1')})`]),
    ...(withCheck === null ? [] : [`with check (${withCheck.replace(/^\((.*)\)$/s, '$1')})`]),
  ].join(' ')
}

export function placeOf(
  definitions: readonly Definition[],
  objectType: string,
  identity: string,
): { readonly file?: string; readonly line?: number } {
  const found = definitions.findLast(
    (one) => one.objectType === objectType && plainIdentity(one.identity) === plainIdentity(identity),
  )
  return found ? placeAt(found.file, found.line) : {}
}

/** Identities name the schema of every type among a function's arguments; format_type() leaves out what needs no search. */
export const plainIdentity = (identity: string): string =>
  identity.replaceAll('"', '').replaceAll('pg_catalog.', '')

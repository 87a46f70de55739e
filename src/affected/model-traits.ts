import type { Catalog } from '../domain/catalog.ts'
import type { Surroundings } from '../domain/area.ts'
import type { Expectation } from '../domain/expectation.ts'
import { covers, type GrantStatement } from '../domain/grants.ts'
import type { Model } from '../domain/ownership.ts'
import type { Trait } from '../domain/trait.ts'

export interface ModelInput {
  readonly catalog: Catalog
  readonly model: Model
  readonly expectations: readonly Expectation[]
  readonly comparedColumns: ReadonlyMap<number, readonly string[]>
  readonly surroundings: Surroundings
  /** what the migrations granted, and when the relations were made */
  readonly grants: readonly GrantStatement[]
  readonly madeAt: ReadonlyMap<string, number>
}

/** What was inferred of a database, as traits beside its own: rows and callers are made from it. */
export function modelTraits(input: ModelInput): readonly Trait[] {
  return [...whoIsWho(input), ...input.catalog.relations.flatMap((relation) => ofRelation(input, relation))]
}

/** Relations that say who is who. */
export function castOf({ catalog, model }: Pick<ModelInput, 'catalog' | 'model'>): readonly string[] {
  const { tenants, privileges, shares, userRoots } = model
  const oids = [
    ...tenants.flatMap(({ relation, memberships }) => [relation, ...memberships.map((one) => one.relation)]),
    ...[...privileges, ...shares, ...userRoots].map(({ relation }) => relation),
  ]
  return catalog.relations.filter(({ oid }) => oids.includes(oid)).map(({ qualified }) => qualified)
}

function whoIsWho({ catalog, model, surroundings, grants }: ModelInput): readonly Trait[] {
  const say = textWith(catalog)
  const { tenants, claims, emailShapes, privileges, shares, userRoots } = model
  const { tested, apiRoles, roles } = catalog
  const facts = { tenants, claims, emailShapes, privileges, shares, userRoots, tested, apiRoles, roles }
  const wide = grants.filter(({ target, names }) => target !== 'objects' || names === null).map(withoutPlace)
  return [
    ...Object.entries({ ...facts, grants: wide }).map(([aspect, fact]): Trait => ({
      ...NOBODY,
      kind: 'global',
      name: 'who is who',
      aspect,
      text: say(fact),
    })),
    ...['storage.objects', 'storage.buckets'].map((name): Trait => ({
      ...NOBODY,
      name,
      aspect: 'buckets',
      text: say(surroundings.buckets),
    })),
  ]
}

function ofRelation(
  { catalog, model, expectations, comparedColumns, surroundings, grants, madeAt }: ModelInput,
  { oid, schema, name, qualified, columns }: Catalog['relations'][number],
): readonly Trait[] {
  const say = textWith(catalog)
  const made = madeAt.get(qualified) ?? 0
  const granted = grants
    .filter((one) => covers(one, { schema, name, on: 'tables', madeAt: made }))
    .map(withoutPlace)
  const rows = {
    ownership: model.ownerships.get(oid),
    isLookup: model.lookups.has(oid),
    literals: columns.map((column) => model.literals.get(`${oid}.${column.name}`)),
    emails: columns.map((column) => model.emailColumns.has(`${oid}.${column.name}`)),
    states: model.rowStates.get(oid),
  }
  const access = {
    expectations: expectations.filter(({ relation }) => relation === oid),
    compared: comparedColumns.get(oid),
    published: surroundings.published.includes(oid),
    granted,
  }
  return [
    { ...NOBODY, name: qualified, aspect: 'rows that are made for it', text: say(rows) },
    { ...NOBODY, name: qualified, access: true, aspect: 'expected access', text: say(access) },
  ]
}

const NOBODY = { kind: 'relation', access: false, target: null, inferred: true } as const

const withoutPlace = ({ file: _file, line: _line, number: _number, ...said }: GrantStatement) => said

/** OIDs are another database's: names stand for them. */
function textWith({ relations }: Catalog): (fact: unknown) => string {
  const names = new Map(relations.map(({ oid, qualified }) => [oid, qualified]))
  return (fact) =>
    JSON.stringify(fact, (key, value: unknown) =>
      (key === 'relation' || key === 'target') && typeof value === 'number'
        ? (names.get(value) ?? value)
        : value,
    ) ?? ''
}

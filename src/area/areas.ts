import type { Connection } from '../database/connection.ts'
import type { Area, Surroundings } from '../domain/area.ts'
import type { Catalog, Policy, Relation } from '../domain/catalog.ts'
import { relationByName } from '../domain/catalog.ts'
import type { Config } from '../domain/config.ts'
import type { Model } from '../domain/ownership.ts'
import type { Population } from '../domain/population.ts'
import { namingOf } from '../ownership/naming.ts'
import type { Naming } from '../ownership/naming.ts'
import { readPredicate } from '../ownership/policy-facts.ts'
import type { Reading } from '../ownership/policy-facts.ts'
import { createBuckets } from './buckets.ts'
import { expectArea } from './expectations.ts'
import { objectAreas } from './objects.ts'
import { readAll } from './rows.ts'
import { topicAreas } from './topics.ts'

/** What areas are made from. */
export interface AreaContext {
  readonly catalog: Catalog
  readonly model: Model
  readonly reading: Reading
  readonly population: Population
  readonly surroundings: Surroundings
  readonly config: Pick<Config, 'expect'>
}

export interface Areas {
  readonly areas: readonly Area[]
  readonly notices: readonly string[]
}

/** Buckets with objects of everybody, topics with messages: what of Storage and Realtime is judged. */
export async function openAreas(connection: Connection, context: AreaContext): Promise<Areas> {
  const notices = await createBuckets(connection, context.surroundings.buckets)
  const objects = await objectAreas(connection, context)
  const topics = await topicAreas(connection, context)
  const areas = [...(await bucketRows(connection, context)), ...objects, ...topics]
  return { areas, notices: [...notices, ...unheardIn(areas, context), ...openTopicsIn(topics)] }
}

/** Topics that no policy ties to anybody are judged as everybody's: whether that is meant only a person knows. */
function openTopicsIn(topics: readonly Area[]): readonly string[] {
  return topics.flatMap(({ relation, scope, expectations }) => {
    const listening = expectations.find(({ command }) => command === 'select')
    return listening?.admits && !listening.declared && listening.upper === 'everyone'
      ? [
          `topics like "${scope}" were judged as everybody’s: no policy on ${relation.qualified} ties them to a user or tenant; declare it where it is meant (expect: '${relation.qualified}/${scope}')`,
        ]
      : []
  })
}

/** A policy that never said yes may be for the server, or about names that nobody thought of: a person should know. */
function unheardIn(areas: readonly Area[], { reading, catalog }: AreaContext): readonly string[] {
  const found = areas.flatMap(({ relation, unheard, scope, kind }) =>
    relation.policies
      .filter((policy) => unheard.includes(policy.name) && isForUsers(relation, policy, catalog, reading))
      .map(
        ({ name }) =>
          `policy "${name}" on ${relation.qualified} let nobody through under any name that was tried${kind === 'objects' ? ` in bucket "${scope}"` : ''}`,
      ),
  )
  return [...new Set(found)]
}

function isForUsers(relation: Relation, policy: Policy, catalog: Catalog, reading: Reading): boolean {
  const facts = [policy.using, policy.withCheck].map((text) => readPredicate(relation, text, reading))
  return (
    policy.roles.some((role) => role === 'public' || catalog.apiRoles.includes(role)) &&
    !facts.some(({ constant, serviceOnly }) => constant === false || serviceOnly)
  )
}

/** Columns of the project that policies on objects and topics hold names against. */
export function nameColumnsIn(catalog: Catalog, reading: Reading, model: Model): Naming['columns'] {
  return ['storage.objects', 'realtime.messages'].flatMap((name) => {
    const relation = relationByName(catalog, name)
    return relation ? namingOf(relation, relation.policies, catalog, reading, model.literals).columns : []
  })
}

/** The buckets themselves: who may make, change and remove them. */
async function bucketRows(connection: Connection, context: AreaContext): Promise<readonly Area[]> {
  const relation = relationByName(context.catalog, 'storage.buckets')
  if (!relation || relation.policies.length === 0) return []
  const rows = await readAll(connection, relation)
  const belonging = { kind: 'shared', ownerInside: false, why: 'buckets are the project’s own' } as const
  const { apiRoles } = context.catalog
  const subject = { ...context, relation, scope: null, bucket: null, belonging, apiRoles }
  const expectations = expectArea(subject).map((one) => ({ ...one, shared: true }))
  return [
    {
      kind: 'buckets',
      relation,
      scope: null,
      bucket: null,
      rows,
      places: [],
      principalsOf: () => ({ owners: [], tenants: [] }),
      namedBy: () => [],
      unheard: [],
      restrictsReading: false,
      expectations,
    },
  ]
}

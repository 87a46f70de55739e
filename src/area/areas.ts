import type { Connection } from '../database/connection.ts'
import type { Area, Surroundings } from '../domain/area.ts'
import type { Catalog } from '../domain/catalog.ts'
import { relationByName } from '../domain/catalog.ts'
import type { Config } from '../domain/config.ts'
import type { Model } from '../domain/ownership.ts'
import type { Population } from '../domain/population.ts'
import { namingOf } from '../ownership/naming.ts'
import type { Naming } from '../ownership/naming.ts'
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
  return {
    areas: [
      ...(await bucketRows(connection, context)),
      ...objects,
      ...(await topicAreas(connection, context)),
    ],
    notices,
  }
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
      restrictsReading: false,
      expectations,
    },
  ]
}

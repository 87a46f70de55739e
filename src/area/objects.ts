import type { Connection } from '../database/connection.ts'
import type { Area, Bucket } from '../domain/area.ts'
import type { Catalog, Relation } from '../domain/catalog.ts'
import { relationByName } from '../domain/catalog.ts'
import type { Actor, SeededRow, Values } from '../domain/population.ts'
import { bucketsOf, isOpen, namingOf } from '../ownership/naming.ts'
import type { Naming } from '../ownership/naming.ts'
import type { AreaContext } from './areas.ts'
import { expectArea } from './expectations.ts'
import type { Belonging } from './expectations.ts'
import { keysIn, labelOf } from './layout.ts'
import { insertAll, readAll } from './rows.ts'
import { findShape, isTied, mentionsIn, placesIn, principalsIn } from './shape.ts'
import type { Shape } from './shape.ts'

/** One area per bucket, with objects of everybody in it. */
export async function objectAreas(connection: Connection, context: AreaContext): Promise<readonly Area[]> {
  const objects = relationByName(context.catalog, 'storage.objects')
  if (!objects) return []
  const drafts: Draft[] = []
  for (const bucket of context.surroundings.buckets) {
    const relation = narrowed(objects, bucket)
    const naming = namingOf(
      relation,
      relation.policies,
      context.catalog,
      context.reading,
      context.model.literals,
      bucket.id,
    )
    const shape = await findShape({
      connection,
      population: context.population,
      surface: 'objects',
      policies: relation.policies,
      naming,
      mimeTypes: bucket.allowedMimeTypes,
      rowOf: (name, maker) => objectRow(bucket, name, maker),
    })
    drafts.push({ bucket, relation, naming, shape })
  }
  for (const draft of drafts) await seed(connection, context.catalog, draft)
  const rows = await readAll(connection, objects)
  return drafts.map((draft) =>
    areaOf(
      draft,
      rows.filter(({ values }) => values['bucket_id'] === draft.bucket.id),
      context,
    ),
  )
}

interface Draft {
  readonly bucket: Bucket
  /** with the policies alone that can hold in the bucket */
  readonly relation: Relation
  readonly naming: Naming
  readonly shape: Shape
}

function narrowed(objects: Relation, bucket: Bucket): Relation {
  const policies = objects.policies.filter((policy) => {
    const { named, anywhere } = bucketsOf(policy)
    return anywhere || named.includes(bucket.id)
  })
  return { ...objects, policies }
}

const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  svg: 'image/svg+xml',
  pdf: 'application/pdf',
  txt: 'text/plain',
  csv: 'text/csv',
  mp4: 'video/mp4',
}

/** An object as the storage API writes it: the uploader in two columns, size and type within the bucket's limits. */
export function objectRow(
  { id, fileSizeLimit, allowedMimeTypes }: Bucket,
  name: string,
  maker: Actor | null,
): Values {
  const size = Math.min(1024, fileSizeLimit ?? 1024)
  const type = TYPES[name.split('.').at(-1) ?? ''] ?? allowedMimeTypes?.[0] ?? 'application/octet-stream'
  const key = maker?.user ?? null
  return {
    id: null,
    bucket_id: id,
    name,
    path_tokens: name.split('/'),
    owner: key !== null && /^[0-9a-f-]{36}$/.test(key) ? key : null,
    owner_id: key,
    version: 'seeded',
    created_at: '2026-01-15T12:00:00Z',
    updated_at: '2026-01-15T12:00:00Z',
    last_accessed_at: '2026-01-15T12:00:00Z',
    metadata: {
      size,
      mimetype: type,
      contentLength: size,
      cacheControl: 'max-age=3600',
      httpStatusCode: 200,
    },
    user_metadata: {},
  }
}

/** Everybody's objects in every layout, and one at the root that its name gives to nobody. */
async function seed(connection: Connection, catalog: Catalog, { bucket, shape }: Draft): Promise<void> {
  const makers = new Map(shape.people.map(({ actor }) => [actor.name, actor]))
  const named = placesIn(shape)
    .filter(({ actor, only }) => !only && (actor === null || makers.get(actor)?.purpose === 'judged'))
    .map(({ actor, layout, name }) => ({
      name: name(`seeded-${layout.length}`),
      maker: actor === null ? null : (makers.get(actor) ?? null),
    }))
  const loose = shape.chosen.tiesOwner
    ? shape.judges.map(({ actor }) => ({ name: `seeded-by-${actor.name}.png`, maker: actor }))
    : [{ name: 'seeded.png', maker: isTied(shape.chosen) ? null : (shape.judges[0]?.actor ?? null) }]
  const free = shape.chosen.tied.length === 0 || shape.chosen.rootIsSafe ? loose : []
  const rows = [...named, ...free].map(({ name, maker }) => objectRow(bucket, name, maker))
  const unique = [...new Map(rows.map((row) => [String(row['name']), row])).values()]
  await insertAll(connection, catalog, 'storage.objects', unique)
}

function areaOf(draft: Draft, raw: readonly SeededRow[], context: AreaContext): Area {
  const { bucket, relation, naming, shape } = draft
  const principalsOf: Area['principalsOf'] = (values) =>
    principalsIn(shape, String(values['name']), makerOf(values))
  const rows = raw.map((row) => ({ ...row, ...principalsOf(row.values) }))
  const belonging = belongingOf(shape, rows)
  const reading = relation.policies.filter(({ command }) => command === 'select' || command === 'all')
  return {
    kind: 'objects',
    relation,
    scope: bucket.id,
    bucket,
    rows,
    places: placesIn(shape),
    principalsOf,
    unheard: shape.unheard,
    namedBy: (values) => mentionsIn(shape, String(values['name'])),
    restrictsReading:
      belonging.kind !== 'shared' &&
      naming.tiesName !== null &&
      reading.length > 0 &&
      !reading.some(({ using }) => isOpen(using)),
    expectations: expectArea({
      ...context,
      relation,
      scope: bucket.id,
      bucket,
      belonging,
      apiRoles: context.catalog.apiRoles,
    }),
  }
}

function makerOf(values: Values): string | null {
  const maker = values['owner_id'] ?? values['owner']
  return typeof maker === 'string' ? maker : null
}

export function belongingOf({ chosen }: Shape, rows: readonly SeededRow[]): Belonging {
  const layouts = chosen.tied.map(labelOf).join(', ')
  const why =
    layouts === ''
      ? chosen.tiesOwner
        ? 'inferred: policies ask who uploaded'
        : 'inferred: no policy ties names or uploaders to the session'
      : `inferred: names like ${layouts} say whose`
  const ofTenant = rows.some(({ tenants }) => tenants.length > 0)
  return {
    kind: ofTenant ? 'tenant' : isTied(chosen) ? 'user' : 'shared',
    ownerInside:
      rows.some(({ tenants, owners }) => tenants.length > 0 && owners.length > 0) &&
      (chosen.tiesOwner || chosen.tied.some((layout) => keysIn(layout).length > 1)),
    why,
  }
}

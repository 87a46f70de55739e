import type { Connection } from '../database/connection.ts'
import type { Area } from '../domain/area.ts'
import type { Relation } from '../domain/catalog.ts'
import { relationByName } from '../domain/catalog.ts'
import type { SeededRow, Values } from '../domain/population.ts'
import { namingOf } from '../ownership/naming.ts'
import type { AreaContext } from './areas.ts'
import { expectArea } from './expectations.ts'
import { labelOf } from './layout.ts'
import type { Layout } from './layout.ts'
import { belongingOf } from './objects.ts'
import { insertAll, readAll } from './rows.ts'
import { findShape, mentionsIn, placesIn, principalsIn } from './shape.ts'
import type { Shape } from './shape.ts'

/** What Realtime asks policies about: listening and sending, each as broadcast and as presence. */
export const EXTENSIONS = ['broadcast', 'presence'] as const

/** One area per layout of topics that policies mean, with a message of each kind in every topic. */
export async function topicAreas(connection: Connection, context: AreaContext): Promise<readonly Area[]> {
  const messages = relationByName(context.catalog, 'realtime.messages')
  if (!messages || messages.policies.length === 0) return []
  const naming = namingOf(
    messages,
    messages.policies,
    context.catalog,
    context.reading,
    context.model.literals,
  )
  const shape = await findShape({
    connection,
    population: context.population,
    surface: 'topics',
    policies: messages.policies,
    naming,
    mimeTypes: null,
    rowOf: (name) => messageRow(name, 'broadcast'),
  })
  const layouts = [...shape.chosen.tied, ...shape.chosen.loose]
  const places = placesIn(shape)
  const topics = [...new Set(places.flatMap(({ name, only }) => (only ? [] : [name('')])))]
  const rows = topics.flatMap((topic) => EXTENSIONS.map((extension) => messageRow(topic, extension)))
  await insertAll(connection, context.catalog, 'realtime.messages', rows)
  const standing = await readAll(connection, messages)
  return layouts.map((layout) => areaOf(messages, layout, shape, standing, context))
}

export const messageRow = (topic: string, extension: string): Values => ({
  topic,
  extension,
  event: 'seeded',
  payload: { seeded: true },
  private: true,
  inserted_at: '2026-01-15T12:00:00Z',
  updated_at: '2026-01-15T12:00:00Z',
})

function areaOf(
  relation: Relation,
  layout: Layout,
  shape: Shape,
  standing: readonly SeededRow[],
  context: AreaContext,
): Area {
  const scope = labelOf(layout)
  const places = placesIn(shape).filter((place) => place.layout === scope)
  const topics = new Set(places.flatMap(({ name, only }) => (only ? [] : [name('')])))
  const principalsOf: Area['principalsOf'] = ({ topic }) => principalsIn(shape, String(topic), null)
  const rows = standing
    .filter(({ values }) => topics.has(String(values['topic'])))
    .map((row) => ({ ...row, ...principalsOf(row.values) }))
  const tied = shape.chosen.tied.includes(layout)
  const belonging = belongingOf({ ...shape, chosen: { ...shape.chosen, tied: tied ? [layout] : [] } }, rows)
  return {
    kind: 'topics',
    relation,
    scope,
    bucket: null,
    rows,
    places,
    principalsOf,
    unheard: shape.unheard,
    namedBy: ({ topic }) => mentionsIn(shape, String(topic)),
    restrictsReading: false,
    expectations: expectArea(
      { ...context, relation, scope, bucket: null, belonging, apiRoles: context.catalog.apiRoles },
      // Realtime asks for nothing else
      ['select', 'insert'],
    ),
  }
}

import type { Area } from '../domain/area.ts'
import { COMMANDS } from '../domain/vocabulary.ts'
import type { Command } from '../domain/vocabulary.ts'
import { quoteLiteral } from '../sql/quote.ts'
import { deletes, openBuckets, updates } from './area-change.ts'
import { inserts, newBucket } from './area-insert.ts'
import { announced, operation } from './area-visit.ts'
import type { Visit } from './area-visit.ts'
import { closedByCatalog } from './plan.ts'
import { readTrial } from './read.ts'
import { victimsOf } from './scene.ts'
import type { Scene } from './scene.ts'
import { targetOf } from './target.ts'
import type { Trial } from './trial.ts'

/** All trials in one bucket, with the topics of one layout, or on the buckets themselves. */
export function planArea(scene: Scene, area: Area): readonly Trial[] {
  const target = targetOf(scene.catalog, scene.model, area.relation)
  const open = area.expectations.filter((one) => !closedByCatalog(one)).map(({ command }) => command)
  return scene.population.actors
    .filter(({ name }) => name !== 'service')
    .flatMap((actor) => {
      const visit: Visit = { area, target, actor, victims: victimsOf(scene, actor) }
      return COMMANDS.filter((command) => open.includes(command)).flatMap((command) => plan(visit, command))
    })
    .map((trial) => scoped(trial, area))
}

function plan(visit: Visit, command: Command): readonly Trial[] {
  switch (command) {
    case 'select':
      return reads(visit)
    case 'insert':
      return visit.area.kind === 'buckets' ? newBucket(visit) : inserts(visit)
    case 'update':
      return visit.area.kind === 'buckets' ? openBuckets(visit) : updates(visit)
    case 'delete':
      return deletes(visit)
  }
}

const scoped = (trial: Trial, area: Area): Trial =>
  area.scope === null ? trial : { ...trial, probe: { ...trial.probe, scope: area.scope } }

function reads({ area, target, actor }: Visit): readonly Trial[] {
  const all = readTrial(target, actor)
  const narrowed = (condition: string, detail: string): Trial => ({
    ...all,
    probe: { ...all.probe, detail },
    statement: all.statement.replace(/ limit \d+$/, ` where ${condition}`),
  })
  switch (area.kind) {
    case 'buckets':
      return [all]
    case 'objects':
      return ['list', 'get_authenticated'].map((name) =>
        announced(narrowed(`t.bucket_id = ${quoteLiteral(area.scope)}`, name), operation(name)),
      )
    case 'topics':
      return topicsOf(area).map((topic) =>
        announced(narrowed(`t.topic = ${quoteLiteral(topic)}`, ''), { 'realtime.topic': topic }),
      )
  }
}

const topicsOf = ({ rows }: Area): readonly string[] => [
  ...new Set(rows.map(({ values }) => String(values['topic']))),
]

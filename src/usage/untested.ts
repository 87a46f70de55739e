import type { Report } from '../domain/report.ts'
import type { Place, UsableSchema, UsedUntested, Use } from '../domain/usage.ts'
import type { Command } from '../domain/vocabulary.ts'
import { embedded } from './embed.ts'
import { Lookup, qualified } from './lookup.ts'

/** What a report says about the names that an application uses: all that is looked at of it. */
export type Tested = Pick<Report, 'relations' | 'functions' | 'coverage' | 'probes'>

/** What the application uses, the schema has and the run left untested. */
export function untestedIn(
  uses: readonly Use[],
  schema: UsableSchema,
  report: Tested,
): readonly UsedUntested[] {
  const lookup = new Lookup(schema)
  const names = {
    relation: relationsIn(uses, lookup),
    function: functionsIn(uses, lookup),
    bucket: bucketsIn(uses, schema),
  }
  return [
    ...[...names.relation].flatMap(([name, used]) =>
      entry('relation', name, used.places, whyRelation(name, used, report)),
    ),
    ...[...names.function].flatMap(([name, places]) =>
      entry('function', name, places, whyFunction(name, schema, report)),
    ),
    ...[...names.bucket].flatMap(([name, places]) => entry('bucket', name, places, whyBucket(name, report))),
  ]
}

/** How many different things an application uses. */
export function usedIn(
  uses: readonly Use[],
): Readonly<Record<'relations' | 'functions' | 'buckets' | 'subscriptions', number>> {
  const number = (nameOf: (use: Use) => string | null): number =>
    new Set(uses.map(nameOf).filter((name) => name !== null)).size
  return {
    relations: number((use) => (use.kind === 'relation' ? qualified(use.of) : null)),
    functions: number((use) => (use.kind === 'function' ? qualified(use) : null)),
    buckets: number((use) => (use.kind === 'bucket' ? use.name : null)),
    subscriptions: number((use) => (use.kind === 'subscription' ? qualified(use.of) : null)),
  }
}

function entry(
  kind: UsedUntested['kind'],
  name: string,
  places: readonly Place[],
  reason: string | null,
): readonly UsedUntested[] {
  return reason === null ? [] : [{ kind, name, reason, places }]
}

interface Used {
  readonly places: Place[]
  readonly commands: Set<Command>
}

function relationsIn(uses: readonly Use[], lookup: Lookup): ReadonlyMap<string, Used> {
  const found = new Map<string, Used>()
  for (const use of uses) {
    if (use.kind === 'selection') addEmbedded(use, lookup, found)
    if (use.kind !== 'relation' && use.kind !== 'subscription' && use.kind !== 'command') continue
    if (!lookup.relation(use.of)) continue
    const used = found.get(qualified(use.of)) ?? { places: [], commands: new Set<Command>() }
    found.set(qualified(use.of), used)
    if (use.kind === 'command') used.commands.add(use.command)
    else used.places.push(use.place)
    if (use.kind === 'subscription') used.commands.add('select')
  }
  return found
}

/** What a select embeds is read like the relation itself. */
function addEmbedded(
  { of, items, place }: Pick<Use & { kind: 'selection' }, 'of' | 'items' | 'place'>,
  lookup: Lookup,
  found: Map<string, Used>,
): void {
  const from = lookup.relation(of)
  for (const item of items) {
    const inner = from && item.kind === 'embed' ? embedded(lookup, from, item) : undefined
    if (item.kind !== 'embed' || inner?.kind !== 'found' || !inner.shown) continue
    const name = qualified(inner.shown)
    const used = found.get(name) ?? { places: [], commands: new Set<Command>() }
    found.set(name, used)
    used.places.push(place)
    used.commands.add('select')
    addEmbedded({ of: inner.shown, items: item.items, place }, lookup, found)
  }
}

function functionsIn(uses: readonly Use[], lookup: Lookup): ReadonlyMap<string, readonly Place[]> {
  return placesOf(uses, (use) =>
    use.kind === 'function' && lookup.functions(use).length > 0 ? qualified(use) : null,
  )
}

function bucketsIn(uses: readonly Use[], { buckets }: UsableSchema): ReadonlyMap<string, readonly Place[]> {
  return placesOf(uses, (use) => (use.kind === 'bucket' && buckets.includes(use.name) ? use.name : null))
}

function placesOf(
  uses: readonly Use[],
  nameOf: (use: Use) => string | null,
): ReadonlyMap<string, readonly Place[]> {
  const found = new Map<string, Place[]>()
  for (const use of uses) {
    const name = nameOf(use)
    if (name !== null) found.set(name, [...(found.get(name) ?? []), use.place])
  }
  return found
}

function whyRelation(name: string, { commands }: Used, { relations, coverage }: Tested): string | null {
  if (!relations.some((one) => one.name === name)) return 'the run did not look at it'
  const open = coverage.untested.filter(
    ({ relation, command }) => relation === name && commands.has(command as Command),
  )
  const [first] = open
  if (!first) return null
  const list = [...new Set(open.map(({ command }) => command))].join(', ')
  return `${list}: ${first.reason}`
}

/** A function that no API role may execute needs no probe: the privilege closes it. */
function whyFunction(
  name: string,
  { functions }: UsableSchema,
  { functions: callable, coverage, probes }: Tested,
): string | null {
  const signatures = functions.filter((one) => qualified(one) === name).map(({ signature }) => signature)
  const open = signatures.filter((one) => callable.some((reported) => reported.name === one))
  if (open.length === 0) return null
  const untested = coverage.untested.find(({ relation }) => open.includes(relation))
  if (untested) return untested.reason
  const tried = open.every((one) => probes.rows.some(([relation]) => relation === one))
  return tried ? null : 'the run did not call it'
}

function whyBucket(name: string, { coverage, probes }: Tested): string | null {
  const untested = coverage.untested.find(
    ({ relation, scope }) => relation === 'storage.objects' && scope === name,
  )
  if (untested) return untested.reason
  const scope = probes.columns.indexOf('scope')
  const tried = probes.rows.some(
    (row) => row[0] === 'storage.objects' && (scope === -1 || row[scope] === name),
  )
  return tried ? null : 'the run did not try its files'
}

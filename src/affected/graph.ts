import type { Trait } from '../domain/trait.ts'
import { mentionsIn, type Mentions } from './mentions.ts'
import { isRelation, relationThing, thingOf, type Thing } from './thing.ts'

/** One thing that another depends on. */
export interface Edge {
  readonly to: Thing
  /** how a person would say it: "refers to" */
  readonly how: string
  /** it is the rows that matter, which nobody's policies and privileges decide about */
  readonly rowsOnly: boolean
  /** only a policy says so: it decides about access, not about rows */
  readonly byPolicy: boolean
}

/** What depends on what, before or after: by a name that stands somewhere, more often than it really does. */
export interface Graph {
  readonly uses: (thing: Thing) => readonly Edge[]
  /** what it is made of is found out while it runs */
  readonly isOpaque: (thing: Thing) => boolean
  /** relations whose rows refer to it, as far as what becomes of them follows it */
  readonly referring: (thing: Thing) => ReadonlySet<Thing>
  /** relations that policies of a relation look into, and those that the policies of these look into */
  readonly lookedInto: (thing: Thing) => ReadonlySet<Thing>
  readonly mentions: (trait: Trait) => Mentions
}

export function graphOf(traits: readonly Trait[]): Graph {
  const edges = new Map<Thing, Edge[]>()
  const opaque = new Set<Thing>()
  const mentions = mentionsIn(traits)
  const add = (from: Thing, edge: Edge): void => {
    if (from === edge.to) return
    const list = edges.get(from)
    if (list) list.push(edge)
    else edges.set(from, [edge])
  }
  for (const trait of traits) {
    if (trait.kind === 'global' || trait.inferred) continue
    const from = thingOf(trait)
    for (const edge of targeted(trait)) add(from, edge)
    if (trait.aspect.startsWith('parent ') && trait.target !== null)
      add(relationThing(trait.target), edgeTo(from, 'has the part'))
    if (trait.aspect.startsWith('foreign key ')) continue
    const { things, everything } = mentions(trait)
    const byPolicy = trait.aspect.startsWith('policy ')
    for (const to of things) add(from, { ...edgeTo(to, 'mentions'), byPolicy })
    if (everything) opaque.add(from)
  }
  const uses = (thing: Thing): readonly Edge[] => edges.get(thing) ?? []
  addWritten(traits, mentions, uses, add)
  return {
    uses,
    isOpaque: (thing) => opaque.has(thing),
    referring: referringIn(traits),
    lookedInto: (thing) => lookedInto(thing, uses),
    mentions,
  }
}

function lookedInto(start: Thing, uses: Graph['uses']): ReadonlySet<Thing> {
  const found = new Set<Thing>()
  const queue = [start]
  for (let thing = queue.pop(); thing; thing = queue.pop()) {
    const asked = isRelation(thing) ? uses(thing).filter(({ byPolicy }) => byPolicy) : uses(thing)
    for (const to of reached(
      asked.map((edge) => edge.to),
      uses,
    )) {
      if (!found.has(to) && isRelation(to)) queue.push(to)
      found.add(to)
    }
  }
  return found
}

const edgeTo = (to: Thing, how: string): Edge => ({ to, how, rowsOnly: false, byPolicy: false })

function targeted({ aspect, target }: Trait): readonly Edge[] {
  if (target === null) return []
  const isKey = aspect.startsWith('foreign key ')
  const how = isKey ? 'refers to' : aspect.startsWith('parent ') ? 'is a part of' : 'numbers'
  return [{ ...edgeTo(relationThing(target), how), rowsOnly: isKey }]
}

/** What triggers and rules write depends on the relation whose triggers and rules they are. */
function addWritten(
  traits: readonly Trait[],
  mentions: Graph['mentions'],
  uses: Graph['uses'],
  add: (from: Thing, edge: Edge) => void,
): void {
  for (const trait of traits.filter(({ aspect }) => /^(trigger|rule) /.test(aspect))) {
    const by = thingOf(trait)
    for (const thing of reached(mentions(trait).things, uses))
      if (isRelation(thing)) add(thing, { ...edgeTo(by, 'may be written by triggers of'), rowsOnly: true })
  }
}

/** Through functions and views, not through what tables say of themselves. */
export function reached(from: Iterable<Thing>, uses: Graph['uses']): ReadonlySet<Thing> {
  const found = new Set<Thing>()
  const queue = [...from]
  for (let thing = queue.pop(); thing; thing = queue.pop()) {
    if (found.has(thing)) continue
    found.add(thing)
    if (!isRelation(thing)) queue.push(...uses(thing).map(({ to }) => to))
    else
      queue.push(
        ...uses(thing).flatMap(({ to, how }) => (how === 'mentions' && isView(thing, uses) ? [to] : [])),
      )
  }
  return found
}

/** What has no key to others and no policies may be a view: following it finds too much at most. */
const isView = (thing: Thing, uses: Graph['uses']): boolean =>
  uses(thing).every(({ byPolicy, rowsOnly }) => !byPolicy && !rowsOnly)

/** A deleted or changed key takes the rows that refer to it along, and those that refer to them. */
function referringIn(traits: readonly Trait[]): Graph['referring'] {
  const children = new Map<Thing, { readonly child: Thing; readonly follows: boolean }[]>()
  for (const trait of traits) {
    if (!trait.aspect.startsWith('foreign key ') || trait.target === null) continue
    const parent = relationThing(trait.target)
    const list = children.get(parent) ?? []
    children.set(parent, list)
    list.push({ child: thingOf(trait), follows: / ON (DELETE|UPDATE) (CASCADE|SET)/.test(trait.text) })
  }
  return (thing) => {
    const found = new Set<Thing>()
    const queue = [thing]
    for (let one = queue.pop(); one; one = queue.pop())
      for (const { child, follows } of children.get(one) ?? []) {
        if (!found.has(child) && follows) queue.push(child)
        found.add(child)
      }
    return found
  }
}

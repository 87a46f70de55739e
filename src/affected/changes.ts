import type { Trait } from '../domain/trait.ts'
import { thingOf, type Thing } from './thing.ts'

/** A trait as it was and as it is: one of them may be missing. */
export interface Change {
  readonly thing: Thing
  readonly before: Trait | undefined
  readonly after: Trait | undefined
}

export const traitOf = ({ before, after }: Change): Trait | undefined => after ?? before

/** What differs, by what it is of. */
export function changesBetween(
  before: readonly Trait[],
  after: readonly Trait[],
): ReadonlyMap<Thing, readonly Change[]> {
  const old = keyed(before)
  const present = keyed(after)
  const found = new Map<Thing, Change[]>()
  for (const key of new Set([...old.keys(), ...present.keys()])) {
    const [was, is] = [old.get(key), present.get(key)]
    const one = is ?? was
    if (!one || (was && is && was.text === is.text && was.target === is.target)) continue
    const thing = thingOf(one)
    const list = found.get(thing) ?? []
    found.set(thing, list)
    list.push({ thing, before: was, after: is })
  }
  return found
}

/** Traits of one thing and aspect there may be several of: their texts are then one. */
function keyed(traits: readonly Trait[]): ReadonlyMap<string, Trait> {
  const found = new Map<string, Trait>()
  for (const trait of traits) {
    const key = JSON.stringify([trait.kind, trait.name, trait.aspect])
    const known = found.get(key)
    found.set(key, known ? { ...known, text: `${known.text}\n${trait.text}` } : trait)
  }
  return found
}

/** "its policy own notes changed", "its column body is new". */
export function tell(change: Change): string {
  const aspect = traitOf(change)?.aspect ?? ''
  if (aspect === 'kind' && !change.before) return 'is new'
  if (aspect === 'kind' && !change.after) return 'is gone'
  if (aspect === 'definition' && !change.before) return 'is new'
  const how = change.before ? (change.after ? 'changed' : 'is gone') : 'is new'
  return aspect === 'rows' ? 'its rows in the migrations changed' : `its ${aspect} ${how}`
}

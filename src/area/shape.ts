import type { NamedPlace } from '../domain/area.ts'
import type { Connection } from '../database/connection.ts'
import type { Actor, Population, SeededRow, Values } from '../domain/population.ts'
import type { Naming } from '../ownership/naming.ts'
import { askPolicies, predicatesOf } from './admission.ts'
import { keyRing } from './keys.ts'
import type { KeyRing, Mention } from './keys.ts'
import { keysIn, labelOf, layoutsFor, nameIn, readName } from './layout.ts'
import type { Layout } from './layout.ts'
import { chooseLayouts, questionsOf } from './live-layouts.ts'
import type { Chosen, Named } from './live-layouts.ts'
import type { Policy } from '../domain/catalog.ts'

/** How things are named in an area, and whose they then are. */
export interface Shape {
  readonly chosen: Chosen
  readonly ring: KeyRing
  readonly people: readonly Named[]
  readonly judges: readonly Named[]
  /** policies that let nobody of the cast through, whatever the name */
  readonly unheard: readonly string[]
}

const MAIN: ReadonlySet<string> = new Set(['alice', 'bob', 'carol'])

export interface ShapeContext {
  readonly connection: Connection
  readonly population: Population
  readonly surface: 'objects' | 'topics'
  readonly policies: readonly Policy[]
  readonly naming: Naming
  readonly mimeTypes: readonly string[] | null
  readonly rowOf: (name: string, maker: Actor) => Values
}

/** Tries layouts until it is known which of them the policies mean. */
export async function findShape(context: ShapeContext): Promise<Shape> {
  const { population, naming, surface, policies } = context
  const ring = keyRing(population, naming)
  const kind = surface === 'objects' ? 'path' : 'topic'
  const layouts = layoutsFor(naming, ring.kinds, kind, context.mimeTypes)
  const named = population.actors
    .filter(({ name }) => name !== 'service' && name !== 'no-sub' && !name.includes('('))
    .map((actor) => ({ actor, keys: ring.keysOf(actor) }))
  const judges = named.filter(({ actor }) => MAIN.has(actor.name))
  const predicates = predicatesOf(policies)
  const questions = questionsOf(layouts, judges, named, context.rowOf)
  const admission = await askPolicies(
    context.connection,
    surface,
    predicates,
    named.map((one) => ({ actor: one.actor, rows: questions.rowsOf(one) })),
  )
  const chosen = chooseLayouts({
    layouts,
    people: named,
    judges,
    predicates: predicates.map((_, index) => index),
    questions,
    admission,
  })
  const unheard = chosen.silent.flatMap((index) => predicates[index]?.policy ?? [])
  return {
    chosen: withDefaults(chosen, naming, layouts, ring),
    ring,
    people: named,
    judges,
    unheard: [...new Set(unheard)],
  }
}

/**
 * Where a condition holds names against the session but tells nobody apart, as one with a stray OR does, names are meant
 * all the same: the simplest layout stands for them.
 */
function withDefaults(chosen: Chosen, naming: Naming, layouts: readonly Layout[], ring: KeyRing): Chosen {
  const tiesOwner = chosen.tiesOwner || naming.tiesOwner
  const [first] = layouts
  // who must name something of the project's names what belongs to somebody, whoever may; what merely looks like a key names nothing
  const isHeld = naming.tiesName !== null || naming.columns.length > 0
  const telling = chosen.loose.filter((layout) => isHeld && keysIn(layout).length > 0)
  if (telling.length > 0)
    return {
      ...chosen,
      tiesOwner,
      tied: [...chosen.tied, ...telling],
      loose: chosen.loose.filter((layout) => !telling.includes(layout)),
    }
  const loose = chosen.tied.length + chosen.loose.length === 0 && first ? [first] : chosen.loose
  if (chosen.tied.length > 0 || naming.tiesName === null) return { ...chosen, loose, tiesOwner }
  const keyOf = (test: (kind: string) => boolean): string => ring.kinds.find(test) ?? 'user'
  const preferred =
    naming.tiesName === 'user'
      ? 'user'
      : ring.kinds.includes('tenant')
        ? 'tenant'
        : keyOf((kind) => kind.includes('.'))
  const simple = layouts.filter((layout) => keysIn(layout).join() === preferred)
  const found = simple.find(chosen.isSafe) ?? simple[0]
  return { ...chosen, loose, tiesOwner, tied: found ? [found] : [] }
}

/** Whose something of this name is: of all layouts that it follows, the one that names most decides. */
export function principalsIn(
  { chosen, ring }: Shape,
  name: string,
  maker: string | null,
): Pick<SeededRow, 'owners' | 'tenants'> {
  const readings = chosen.tied
    .toSorted((a, b) => keysIn(b).length - keysIn(a).length)
    .flatMap((layout) => {
      const keys = readName(layout, name)
      const known = keys && [...keys].map(([kind, value]) => ring.principalsOf(kind, value))
      return known && known.length > 0 && known.every((one) => one !== undefined) ? [known] : []
    })
  const [best] = readings
  if (!best) return { owners: maker !== null && isTied(chosen) ? [maker] : [], tenants: [] }
  const tenants = [...new Set(best.flatMap((one) => one.tenants))]
  const users = [...new Set(best.flatMap((one) => one.owners))]
  return { tenants, owners: users.length > 0 || maker === null ? users : tenants.length > 0 ? [maker] : [] }
}

/** Rows of the project that a name mentions. */
export const mentionsIn = ({ chosen, ring }: Shape, name: string): readonly Mention[] =>
  chosen.tied.flatMap((layout) =>
    [...(readName(layout, name) ?? [])].flatMap(([kind, value]) => ring.rowsHolding(kind, value)),
  )

export const isTied = ({ tied, tiesOwner }: Chosen): boolean => tied.length > 0 || tiesOwner

/** Names that can be taken: everybody's in every layout, and nobody's. */
export function placesIn({ chosen, judges, people }: Shape): readonly NamedPlace[] {
  const place = (layout: Layout, { keys }: Named, of: string | null): readonly NamedPlace[] =>
    nameIn(layout, keys, '') === null
      ? []
      : [{ actor: of, layout: labelOf(layout), name: (file) => nameIn(layout, keys, file) ?? '' }]
  // the own key in somebody else's folder: a policy that looks at one of them alone is content
  const mixed = (layout: Layout): readonly NamedPlace[] =>
    keysIn(layout).length < 2
      ? []
      : judges.flatMap((of) =>
          judges
            .filter((one) => one !== of)
            .flatMap((one) =>
              keysIn(layout).flatMap((kind) => {
                const keys = new Map([...of.keys, [kind, one.keys.get(kind) ?? '']])
                return place(layout, { actor: of.actor, keys }, of.actor.name).map((made) => ({
                  ...made,
                  only: one.actor.name,
                }))
              }),
            ),
        )
  const controls = people.filter(({ actor }) => actor.purpose === 'control')
  return [
    ...chosen.tied.flatMap((layout) =>
      [...judges, ...controls].flatMap((one) => place(layout, one, one.actor.name)),
    ),
    ...chosen.tied.flatMap(mixed),
    ...chosen.loose.flatMap((layout) => judges.slice(0, 1).flatMap((one) => place(layout, one, null))),
  ]
}

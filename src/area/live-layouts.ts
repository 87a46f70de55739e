import type { Actor, Values } from '../domain/population.ts'
import type { Admission } from './admission.ts'
import { keysIn, nameIn } from './layout.ts'
import type { Keys, Layout } from './layout.ts'

/** A person as names show it. */
export interface Named {
  readonly actor: Actor
  readonly keys: Keys
}

/** The questions that one actor's session is asked, and what the answers are to be found under. */
export interface Questions {
  readonly rowsOf: (named: Named) => readonly Values[]
  /** number of the row that has a layout's name for somebody, uploaded by somebody */
  readonly rowNumber: (asker: Named, layout: Layout, of: Named, by: Named) => number
}

/** Every layout with the asker's name and everybody else's, uploaded by the asker; and the asker's uploaded by another. */
export function questionsOf(
  layouts: readonly Layout[],
  judges: readonly Named[],
  people: readonly Named[],
  rowOf: (name: string, maker: Actor) => Values,
): Questions {
  const rows = new Map<string, Values[]>()
  const numbers = new Map<string, number>()
  const key = (asker: Named, name: string, by: Named): string =>
    [asker.actor.name, name, by.actor.name].join('\0')
  const ask = (asker: Named, name: string | null, by: Named): void => {
    if (name === null || numbers.has(key(asker, name, by))) return
    const list = rows.get(asker.actor.name) ?? []
    rows.set(asker.actor.name, list)
    numbers.set(key(asker, name, by), list.push(rowOf(name, by.actor)) - 1)
  }
  for (const asker of people)
    for (const layout of layouts) {
      for (const of of [asker, ...judges]) ask(asker, nameIn(layout, of.keys, 'file'), asker)
      const other = judges.find(({ actor }) => actor !== asker.actor)
      if (other && judges.includes(asker)) ask(asker, nameIn(layout, asker.keys, 'file'), other)
    }
  return {
    rowsOf: ({ actor }) => rows.get(actor.name) ?? [],
    rowNumber: (asker, layout, of, by) =>
      numbers.get(key(asker, nameIn(layout, of.keys, 'file') ?? '', by)) ?? -1,
  }
}

export interface Chosen {
  /** layouts in which some policy tells people apart by the name */
  readonly tied: readonly Layout[]
  /** layouts without anybody's key that some policy lets through */
  readonly loose: readonly Layout[]
  /** some policy tells people apart by who uploaded */
  readonly tiesOwner: boolean
  /** an object at the root of a bucket makes no policy fail */
  readonly rootIsSafe: boolean
  /** layouts in which no policy fails with an error */
  readonly isSafe: (layout: Layout) => boolean
}

/** What policies make of names, as they answered. For each policy the simplest layout that it tells people apart by, and the one that most policies let through. */
export function chooseLayouts(
  layouts: readonly Layout[],
  people: readonly Named[],
  judges: readonly Named[],
  predicates: number,
  questions: Questions,
  admission: Admission,
): Chosen {
  const says = (predicate: number, asker: Named, layout: Layout, of: Named, by: Named) =>
    admission(predicate, asker.actor.name, questions.rowNumber(asker, layout, of, by))
  const admits = (predicate: number, layout: Layout): boolean =>
    people.some((asker) => says(predicate, asker, layout, asker, asker) === 'yes')
  const tells = (predicate: number, layout: Layout): boolean =>
    judges.some(
      (asker) =>
        says(predicate, asker, layout, asker, asker) === 'yes' &&
        judges.some(
          (of) =>
            nameIn(layout, of.keys, '') !== null &&
            nameIn(layout, of.keys, '') !== nameIn(layout, asker.keys, '') &&
            says(predicate, asker, layout, of, asker) !== 'yes',
        ),
    )
  const ordered = layouts.toSorted((a, b) => costOf(a) - costOf(b))
  const numbers = Array.from({ length: predicates }, (_, index) => index)
  const weight = (layout: Layout): number => numbers.filter((one) => admits(one, layout)).length
  const keyed = ordered.filter((layout) => keysIn(layout).length > 0)
  const tied = new Set<Layout>()
  for (const predicate of numbers) {
    const live = keyed.filter((layout) => tells(predicate, layout))
    const [simplest] = live
    if (!simplest) continue
    tied.add(simplest)
    const widest = live.reduce((best, one) => (weight(one) > weight(best) ? one : best), simplest)
    tied.add(widest)
  }
  const wordy = ordered.filter((layout) => keysIn(layout).length === 0)
  const loose = new Set<Layout>()
  for (const predicate of numbers) {
    if ([...tied, ...loose].some((layout) => admits(predicate, layout))) continue
    const open =
      wordy.find((layout) => admits(predicate, layout)) ?? ordered.find((one) => admits(predicate, one))
    if (open) loose.add(open)
  }
  const isSafe = (layout: Layout): boolean =>
    !numbers.some((one) => people.some((asker) => says(one, asker, layout, asker, asker) === 'error'))
  const plain = layouts.find(({ folders, file }) => folders.length === 0 && file === null)
  return {
    rootIsSafe: plain === undefined || isSafe(plain),
    tied: [...tied].slice(0, MOST_CHOSEN),
    loose: [...loose].slice(0, MOST_CHOSEN),
    tiesOwner: numbers.some((predicate) =>
      ordered.some((layout) => tellsUploads(predicate, layout, judges, says)),
    ),
    isSafe,
  }
}

const MOST_CHOSEN = 6

function tellsUploads(
  predicate: number,
  layout: Layout,
  judges: readonly Named[],
  says: (predicate: number, asker: Named, layout: Layout, of: Named, by: Named) => string,
): boolean {
  return judges.some((asker) => {
    const other = judges.find(({ actor }) => actor !== asker.actor)
    return (
      other !== undefined &&
      says(predicate, asker, layout, asker, asker) === 'yes' &&
      says(predicate, asker, layout, asker, other) === 'no'
    )
  })
}

/** Fewer parts are simpler; a word is simpler than a key, and somebody's own key simpler than one of a table. */
function costOf({ folders, file }: Layout): number {
  const parts = [...folders, ...(file ? [file] : [])]
  return parts.reduce(
    (sum, part) =>
      sum +
      10 +
      (part.is === 'word' ? 1 : part.key.includes('.') ? 3 : 2) +
      (part.is === 'key' && part.before + part.after !== '' ? 1 : 0),
    file ? 1 : 0,
  )
}

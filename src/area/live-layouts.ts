import type { Actor, Values } from '../domain/population.ts'
import type { Admission } from './admission.ts'
import { keysIn, nameIn } from './layout.ts'
import type { Keys, Layout, Part } from './layout.ts'

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
  /** predicates that let nobody through, whatever the name */
  readonly silent: readonly number[]
  /** an object at the root of a bucket makes no policy fail */
  readonly rootIsSafe: boolean
  /** layouts in which no policy fails with an error */
  readonly isSafe: (layout: Layout) => boolean
}

/** Everything that was asked, and how the answers are read. */
export interface Hearing {
  readonly layouts: readonly Layout[]
  readonly people: readonly Named[]
  readonly judges: readonly Named[]
  /** numbers of the predicates */
  readonly predicates: readonly number[]
  readonly questions: Questions
  readonly admission: Admission
}

/** What policies make of names, as they answered. */
export function chooseLayouts(hearing: Hearing): Chosen {
  const { layouts, people, judges, predicates } = hearing
  const ordered = layouts.toSorted((a, b) => costOf(a) - costOf(b))
  const tied = tiedLayouts(hearing, ordered)
  const isSafe = (layout: Layout): boolean =>
    !predicates.some((one) => people.some((asker) => says(hearing, one, asker, layout) === 'error'))
  const plain = layouts.find(({ folders, file }) => folders.length === 0 && file === null)
  return {
    rootIsSafe: plain === undefined || isSafe(plain),
    tied: tied.slice(0, MOST_CHOSEN),
    loose: looseLayouts(hearing, ordered, tied).slice(0, MOST_CHOSEN),
    tiesOwner: predicates.some((one) => ordered.some((layout) => tellsUploads(hearing, one, layout, judges))),
    silent: predicates.filter((one) => !layouts.some((layout) => admits(hearing, one, layout))),
    isSafe,
  }
}

/** For each policy the simplest layout that it tells people apart by, and the one that most policies let through. */
function tiedLayouts(hearing: Hearing, ordered: readonly Layout[]): readonly Layout[] {
  const { predicates } = hearing
  const weight = (layout: Layout): number => predicates.filter((one) => admits(hearing, one, layout)).length
  const keyed = ordered.filter((layout) => keysIn(layout).length > 0)
  const found = predicates.flatMap((predicate) => {
    const live = keyed.filter((layout) => tells(hearing, predicate, layout))
    const [simplest] = live
    if (!simplest) return []
    return [simplest, live.reduce((best, one) => (weight(one) > weight(best) ? one : best), simplest)]
  })
  return [...new Set(found)]
}

/** For each policy that lets through none of those the simplest layout that it does let through, without keys if possible. */
function looseLayouts(
  hearing: Hearing,
  ordered: readonly Layout[],
  tied: readonly Layout[],
): readonly Layout[] {
  const wordy = ordered.filter((layout) => keysIn(layout).length === 0)
  const loose = new Set<Layout>()
  for (const predicate of hearing.predicates) {
    const isOpen = (layout: Layout): boolean => admits(hearing, predicate, layout)
    if ([...tied, ...loose].some(isOpen)) continue
    const open = wordy.find(isOpen) ?? ordered.find(isOpen)
    if (open) loose.add(open)
  }
  return [...loose]
}

/** What a policy says of a layout's name for somebody, uploaded by somebody: of the asker's own unless said otherwise. */
const says = (
  { admission, questions }: Hearing,
  predicate: number,
  asker: Named,
  layout: Layout,
  of: Named = asker,
  by: Named = asker,
): ReturnType<Admission> => admission(predicate, asker.actor.name, questions.rowNumber(asker, layout, of, by))

const admits = (hearing: Hearing, predicate: number, layout: Layout): boolean =>
  hearing.people.some((asker) => says(hearing, predicate, asker, layout) === 'yes')

function tells(hearing: Hearing, predicate: number, layout: Layout): boolean {
  const nameOf = ({ keys }: Named): string | null => nameIn(layout, keys, '')
  return hearing.judges.some(
    (asker) =>
      says(hearing, predicate, asker, layout) === 'yes' &&
      hearing.judges.some(
        (of) =>
          nameOf(of) !== null &&
          nameOf(of) !== nameOf(asker) &&
          says(hearing, predicate, asker, layout, of) !== 'yes',
      ),
  )
}

const MOST_CHOSEN = 6

function tellsUploads(
  hearing: Hearing,
  predicate: number,
  layout: Layout,
  judges: readonly Named[],
): boolean {
  return judges.some((asker) => {
    const other = judges.find(({ actor }) => actor !== asker.actor)
    return (
      other !== undefined &&
      says(hearing, predicate, asker, layout) === 'yes' &&
      says(hearing, predicate, asker, layout, asker, other) === 'no'
    )
  })
}

/** Fewer parts are simpler; a word is simpler than a key, and somebody's own key simpler than one of a table. */
function costOf({ folders, file }: Layout): number {
  return [...folders, ...(file ? [file] : [])].reduce((sum, part) => sum + weightOf(part), file ? 1 : 0)
}

function weightOf(part: Part): number {
  if (part.is === 'word') return 11
  return 12 + (part.key.includes('.') ? 1 : 0) + (part.before + part.after === '' ? 0 : 1)
}

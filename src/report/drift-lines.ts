import { structuredPatch } from 'diff'
import type { AccessChange, Difference, DriftReport, FacetChange, OtherSide } from '../domain/drift.ts'

/** Lines of one property that are shown. */
const MOST_LINES = 24

/** A line of a small difference: what the migrations make, what the other side states, or what both have around it. */
export interface DiffLine {
  readonly sign: '-' | '+' | ' '
  readonly text: string
}

/** How the other side is called in a sentence. */
export const shortName = ({ kind, name }: OtherSide): string =>
  kind === 'live' ? 'the live database' : (name.split(/[\\/]/).at(-1) ?? name)

/** `policy "own"`; what already says what it is on needs no quotes. */
export function titleOf({ kind, name }: Difference): string {
  return ['policy', 'column', 'constraint', 'trigger', 'rule', 'unique index'].includes(kind)
    ? `${kind} "${name}"`
    : `${kind} ${name}`
}

export function stateWords({ state }: Difference, other: OtherSide): string {
  switch (state) {
    case 'missing':
      return `missing in ${shortName(other)}`
    case 'extra':
      return `only in ${shortName(other)}`
    case 'different':
      return 'differs'
  }
}

/** The property in lines, cut where it is long. */
export function diffLines({ before, after }: FacetChange): readonly DiffLine[] {
  const { hunks } = structuredPatch('', '', textOf(before), textOf(after), '', '', { context: 1 })
  const lines = hunks.flatMap((hunk) => hunk.lines).filter((line) => !line.startsWith('\\'))
  const shown = lines.slice(0, MOST_LINES).map((line): DiffLine => ({
    sign: line.startsWith('-') ? '-' : line.startsWith('+') ? '+' : ' ',
    text: line.slice(1),
  }))
  const rest = lines.length - shown.length
  return rest > 0
    ? [...shown, { sign: ' ', text: `and ${rest} more ${rest === 1 ? 'line' : 'lines'}` }]
    : shown
}

const textOf = (text: string | null): string => {
  const trimmed = text?.trim() ?? ''
  return trimmed === '' ? '' : `${trimmed}\n`
}

/** Differences by the relation that they belong to, those that touch access first. */
export function groupsOf(
  differences: readonly Difference[],
): readonly { readonly title: string; readonly differences: readonly Difference[] }[] {
  const groups = new Map<string, Difference[]>()
  for (const difference of differences) {
    const title = difference.relation ?? 'beside the relations'
    groups.set(title, [...(groups.get(title) ?? []), difference])
  }
  return [...groups].map(([title, members]) => ({ title, differences: members }))
}

/** `public.notes  select  owner → everyone`. */
export function accessWords({ relation, command, from, to }: AccessChange, arrow: string): string {
  const called = (audience: AccessChange['from']): string => audience ?? 'not there'
  return `${relation}  ${command}  ${called(from)} ${arrow} ${called(to)}`
}

/** What access came to, in a sentence. */
export function accessSummary({ access, notRebuilt, other }: DriftReport): string {
  if (access.kind === 'failed')
    return `not known: one of the two states could not be checked: ${access.reason}`
  if (access.kind !== 'compared') return access.reason
  const isSilent = access.changes.length + access.opened.length + access.closed.length === 0
  if (!isSilent)
    return `what ${shortName(other)} lets through and the migrations do not, or the other way round`
  return notRebuilt.length > 0
    ? 'nothing differs in what could be tried'
    : 'nothing differs: in both states the same people were seen to get through'
}

/** What a person does about it. */
export function adviceOn({ outcome, other, access }: DriftReport): string {
  const name = shortName(other)
  if (outcome === 'same') return `The migrations make what ${name} states.`
  const isOpen = access.kind === 'compared' && access.opened.some(({ severity }) => severity === 'error')
  const first = isOpen ? 'Close first what is open there. ' : ''
  return other.kind === 'live'
    ? `${first}Where the live database is right, write a migration that makes the + lines; where the migrations are, undo there what was changed by hand. Then compare again.`
    : `${first}Where ${name} is right, write a migration that makes the + lines; where the migrations are, write ${name} anew from a database that they made. Then compare again.`
}

/** `3 differences, 2 of which touch access`. */
export function totalsOf({ differences }: DriftReport): string {
  const number = differences.length
  const touching = differences.filter(({ weight }) => weight === 'access').length
  if (number === 0) return 'no difference'
  const all = `${number} ${number === 1 ? 'difference' : 'differences'}`
  return `${all}, ${touching} ${touching === 1 ? 'touches' : 'touch'} access`
}

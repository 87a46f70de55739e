import type { LockCheck, LockDifference } from '../domain/lock.ts'
import type { Place } from '../domain/place.ts'
import { hanging, spread } from './look.ts'
import type { Look } from './look.ts'
import { count, pad, widthOf } from './text.ts'

/** What is not as the access lock says, as a diff: a line with `-` as it was, one with `+` as it is. */
export function lockDifferences({ file, differences }: LockCheck, look: Look): readonly string[] {
  if (differences.length === 0) return []
  const names = differences.map(({ subject, aspect }) => `${look.clean(subject)}  ${aspect}`)
  const width = Math.min(Math.max(...names.map(widthOf)), look.width - 40)
  return [
    `${look.paint.bad(` ${look.cells.leak} `)}${look.clean(file)} ${look.dot} ${count(differences.length, 'line differs', 'lines differ')}`,
    ...differences.flatMap((one, at) => linesOf(one, pad(names[at] ?? '', width), look)),
    ...hanging('   ', 'what is meant is accepted with: rls-harness lock --update', look),
  ]
}

function linesOf({ before, after, places }: LockDifference, name: string, look: Look): readonly string[] {
  return [
    ...(before === undefined ? [] : [look.paint.bad(`   - ${name}  ${look.clean(before)}`)]),
    ...(after === undefined
      ? []
      : spread(`   + ${name}  ${look.clean(after)}`, placeText(places, look), look).map(look.paint.good)),
  ]
}

function placeText(places: readonly Place[], look: Look): string {
  const [first, ...others] = places
  if (first?.file === undefined) return ''
  const more = others.length > 0 ? ` +${others.length}` : ''
  return look.clean(`${first.file}${first.line === undefined ? '' : `:${first.line}`}${more}`)
}

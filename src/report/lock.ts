import type { LockCheck, LockDifference } from '../domain/lock.ts'
import type { Place } from '../domain/place.ts'
import { hanging, spread } from './look.ts'
import type { Look } from './look.ts'
import { count, pad, truncate, widthOf } from './text.ts'
import { whereText } from './comparison/where.ts'

/** What is not as the access lock says, as a diff: a line with `-` as it was, one with `+` as it is. */
export function lockDifferences({ file, differences }: LockCheck, look: Look): readonly string[] {
  if (differences.length === 0) return []
  const names = differences.map(({ subject, aspect }) => `${look.clean(subject)}  ${aspect}`)
  const width = Math.min(Math.max(...names.map(widthOf)), look.width - 40)
  return [
    ...hanging(
      ` ${look.cells.leak} `,
      `${look.clean(file)} ${look.dot} ${count(differences.length, 'line differs', 'lines differ')}`,
      look,
    ).map(look.paint.bad),
    ...differences.flatMap((one, at) => linesOf(one, pad(names[at] ?? '', width), look)),
    ...hanging('   ', 'what is meant is accepted with: rls-harness lock --update', look),
  ]
}

function linesOf({ before, after, places }: LockDifference, name: string, look: Look): readonly string[] {
  const [was, is] = [before, after].map((value) =>
    value === undefined ? [] : [`${name}  ${look.clean(value)}`],
  )
  const now = (is ?? []).flatMap((text) => {
    const lines = hanging('   + ', text, look)
    return [...lines.slice(0, -1), ...spread(lines.at(-1) ?? '', placeText(places, look), look)]
  })
  return [
    ...(was ?? []).flatMap((text) => hanging('   - ', text, look)).map(look.paint.bad),
    ...now.map(look.paint.good),
  ]
}

function placeText(places: readonly Place[], look: Look): string {
  const [first, ...others] = places
  const where = first ? whereText(first) : ''
  const more = others.length > 0 ? ` +${others.length}` : ''
  return where === '' ? '' : truncate(look.clean(`${where}${more}`), look.width - 12, look.ellipsis)
}

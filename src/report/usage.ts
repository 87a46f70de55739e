import type { Missing, Place, UsageReport, UsedUntested } from '../domain/usage.ts'
import { hanging, lookOf, spread, type Look } from './look.ts'
import type { LookOptions, ReporterOptions } from './reporter.ts'
import { count, inert } from './text.ts'

/** Places that are listed of one name. */
const LISTED = 5

/** What an application uses and the schema lacks or the run left untested, for a person at a terminal. */
export function usageText(
  found: UsageReport,
  options: LookOptions & Pick<ReporterOptions, 'exitCode'>,
): string {
  const look = lookOf(options)
  const lines = [
    ...hanging(' ', look.clean(extentOf(found)), look),
    ...found.missing.flatMap((one) => ['', ...describeMissing(one, look)]),
    ...untestedLines(found.untested, look),
    ...asideLines(found, look),
    '',
    ...totals(found, options, look),
  ]
  return `${lines.map(inert).join('\n')}\n`
}

function extentOf({ files, used }: UsageReport): string {
  const parts = [
    count(used.relations, 'relation'),
    count(used.functions, 'function'),
    count(used.buckets, 'bucket'),
    count(used.subscriptions, 'realtime table'),
  ]
  return `${count(files, 'source file')} ${files === 1 ? 'uses' : 'use'} ${parts.join(', ')}`
}

function describeMissing({ kind, name, message, nearest, places }: Missing, look: Look): readonly string[] {
  const title = `${TITLES[kind]}  ${name}`
  const meant = nearest === undefined ? '' : `; did you mean "${nearest}"?`
  return [
    ...hanging(` ${look.paint.bad(look.severities.error)} `, look.clean(title), look),
    ...hanging('   ', look.clean(`${message}${meant}`), look),
    ...placeLines(places, look),
  ]
}

const TITLES: Readonly<Record<Missing['kind'], string>> = {
  schema: 'schema not served',
  relation: 'missing relation',
  column: 'missing column',
  relationship: 'missing relationship',
  function: 'missing function',
  arguments: 'wrong arguments',
  bucket: 'missing bucket',
  publication: 'not published',
}

const textOfPlace = ({ file, line, column }: Place): string => `${file}:${line}:${column}`

function placeLines(places: readonly Place[], look: Look): readonly string[] {
  const rest = places.length - LISTED
  return [
    ...places.slice(0, LISTED).map((place) => look.paint.faint(`     ${look.clean(textOfPlace(place))}`)),
    ...(rest > 0 ? [look.paint.faint(`     and ${count(rest, 'more place')}`)] : []),
  ]
}

function untestedLines(untested: readonly UsedUntested[], look: Look): readonly string[] {
  return untested.flatMap(({ kind, name, reason, places }) => [
    '',
    ...hanging(` ${look.paint.warn('?')} `, look.clean(`used and untested  ${kind} ${name}`), look),
    ...hanging('   ', look.clean(reason), look),
    ...placeLines(places.slice(0, LISTED), look),
  ])
}

/** What nothing can be said of: files that cannot be read, names that are made at run time. */
function asideLines({ unread, dynamic }: UsageReport, look: Look): readonly string[] {
  const files = unread.flatMap(({ file, line, reason }) =>
    hanging(' ! ', look.clean(`not read  ${file}${line === undefined ? '' : `:${line}`}: ${reason}`), look),
  )
  const [first] = dynamic
  const names = first
    ? hanging(
        ' i ',
        look.clean(
          `${count(dynamic.length, 'name')} made at run time and not looked at, such as ${textOfPlace(first.place)}`,
        ),
        look,
      )
    : []
  return [...(files.length > 0 ? ['', ...files] : []), ...(names.length > 0 ? ['', ...names] : [])]
}

function totals(
  { missing, untested, unread }: UsageReport,
  { exitCode }: Pick<ReporterOptions, 'exitCode'>,
  look: Look,
): readonly string[] {
  const parts = [
    `${missing.length} missing`,
    `${untested.length} used and untested`,
    ...(unread.length > 0 ? [`${count(unread.length, 'file')} not read`] : []),
  ]
  return spread(` ${parts.join(` ${look.dot} `)}`, `exit ${exitCode}`, look)
}

import type { LockEntry } from '../domain/lock.ts'
import type { Report } from '../domain/report.ts'
import { HarnessError } from '../errors.ts'
import { entriesOf } from './entries.ts'

/** What the file is called in a project's folder. */
export const LOCK_NAME = 'rls.lock'

const HEAD = [
  '# Who was seen to get at what, a line for each relation and command. Written by rls-harness lock, kept in git.',
  '# After a change that is meant: rls-harness lock --update',
  '',
]

const VERSION = 'lock-version 1'

/** The lock of a run, as it stands in the file. */
export const lockText = (report: Report): string => printLock(entriesOf(report))

/** One line per entry, in columns of a fixed width: no line changes because another one came. */
export function printLock(entries: readonly LockEntry[]): string {
  return [
    ...HEAD,
    VERSION,
    ...entries.map(
      ({ subject, aspect, value }) => `${nameText(subject).padEnd(40)}  ${aspect.padEnd(8)}  ${value}`,
    ),
    '',
  ].join('\n')
}

/** Names that could be taken for something else are quoted as in JSON, in ASCII where they hold what cannot be seen. */
function nameText(name: string): string {
  if (!/["\\]|^[\s#]|\s$|\s{2}|[^\P{White_Space} ]/u.test(name) && !INVISIBLE.test(name)) return name
  return JSON.stringify(name).replaceAll(
    new RegExp(INVISIBLE, 'gu'),
    (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u

/**
 * The entries of a file that printLock() wrote; remarks and empty lines do not count.
 *
 * @param file as people see it
 * @throws HarnessError LOCK_INVALID with the line that cannot be read
 */
export function parseLock(text: string, file: string): readonly LockEntry[] {
  const lines = text
    .split(/\r?\n/)
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => line.trim() !== '' && !line.startsWith('#'))
  const [first, ...others] = lines
  if (first === undefined) throw invalid(`${file} is empty`)
  if (/^(<{7}|={7}|>{7})/m.test(text))
    throw new HarnessError('LOCK_INVALID', `${file} holds both sides of a merge conflict`, {
      hint: 'Take one side and write it anew: rls-harness lock --update',
    })
  if (first.line.trim() !== VERSION)
    throw invalid(`${file}:${first.number}: ${JSON.stringify(first.line)} is not "${VERSION}"`)
  const entries = others.map(({ line, number }) => parseLine(line) ?? fail(file, number, line))
  const seen = new Set<string>()
  for (const [at, { subject, aspect }] of entries.entries()) {
    const key = JSON.stringify([subject, aspect])
    if (seen.has(key)) throw invalid(`${file}:${others[at]?.number}: ${subject} ${aspect} stands there twice`)
    seen.add(key)
  }
  return entries
}

const LINE = /^(?<name>"(?:[^"\\]|\\.)*"|\S.*?) {2,}(?<aspect>[a-z-]+) {2,}(?<value>\S.*?)\s*$/u

function parseLine(line: string): LockEntry | undefined {
  const { name, aspect, value } = LINE.exec(line)?.groups ?? {}
  if (name === undefined || aspect === undefined || value === undefined) return undefined
  return { subject: name.startsWith('"') ? unquoted(name) : name, aspect, value }
}

function unquoted(name: string): string {
  try {
    const value: unknown = JSON.parse(name)
    return typeof value === 'string' ? value : name
  } catch {
    return name
  }
}

function fail(file: string, number: number, line: string): never {
  throw invalid(`${file}:${number}: ${JSON.stringify(line)} is not a name, a command and an audience`)
}

const invalid = (message: string): HarnessError =>
  new HarnessError('LOCK_INVALID', message, { hint: 'Write it anew: rls-harness lock --update' })

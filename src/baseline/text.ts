import type { Baseline, BaselineFinding, BaselineUntested } from '../domain/baseline.ts'
import { SEVERITIES } from '../domain/vocabulary.ts'
import { HarnessError } from '../errors.ts'

/** What the file is called in a project's folder. */
export const BASELINE_NAME = 'rls.baseline.json'

const VERSION = 1

/** JSON with one entry per line: a review shows the entries that came and went. */
export function printBaseline({ reason, findings, untested }: Omit<Baseline, 'file'>): string {
  const list = (entries: readonly object[]): string =>
    entries.length === 0 ? '[]' : `[\n${entries.map((one) => `    ${JSON.stringify(one)}`).join(',\n')}\n  ]`
  return [
    '{',
    `  "baselineVersion": ${VERSION},`,
    `  "reason": ${JSON.stringify(reason)},`,
    `  "findings": ${list([...findings].sort(byText).map(findingFields))},`,
    `  "untested": ${list([...untested].sort(byText).map(untestedFields))}`,
    '}',
    '',
  ].join('\n')
}

const textOf = ({ relation, scope, command, actor, ...rest }: BaselineFinding | BaselineUntested): string =>
  JSON.stringify([relation, scope ?? '', command, actor ?? '', rest])

/** Code unit by code unit: the same on every machine. */
function byText(a: BaselineFinding | BaselineUntested, b: BaselineFinding | BaselineUntested): number {
  return textOf(a) < textOf(b) ? -1 : 1
}

const WHY = ['guard', 'reason', 'expires'] as const
const FINDING_FIELDS = [
  'code',
  'relation',
  'scope',
  'command',
  'actor',
  'severity',
  'fingerprint',
  ...WHY,
] as const
const UNTESTED_FIELDS = ['relation', 'scope', 'command', 'actor', ...WHY] as const

const findingFields = (one: BaselineFinding): object =>
  Object.fromEntries(FINDING_FIELDS.flatMap((name) => (one[name] === undefined ? [] : [[name, one[name]]])))

const untestedFields = (one: BaselineUntested): object =>
  Object.fromEntries(UNTESTED_FIELDS.flatMap((name) => (one[name] === undefined ? [] : [[name, one[name]]])))

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads what printBaseline() wrote, strictly: what is not understood must not pass for accepted.
 *
 * @param file as people see it
 * @throws HarnessError BASELINE_INVALID with the entry that is wrong
 */
export function parseBaseline(text: string, file: string): Baseline {
  const value = parseJson(text, file)
  const fields = fieldsOf(value, file, '', ['baselineVersion', 'reason', 'findings', 'untested'])
  if (fields['baselineVersion'] !== VERSION)
    throw invalid(`${file}: baselineVersion: must be ${VERSION}, the only one that this version reads`)
  return {
    file,
    reason: textField(fields, file, '', 'reason'),
    findings: listOf(fields['findings'], file, 'findings').map((one, at) =>
      readFinding(one, file, `findings[${at}]`),
    ),
    untested: listOf(fields['untested'], file, 'untested').map((one, at) =>
      readUntested(one, file, `untested[${at}]`),
    ),
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw invalid(`${file}: ${reason}`, error)
  }
}

function readFinding(value: unknown, file: string, at: string): BaselineFinding {
  const fields = fieldsOf(value, file, at, FINDING_FIELDS)
  const severity = SEVERITIES.find((one) => one === fields['severity'])
  if (severity === undefined)
    throw invalid(`${file}: ${at}.severity: must be one of ${SEVERITIES.join(', ')}`)
  const fingerprint = textField(fields, file, at, 'fingerprint')
  if (!/^[0-9a-f]{16,64}$/.test(fingerprint))
    throw invalid(`${file}: ${at}.fingerprint: ${JSON.stringify(fingerprint)} is no fingerprint`)
  return {
    fingerprint,
    severity,
    code: textField(fields, file, at, 'code'),
    relation: textField(fields, file, at, 'relation'),
    command: textField(fields, file, at, 'command'),
    ...optional(fields, file, at, 'scope'),
    ...optional(fields, file, at, 'actor'),
    ...why(fields, file, at),
  }
}

function readUntested(value: unknown, file: string, at: string): BaselineUntested {
  const fields = fieldsOf(value, file, at, UNTESTED_FIELDS)
  return {
    relation: textField(fields, file, at, 'relation'),
    command: textField(fields, file, at, 'command'),
    actor: textField(fields, file, at, 'actor'),
    ...optional(fields, file, at, 'scope'),
    ...why(fields, file, at),
  }
}

function why(
  fields: Fields,
  file: string,
  at: string,
): Pick<BaselineFinding, 'guard' | 'reason' | 'expires'> {
  const read = {
    ...optional(fields, file, at, 'guard'),
    ...optional(fields, file, at, 'reason'),
    ...optional(fields, file, at, 'expires'),
  }
  if (read.expires !== undefined && !isDate(read.expires))
    throw invalid(`${file}: ${at}.expires: must be a date like "2027-01-31"`)
  return read
}

/** Whether it is a day of the calendar, written as ISO 8601 has it. */
export function isDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
  )
}

function fieldsOf(value: unknown, file: string, at: string, known: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${file}: ${at === '' ? 'must be' : `${at}: must be`} an object`)
  const unknown = Object.keys(value).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw invalid(`${file}: ${at === '' ? '' : `${at}.`}${unknown}: is not one of ${known.join(', ')}`)
  return { ...value }
}

function listOf(value: unknown, file: string, at: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw invalid(`${file}: ${at}: must be a list`)
}

function textField(fields: Fields, file: string, at: string, name: string): string {
  const value = fields[name]
  if (typeof value === 'string' && value.trim() !== '') return value
  throw invalid(`${file}: ${at === '' ? '' : `${at}.`}${name}: must be a text`)
}

const optional = <Name extends string>(
  fields: Fields,
  file: string,
  at: string,
  name: Name,
): { readonly [K in Name]?: string } =>
  fields[name] === undefined
    ? {}
    : ({ [name]: textField(fields, file, at, name) } as { [K in Name]?: string })

const invalid = (message: string, cause?: unknown): HarnessError =>
  new HarnessError('BASELINE_INVALID', message, {
    ...(cause === undefined ? {} : { cause }),
    hint: 'Put the file of the last commit back, or remove it and accept anew what is there: rls-harness baseline write',
  })

import { FINDINGS } from '../domain/finding.ts'
import type { Check, Finding, Report, Truth } from '../domain/report.ts'
import { blamed, remedy, titleOf } from './findings.ts'
import { hanging, lookOf, spread, type Look } from './look.ts'
import type { ReporterOptions } from './reporter.ts'
import { deedIn } from './script-parts.ts'
import { inert, truncate } from './text.ts'

/** Everything that is known of one finding, for a person at a terminal. */
export function explanation(finding: Finding, report: Report, options: ReporterOptions): string {
  const look = lookOf(options)
  const { title, impact } = FINDINGS[finding.code] ?? { title: finding.title, impact: '' }
  const parts: readonly (readonly [heading: string, lines: readonly string[]])[] = [
    ['Who', who(finding, report, look)],
    ['What stands there for it', scene(finding, look)],
    ['Statement', statement(finding, look)],
    ['Steps', steps(finding, look)],
    finding.checks && finding.checks.length > 0
      ? [
          'What was checked, in the server’s order',
          finding.checks.flatMap((one, at) => checked(one, at, look)),
        ]
      : ['What let it through', cause(finding, look)],
    ['Evidence', hanging(INDENT, look.clean(finding.evidence === '' ? title : finding.evidence), look)],
    ['The least that still shows it', witness(finding, look)],
    ['Remedy', remedy(finding, look)],
    ['Ignored', ignored(finding, look)],
    ['To repeat it', repeat(finding, look)],
  ]
  const lines = [
    titleOf(finding, report, look),
    ...hanging(
      INDENT,
      look.clean(
        [title, impact]
          .filter((one) => one !== '')
          .join('. ')
          .replaceAll('..', '.'),
      ),
      look,
    ),
    ...hanging(INDENT, look.clean(`finding ${finding.fingerprint}`), look).map(look.paint.faint),
    ...parts.flatMap(([heading, inner]) =>
      inner.length === 0 ? [] : ['', ` ${look.paint.strong(look.clean(heading))}`, ...inner],
    ),
  ]
  return `${lines.map(inert).join('\n')}\n`
}

const INDENT = '   '

/** Why a finding has no script, for people. */
export function withoutScript({ kind, code }: Pick<Finding, 'kind' | 'code'>): string {
  switch (kind) {
    case 'static':
      return 'the schema alone says it, and no statement was tried'
    case 'overblock':
      return 'nobody got through, so that there is no statement that shows it'
    case 'leak':
    case 'broken':
      return code === 'public-bucket'
        ? 'the rows are served at a URL that asks no policy'
        : 'no single statement shows it'
  }
}

/** The session, with the claims that policies may ask for. */
function who(finding: Finding, { actors }: Report, look: Look): readonly string[] {
  const name = deedIn(finding)?.who ?? /^([^:]+): /.exec(finding.evidence)?.[1]
  const actor = actors.find((one) => one.name === name)
  if (!actor) return name === undefined || finding.kind === 'static' ? [] : stranger(name, finding, look)
  const tenant = actor.tenant === undefined ? '' : `, in ${actor.tenant}`
  const claims = Object.entries(actor.claims).filter(([key]) => !OF_EVERY_TOKEN.has(key))
  return [
    ...hanging(INDENT, look.clean(`${actor.name}: role ${actor.role}${tenant}`), look),
    ...claims.flatMap(([key, value]) =>
      hanging(`${INDENT}  `, look.clean(`${key} = ${textOf(value)}`), look),
    ),
  ]
}

/** Who asks in a scenario alone is not of the cast: as far as it matters, the session stands in the witness. */
function stranger(name: string, { witness: known }: Finding, look: Look): readonly string[] {
  if (!known) return hanging(INDENT, look.clean(name), look)
  const { role, claims, settings } = known.session
  return [
    ...hanging(INDENT, look.clean(`${name}: role ${role}`), look),
    ...Object.entries({ ...claims, ...settings }).flatMap(([key, value]) =>
      hanging(`${INDENT}  `, look.clean(`${key} = ${textOf(value)}`), look),
    ),
  ]
}

const scene = (finding: Finding, look: Look): readonly string[] =>
  (deedIn(finding)?.scene ?? []).flatMap((line) => hanging(INDENT, look.clean(line), look))

/** What every access token holds, whoever signs in. */
const OF_EVERY_TOKEN: ReadonlySet<string> = new Set(
  'iss iat exp nbf aud jti amr session_id is_anonymous phone'.split(' '),
)

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const statement = (finding: Finding, look: Look): readonly string[] =>
  (deedIn(finding)?.statements ?? []).flatMap((line) => hanging(INDENT, look.clean(line), look))

const steps = ({ steps: all = [] }: Finding, look: Look): readonly string[] =>
  all.flatMap(({ command, relation }, at) =>
    hanging(`${INDENT}${at + 1}. `, look.clean(`${command} on ${relation}`), look),
  )

function cause({ blame }: Finding, look: Look): readonly string[] {
  return blame.flatMap((one) => [
    ...blamed(one, look),
    ...(one.through === undefined ? [] : hanging(`${INDENT}through  `, look.clean(one.through), look)),
  ])
}

function checked(check: Check, at: number, look: Look): readonly string[] {
  const number = `${INDENT}${at + 1}. `
  const line = check.line === undefined ? '' : `:${check.line}`
  const where = check.file === undefined ? '' : `${check.file}${line}`
  const lines = hanging(number, look.clean(whatOf(check)), look)
  const shown = where === '' ? lines : withPlace(lines, look.clean(where), look)
  const inner = ' '.repeat(number.length)
  const said =
    check.statement === undefined
      ? []
      : hanging(inner, look.clean(oneLine(check.statement)), look).map(look.paint.faint)
  if (check.kind !== 'policy') return [...shown, ...said]
  const atoms = check.atoms.flatMap(({ text, came }) =>
    hanging(`${inner}${cameText(came).padEnd(6)}`, look.clean(oneLine(text)), look),
  )
  return [...shown, ...said, ...atoms]
}

function withPlace(lines: readonly string[], where: string, look: Look): readonly string[] {
  const last = lines.at(-1) ?? ''
  return [...lines.slice(0, -1), ...spread(last, truncate(where, look.width - 12, look.ellipsis), look)]
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()

function whatOf(check: Check): string {
  switch (check.kind) {
    case 'privilege':
      return `privilege: ${check.role} holds ${check.privilege} on ${check.on}`
    case 'view':
    case 'function':
      return `${check.kind} ${check.name}: what it reads, it reads as ${check.runsAs}`
    case 'row security':
      return `row security of ${check.relation}: ${check.state}`
    case 'policy':
      return `${check.permissive ? 'policy' : 'restrictive policy'} "${check.policy}" for ${check.command}, ${check.side === 'using' ? 'using' : 'with check'}: ${cameText(check.came)}`
  }
}

const cameText = (came: Truth): string => (came === null ? 'NULL' : String(came))

function witness({ witness: least }: Finding, look: Look): readonly string[] {
  if (!least) return []
  const { role, claims, settings } = least.session
  const session = [
    `role ${role}`,
    ...Object.entries(claims).map(([key, value]) => `${key} = ${textOf(value)}`),
    ...Object.entries(settings).map(([key, value]) => `${key} = ${textOf(value)}`),
  ]
  const row = Object.entries(least.row).map(([key, value]) => `${key} = ${textOf(value)}`)
  return [
    ...hanging(`${INDENT}session  `, look.clean(session.join(', ')), look),
    ...hanging(`${INDENT}row      `, look.clean(row.length === 0 ? 'any' : row.join(', ')), look),
  ]
}

const ignored = ({ suppressed }: Finding, look: Look): readonly string[] =>
  suppressed
    ? hanging(
        INDENT,
        look.clean(
          `${suppressed.reason}${suppressed.expires === undefined ? '' : `; until ${suppressed.expires}`}`,
        ),
        look,
      )
    : []

function repeat(finding: Finding, look: Look): readonly string[] {
  if (finding.reproduction === undefined)
    return hanging(INDENT, look.clean(`There is no script: ${withoutScript(finding)}.`), look)
  return [
    ...hanging(INDENT, look.clean(`rls-harness repro ${finding.id} | psql "$URL"`), look),
    ...hanging(
      INDENT,
      look.clean('as a superuser, in a database with the migrations: it needs no rows and changes nothing'),
      look,
    ),
  ]
}

import type { PlatformName } from '../domain/config.ts'
import type { AppliedSource } from '../domain/source.ts'
import type { Report } from '../domain/report.ts'
import type { Look } from './look.ts'
import { coverageText, scenariosText } from '../domain/coverage.ts'
import { extentOf } from './extent.ts'
import { count, pad, seconds, truncate, widthOf, wrap } from './text.ts'

/** Notes of migrations that the terminal shows; the JSON report holds all. */
const NOTES_SHOWN = 5

interface StepLine {
  readonly text: string
  readonly ms: number | undefined
  readonly notes: readonly string[]
}

/** The first line and what was done before anything could be judged: tool, server, migrations, population, probes. */
export function header(report: Report, look: Look, notesShown = NOTES_SHOWN): readonly string[] {
  const { tool, run } = report
  const facts = [
    ...(run.shard ? [`shard ${run.shard.index}/${run.shard.count}`] : []),
    ...(run.changed ? [`since ${run.changed.since}`] : []),
    ...(run.shards === undefined ? [] : [`${run.shards} shards`]),
    `${run.engine.kind} PostgreSQL ${run.engine.version}`,
    `seed ${run.seed}`,
    ...(run.platform.name === 'none' ? [] : [`API privileges: ${run.apiPrivileges}`]),
  ].map(look.clean)
  const name = look.clean(`${tool.name} ${tool.version}`)
  const rest = truncate(facts.join(` ${look.dot} `), look.width - widthOf(name) - 4, look.ellipsis)
  const steps = stepsOf(report, look, notesShown)
  const room = Math.max(...steps.map((step) => widthOf(step.text)))
  return [
    ` ${look.paint.strong(name)}   ${rest}`,
    ` ${look.paint.faint(platformLine(report, look))}`,
    ...steps.flatMap((step) => stepLines(step, room, look)),
  ]
}

const PLATFORMS: Readonly<Record<PlatformName, string>> = {
  supabase: 'Supabase',
  neon: 'Neon',
  none: 'plain PostgreSQL',
}

/** A wrong guess must be seen at once: it decides who can reach what. */
function platformLine({ run: { platform } }: Report, look: Look): string {
  const text = `platform: ${PLATFORMS[platform.name]} (${platform.why})`
  return truncate(look.clean(text), look.width - 2, look.ellipsis)
}

function stepsOf(report: Report, look: Look, notesShown: number): readonly StepLine[] {
  const users = new Set(
    report.actors.flatMap(({ claims }) => (claims['sub'] === undefined ? [] : [claims['sub']])),
  ).size
  const { untried: left } = report.coverage
  const untried = left.length > 0 ? ` (not tried: ${left.join(', ')})` : ''
  const population = [
    ...(report.tenants.length > 0 ? [count(report.tenants.length, 'tenant')] : []),
    count(users, 'user'),
    count(report.rows, 'row'),
  ]
  const texts = [coverageText(report.coverage.policies), scenariosText(report.coverage.scenarios)]
  const covered = texts[0] === null ? null : texts.filter((text) => text !== null).join(', ')
  return [
    {
      text: applied(report.sources),
      ms: duration(report, /migrat|platform/i),
      notes: notesOf(report.sources, look, notesShown),
    },
    { text: population.join(', '), ms: duration(report, /seed|populat/i), notes: [] },
    { text: `${extentOf(report)}${untried}`, ms: duration(report, /probe|probing/i), notes: [] },
    ...(covered === null ? [] : [{ text: covered, ms: duration(report, /cover/i), notes: [] }]),
  ].map((step) => ({ ...step, text: truncate(look.clean(step.text), look.width - 12, look.ellipsis) }))
}

function stepLines(step: StepLine, room: number, look: Look): readonly string[] {
  const time = step.ms === undefined ? '' : seconds(step.ms)
  const line = ` ${look.tick} ${pad(step.text, room)}  ${time}`
  const painted =
    ` ${look.paint.good(look.tick)} ${pad(step.text, room)}  ${look.paint.faint(time)}`.trimEnd()
  const [first, ...others] = step.notes
  if (first === undefined) return [painted]
  const beside = widthOf(line) + 5 + widthOf(first) <= look.width
  const below = beside ? others : step.notes
  const notes = below.flatMap((note) =>
    wrap(note, look.width - 5).map((text, index) => `   ${index === 0 ? look.paint.warn('!') : ' '} ${text}`),
  )
  return [beside ? `${painted}   ${look.paint.warn('!')} ${first}` : painted, ...notes]
}

/** `14 migrations (prisma) + 1 file`. */
function applied(sources: readonly AppliedSource[]): string {
  const parts = sources.map(({ tool, files }) =>
    tool === 'sql' ? count(files.length, 'file') : `${count(files.length, 'migration')} (${tool})`,
  )
  return parts.length === 0 ? 'no migrations' : parts.join(' + ')
}

function notesOf(sources: readonly AppliedSource[], look: Look, notesShown: number): readonly string[] {
  const all = sources.flatMap(({ files, notes }) => [
    ...notes,
    ...files.flatMap((file) => file.notes.map((note) => withFile(note, file.path))),
  ])
  const shown = all.slice(0, notesShown).map(look.clean)
  const hidden = all.length - shown.length
  const more = count(hidden, shown.length > 0 ? 'more note' : 'note')
  return hidden > 0 ? [...shown, `${more} (in the JSON report)`] : shown
}

function withFile(note: string, path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return note.includes(name) ? note : `${name} ${note}`
}

/** Time of the steps whose name matches; a run that names its steps otherwise simply shows no times. */
function duration(report: Report, name: RegExp): number | undefined {
  const steps = report.run.steps.filter((step) => name.test(step.name))
  return steps.length === 0 ? undefined : steps.reduce((sum, step) => sum + step.ms, 0)
}

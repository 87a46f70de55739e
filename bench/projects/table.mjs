// The measurements of `projects.mjs` as Markdown.

const HEAD = [
  'project',
  'applied',
  'seeded',
  'control',
  'every command',
  'probes',
  'untested',
  'error / warning / note',
  's',
  'MB',
]

export function projectsMarkdown(lines) {
  const usable = lines.filter(({ tables }) => tables !== undefined)
  const sum = (key) => usable.reduce((total, one) => total + one[key], 0)
  const of = (part, whole) => `${sum(part)} of ${sum(whole)} (${percent(sum(part), sum(whole))})`
  return [
    row(HEAD),
    row(HEAD.map((_, index) => (index < 2 ? '---' : '--:'))),
    ...lines.map((line) => row(cells(line))),
    '',
    `${usable.length} of ${lines.length} projects usable; seeded ${of('seeded', 'tables')}; control ${of('controlled', 'guarded')}, with every command ${of('fully', 'guarded')}; ` +
      `${sum('probes')} probes; ${usable.reduce((n, { untested }) => n + untested.length, 0)} untested`,
    '',
    ...reasons(usable),
  ].join('\n')
}

function cells(line) {
  if (line.tables === undefined)
    return [line.name, `${line.applied}: ${line.why}`, ...Array(6).fill(''), seconds(line), '']
  const { error, warning, note } = line.findings
  return [
    line.name,
    line.applied,
    `${line.seeded}/${line.tables}`,
    `${line.controlled}/${line.guarded}`,
    `${line.fully}/${line.guarded}`,
    line.probes,
    line.untested.length,
    `${error} / ${warning} / ${note}`,
    seconds(line),
    line.memory,
  ]
}

/** Why tables are empty and commands untested, the most frequent reasons first. */
function reasons(lines) {
  const empty = lines.flatMap(({ name, empty: tables }) =>
    tables.map(({ relation, reason }) => `${name} ${relation}: ${reason}`),
  )
  const forced = lines.flatMap(({ name, withoutTriggers = [] }) =>
    withoutTriggers.map((relation) => `${name} ${relation}`),
  )
  const untested = counted(lines.flatMap(({ untested: all }) => all.map(({ reason }) => plain(reason))))
  return [
    'Empty tables:',
    ...empty.map((line) => `- ${line.replaceAll('\n', ' ')}`),
    '',
    'Filled without their triggers:',
    ...forced.map((line) => `- ${line}`),
    '',
    'Untested, by reason:',
    ...untested.slice(0, 40).map(([reason, count]) => `- ${count} × ${reason}`),
    '',
  ]
}

function counted(words) {
  const counts = new Map()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)
}

/** A reason without what differs from case to case. */
const plain = (reason) =>
  reason
    .replaceAll('\n', ' ')
    .replaceAll(/"[^"]*"/gu, '"…"')
    .replaceAll(/\b[a-z_]\w*\.[a-z_]\w*(?:\([^)]*\))?/giu, '…')
    .slice(0, 160)

const seconds = ({ seconds: value }) => value.toFixed(1)
const percent = (part, whole) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`)
const row = (values) => `| ${values.join(' | ')} |`

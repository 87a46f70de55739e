// Measurements with and without rows from the policies' text → Markdown.

/** One table per project that lists its exposures, and one for all others together. */
export function directedMarkdown(projects) {
  const listed = projects.filter(({ directed }) => directed.planted !== undefined)
  const others = projects.filter((one) => !listed.includes(one))
  return [...listed.map(plantedTable), ...(others.length > 0 ? [otherTable(others)] : [])].join('\n')
}

const seconds = (ms) => (ms / 1000).toFixed(1)
const whole = (number) => number.toLocaleString('en')
const atoms = (counted) => (counted === null ? '?' : `${counted.both} of ${counted.all}`)

function plantedTable({ name, without, directed }) {
  const row = (title, cell) => [title, cell(without), cell(directed)]
  const missed = directed.missed.map((one) => `- ${one}\n`).join('')
  return [
    table(
      [name, 'without', 'directed'],
      [
        row('exposures found', ({ found, planted }) => `${found} of ${planted}`),
        row('false alarms on sound tables', ({ alarms, soundTables }) => `${alarms} (${soundTables} tables)`),
        row('atoms seen both ways', (one) => atoms(one.atoms)),
        row('rows', ({ rows }) => whole(rows)),
        row('probes', ({ probes }) => whole(probes)),
        row('untested', ({ untested }) => whole(untested)),
        row('seconds', ({ ms }) => seconds(ms)),
      ],
    ),
    ...(missed === '' ? [] : ['Not found:', '', missed]),
  ].join('\n')
}

function otherTable(projects) {
  const pair = (cell, { without, directed }) => `${cell(without)} → ${cell(directed)}`
  const rows = projects.map((one) => [
    one.name,
    pair((run) => atoms(run.atoms), one),
    pair((run) => whole(run.findings), one),
    pair((run) => whole(run.untested), one),
    pair((run) => whole(run.probes), one),
    pair((run) => seconds(run.ms), one),
  ])
  return table(['project', 'atoms seen both ways', 'findings', 'untested', 'probes', 'seconds'], rows)
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const [, ...others] = head
  return `${[line(head), line(['---', ...others.map(() => '---:')]), ...rows.map(line)].join('\n')}\n`
}

// Measurements of the tools → Markdown.

const seconds = (ms) => (ms / 1000).toFixed(2)

/** The middle of several rounds: one that another process disturbed does not count. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** A row per tool: a file with one test, one with all of them, what each further test costs, and all that as ratios. */
export function testsMarkdown({ machine, count, rounds, kinds, coldMs, results }) {
  const rows = results.map(({ name, one, many }) => ({
    name,
    one: median(one),
    many: median(many),
    best: [Math.min(...one), Math.min(...many)],
    each: median(many.map((ms, round) => (ms - one[round]) / (count - 1))),
  }))
  const [own] = rows
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`)
  return [
    `${machine.cores} cores (${machine.cpu}), Node ${machine.node}, ${versions.join(', ')}.`,
    ...(machine.missing.length > 0 ? [`Not found here: ${machine.missing.join(', ')}.`] : []),
    '',
    `${count} tests of ${kinds} kinds in one file, whole processes, medians of ${rounds} rounds in turns, and the best of them in brackets:`,
    '',
    table(
      ['tool', '1 test, s', `${count} tests, s`, 'ms a test', `${count} tests, ratio`, 'a test, ratio'],
      rows.map(({ name, one, many, each, best }) => [
        name,
        `${seconds(one)} (${seconds(best[0])})`,
        `${seconds(many)} (${seconds(best[1])})`,
        each.toFixed(1),
        (many / own.many).toFixed(2),
        (each / own.each).toFixed(2),
      ]),
    ),
    '',
    `rls-harness with an empty cache (initdb, platform, migrations): ${seconds(coldMs)} s for ${count} tests.`,
    '',
  ].join('\n')
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(['---', ...head.slice(1).map(() => '---:')]), ...rows.map(line)].join('\n')
}

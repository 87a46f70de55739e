// Measurements of who asserts → Markdown.
import { median } from '../tests/table.mjs'

const seconds = (ms) => (ms / 1000).toFixed(2)
const whole = (number) => Math.round(number).toLocaleString('en')

/** A row for each of them: its rate, and how many times as fast as it rls-harness is, round by round. */
export function probesMarkdown({ machine, assertions, results, ...answer }) {
  const [own, single] = results
  const ratio = (to, ms) => {
    const rounds = median(ms.map((each, round) => each / to.ms[round]))
    return `${rounds.toFixed(2)} (${(Math.min(...ms) / Math.min(...to.ms)).toFixed(2)})`
  }
  const rows = results.map(({ name, ms, messages, connections }) => [
    name,
    whole(connections),
    messages === undefined ? '' : whole(messages),
    `${seconds(median(ms))} (${seconds(Math.min(...ms))})`,
    whole((assertions * 1000) / median(ms)),
    ratio(own, ms),
    ratio(single, ms),
  ])
  return [
    aboutMachine(machine),
    '',
    aboutPlan({ assertions, ...answer }),
    '',
    'Medians, and what the best rounds give in brackets. The last two columns say how many times as fast as that row ' +
      'rls-harness is, on as many connections:',
    '',
    table(
      ['', 'connections', 'messages', 's', 'assertions/s', `ratio, ${own.connections}`, 'ratio, 1'],
      rows,
    ),
    '',
    aboutAgreement(answer.different, results),
    ...aboutServer(assertions, results),
    '',
  ].join('\n')
}

function aboutMachine({ cores, cpu, node, postgres, pgTap, pgsqlTest, missing }) {
  const versions = [
    `Node ${node}`,
    `PostgreSQL ${postgres}`,
    ...(pgTap ? [`pgTAP ${pgTap}`] : []),
    ...(pgsqlTest ? [`pgsql-test ${pgsqlTest}`] : []),
  ]
  const without = missing.length > 0 ? ` Not found here, and left out: ${missing.join(', ')}.` : ''
  return `${cores} cores (${cpu}), ${versions.join(', ')}.${without}`
}

const aboutPlan = ({ tables, assertions, reads, errors, nothing, prepared, messages, rounds }) =>
  `${tables} tables, ${whole(assertions)} assertions in ${whole(messages)} messages (${whole(reads)} read; ${whole(errors)} expect ` +
  `an error, ${whole(nothing)} no row; for ${whole(prepared)} a row is taken out of the way before), ${rounds} rounds in turns.`

function aboutAgreement(different, results) {
  const counts = [{ name: 'rls-harness', different }, ...results].filter((one) => one.different > 0)
  if (counts.length === 0) return 'All agree with what a plain client was answered.'
  const parts = counts.map((one) => `${one.different} (${one.name})`)
  return `Answered otherwise than a plain client: ${parts.join(', ')}.`
}

/** Linux alone tells; both rows of the limit measure the same. */
function aboutServer(assertions, results) {
  const used = results.flatMap(({ serverMs }) => (serverMs ? [(serverMs * 1000) / assertions] : []))
  if (used.length === 0) return []
  return [`With the limit an assertion takes ${whole(Math.min(...used))} µs of the server’s processor time.`]
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(['---', ...head.slice(1).map(() => '---:')]), ...rows.map(line)].join('\n')
}

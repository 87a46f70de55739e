// Measurements → Markdown.

const seconds = (ms) => (ms / 1000).toFixed(ms < 10_000 ? 2 : 1)
const whole = (number) => Math.round(number).toLocaleString('en')

/** Two tables: where time and memory go, and how fast probes are beside the yardstick. */
export function markdown({ cores, cpu, node, postgres }, sizes) {
  return [
    `${cores} cores (${cpu}), Node ${node}, PostgreSQL ${postgres}.`,
    '',
    'Seconds of each step of a cached run, and in brackets the peak memory of the process up to its end:',
    '',
    table(
      [
        'tables',
        'migrate, cold',
        'migrate',
        'introspect',
        'infer',
        'seed',
        'probe',
        'policies',
        'judge',
        'total',
        'peak memory',
      ],
      sizes.map(stepCells),
    ),
    '',
    'Messages per second, by the harness and by code that sends the same messages and looks at no answer:',
    '',
    table(
      [
        'tables',
        'probes',
        'messages',
        'connections',
        'harness',
        'yardstick',
        'ratio',
        'yardstick, 1 connection',
        'one by one',
        'µs a probe',
        'CPU µs a message, harness',
        'server',
      ],
      sizes.map(speedCells),
    ),
    '',
  ].join('\n')
}

function stepCells({ tables, coldMs, steps, totalMs, peakMb }) {
  const step = (...names) => {
    const found = steps.filter(({ name }) => names.includes(name))
    const ms = found.reduce((sum, one) => sum + one.ms, 0)
    return `${seconds(ms)} (${whole(found.at(-1)?.peakMb ?? 0)} MB)`
  }
  return [
    whole(tables),
    seconds(coldMs),
    step('migrate'),
    step('introspect'),
    step('infer', 'prepare'),
    step('seed'),
    step('probe'),
    step('cover'),
    step('explain', 'judge'),
    seconds(totalMs),
    `${whole(peakMb)} MB`,
  ]
}

function speedCells({ tables, steps, messages, probes, yardstick }) {
  const sent = steps.filter(({ name }) => name === 'probe' || name === 'cover')
  const probeMs = sent.reduce((sum, { ms }) => sum + ms, 0)
  const cpuMs = sent.reduce((sum, one) => sum + one.cpuMs, 0)
  const harness = (messages * 1000) / probeMs
  return [
    whole(tables),
    whole(probes),
    whole(messages),
    whole(yardstick.connections),
    whole(harness),
    whole(yardstick.same),
    `${Math.round((100 * harness) / yardstick.same)} %`,
    whole(yardstick.single),
    whole(yardstick.awaited),
    whole((1000 * probeMs) / probes),
    whole((1000 * cpuMs) / messages),
    yardstick.serverUs === null ? '?' : whole(yardstick.serverUs),
  ]
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---:')), ...rows.map(line)].join('\n')
}

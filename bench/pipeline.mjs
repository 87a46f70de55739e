// One run of the pipeline in a process of its own: time of each step, and peak memory at its end.
import pg from 'pg'

/** Environment, configuration and context of a run, the same for whoever measures one. */
export async function prepareRun({ dist, project, cache }) {
  const { loadConfig, run } = await import(new URL('index.js', dist).href)
  const environment = { ...process.env, RLS_CACHE_DIR: cache }
  const config = await loadConfig({ cwd: project, environment, flags: {} })
  const context = {
    environment,
    signal: new AbortController().signal,
    today: '2025-01-01',
    progress: () => {},
  }
  return { run, config, context }
}

/** Calls back with every text that a pipelined client sends: those are the probes. */
export function onProbeMessage(callback) {
  const { query } = pg.Client.prototype
  pg.Client.prototype.query = function (...parameters) {
    if (this.pipeline && typeof parameters[0] === 'string') callback(this, parameters[0])
    return query.apply(this, parameters)
  }
}

const peakMb = () => process.resourceUsage().maxRSS / 1024

/** What the pipeline does without saying so lies between the steps that it names. */
const UNNAMED = { seed: 'infer', probe: 'prepare' }

/** @returns the steps in order, what was probed, and the verdict */
export async function measure(options) {
  const { run, config, context } = await prepareRun(options)
  const steps = []
  let messages = 0
  let last = performance.now()
  let used = process.cpuUsage()
  const lap = (name) => {
    const now = performance.now()
    const { user, system } = process.cpuUsage(used)
    steps.push({ name, ms: now - last, cpuMs: (user + system) / 1000, peakMb: peakMb() })
    last = now
    used = process.cpuUsage()
  }
  onProbeMessage(() => (messages += 1))
  const progress = ({ kind, name }) => (kind === 'done' ? lap(name) : name in UNNAMED && lap(UNNAMED[name]))
  const report = await run(config, { ...context, progress })
  lap('judge')
  return {
    steps,
    totalMs: steps.reduce((sum, { ms }) => sum + ms, 0),
    peakMb: peakMb(),
    messages,
    probes: report.summary.probes,
    relations: report.summary.relations,
    rows: report.rows,
    findings: report.findings.length,
    untested: report.coverage.untested.length,
    postgres: report.run.engine.version,
  }
}

/** Only what comes before a cached run: no data directory and no migrated database is there yet. */
export async function migrateCold(options) {
  const { run, config, context } = await prepareRun(options)
  const stop = new AbortController()
  const started = performance.now()
  let ms
  const progress = ({ kind, name }) => {
    if (kind !== 'done' || name !== 'migrate') return
    ms = performance.now() - started
    stop.abort()
  }
  await run(config, { ...context, signal: stop.signal, progress }).catch((error) => {
    if (ms === undefined) throw error
  })
  return { ms }
}

import { loadConfig } from '../config/load.ts'
import type { Config } from '../domain/config.ts'
import type { Finding, Report } from '../domain/report.ts'
import { HarnessError } from '../errors.ts'
import { harmless, truncate } from '../report/text.ts'
import { totalsOf } from '../report/totals.ts'
import type { Known } from '../again.ts'
import { isLive, isUnicode } from './appearance.ts'
import type { CheckFlags } from './check.ts'
import { deliverAll, isFull, levelOf } from './deliver.ts'
import { exitCode } from './exit-code.ts'
import { describeFailure } from './failure.ts'
import type { Host } from './host.ts'
import { planOutputs } from './outputs.ts'
import { progressTo } from './progress.ts'
import { withReport, type News, type Standing } from './standing.ts'
import { foldersOf, placesOf, watchFiles, type FileWatch } from './watch-files.ts'
import { listenForKeys } from './watch-keys.ts'

/**
 * Judges a project, and what of it depends on a file whenever one is saved, until somebody ends it.
 * @returns the exit code of the last result
 * @throws HarnessError USAGE, and what cannot be told before anything is watched
 */
export async function watchProject(dir: string | undefined, flags: CheckFlags, host: Host): Promise<number> {
  refuseUnfit(flags, host)
  const load = (): Promise<Config> =>
    loadConfig({ cwd: host.cwd, dir, configPath: flags.config, environment: host.environment, flags })
  const config = await load()
  const events = new Events()
  await using files = await watchFiles(config, () => events.push('changed'))
  using _keys = listenForKeys(host.stdin, events.push)
  const onAbort = (): void => events.push('interrupted')
  host.signal.addEventListener('abort', onAbort, { once: true })
  const watch = new Watch(load, flags, host, files)
  try {
    for (let event: WatchEvent = 'all'; event !== 'quit'; event = await events.next()) {
      if (event === 'interrupted') throw host.signal.reason
      await watch.run(event, events)
    }
    return watch.code
  } finally {
    host.signal.removeEventListener('abort', onAbort)
  }
}

/** `all`: everything is to be judged again. */
export type WatchEvent = 'changed' | 'all' | 'quit' | 'interrupted'

const URGENCY: readonly WatchEvent[] = ['changed', 'all', 'quit', 'interrupted']

/** What happened and was not seen to yet: the most urgent of it. */
class Events {
  #pending: WatchEvent | undefined
  #wake: (() => void) | undefined
  /** a run under way is given up for what happens */
  onEvent: (() => void) | undefined

  readonly push = (event: WatchEvent): void => {
    const known = this.#pending === undefined ? -1 : URGENCY.indexOf(this.#pending)
    if (URGENCY.indexOf(event) > known) this.#pending = event
    this.onEvent?.()
    this.#wake?.()
  }

  async next(): Promise<WatchEvent> {
    while (this.#pending === undefined) await new Promise<void>((resolve) => (this.#wake = resolve))
    const event = this.#pending
    this.#pending = undefined
    return event
  }
}

class Watch {
  readonly #load: () => Promise<Config>
  readonly #flags: CheckFlags
  readonly #host: Host
  readonly #files: FileWatch
  #known: Known | undefined
  #standing: Standing = { findings: [], untested: [] }
  code: 0 | 1 | 2 = 2

  constructor(load: () => Promise<Config>, flags: CheckFlags, host: Host, files: FileWatch) {
    this.#load = load
    this.#flags = flags
    this.#host = host
    this.#files = files
  }

  /** What goes wrong is told, and what was known stays: the next save may repair it. */
  async run(event: WatchEvent, events: Events): Promise<void> {
    const { signal, stderr } = this.#host
    const given = new AbortController()
    events.onEvent = () => given.abort(new Error('something happened meanwhile'))
    try {
      const config = await this.#load()
      this.#files.add(placesOf(config))
      await this.#judge(config, event === 'all', AbortSignal.any([signal, given.signal]))
    } catch (error) {
      if (signal.aborted) throw error
      if (given.signal.aborted) return
      const options = { debug: this.#flags.debug ?? false, unicode: isUnicode(this.#host) }
      stderr.write(describeFailure(error, options))
      if (!(error instanceof HarnessError)) throw error
      this.code = 2
      this.#wait()
    } finally {
      events.onEvent = undefined
    }
  }

  async #judge(config: Config, all: boolean, signal: AbortSignal): Promise<void> {
    const { environment, today, stderr } = this.#host
    const progress = progressTo(stderr, {
      quiet: this.#flags.quiet ?? false,
      live: isLive(stderr, environment),
      unicode: isUnicode(this.#host),
    })
    const before = all || !this.#known ? undefined : { since: 'the last run', known: this.#known }
    const { report, known } = await this.#host
      .runAgain(config, before, { environment, signal, today, progress: progress.show })
      .finally(progress.end)
    signal.throwIfAborted()
    this.#files.add(foldersOf(config, report.sources))
    const isFirst = this.#known === undefined
    this.#known = known
    const news = withReport(this.#standing, report)
    this.#standing = news.standing
    this.#tell(report, config, news, isFirst)
    this.#wait()
  }

  #tell(report: Report, config: Config, news: News, isFirst: boolean): void {
    const { stdout } = this.#host
    const whole: Report = {
      ...report,
      findings: news.standing.findings,
      // what stands from other runs is counted one by one
      groups: [],
      coverage: { ...report.coverage, untested: news.standing.untested },
    }
    this.code = exitCode(whole, config.gate)
    const level = levelOf(this.#flags.level)
    const code = exitCode(report, config.gate)
    deliverAll(
      report,
      planOutputs(this.#flags, this.#host.cwd, this.#host.environment),
      {
        level,
        full: isFull(this.#flags),
        code,
        color: this.#flags.color,
        failOn: config.gate.failOn,
        projectDir: config.projectDir,
      },
      this.#host,
    )
    if (isFirst) return
    for (const finding of news.opened) stdout.write(this.#line('opened', finding))
    for (const finding of news.closed) stdout.write(this.#line('closed', finding))
    const rest = `${totalsOf(whole).slice(0, 2).join(', ')} in the whole project`
    stdout.write(`${news.opened.length} opened, ${news.closed.length} closed; ${rest}\n`)
  }

  #line(word: string, { code, relation, command, title }: Finding): string {
    const unicode = isUnicode(this.#host)
    const text = harmless(`${word}  ${code}  ${relation}  ${command}: ${title}`, unicode)
    return ` ${truncate(text, (this.#host.stdout.columns ?? 100) - 1, unicode ? '…' : '...')}\n`
  }

  #wait(): void {
    const { stdin, stderr } = this.#host
    stderr.write(`watching for changes${stdin?.isTTY ? ' (a: judge everything again, q: quit)' : ''}\n`)
  }
}

/** @throws HarnessError USAGE */
function refuseUnfit(flags: CheckFlags, { environment }: Host): void {
  const ci = environment['CI'] ?? ''
  if (ci !== '' && ci !== 'false' && ci !== '0')
    throw new HarnessError(
      'USAGE',
      '--watch waits for somebody who edits files, and nobody does where CI is set',
      {
        hint: 'Run check, or check --changed.',
      },
    )
  const unfit = [
    flags.shard === undefined ? undefined : '--shard',
    flags.changed === undefined ? undefined : '--changed',
    flags.json ? '--json' : undefined,
    flags.outputFile === undefined ? undefined : '--output-file',
    flags.reporter === undefined ? undefined : '--reporter',
  ].find((name) => name !== undefined)
  if (unfit !== undefined)
    throw new HarnessError('USAGE', `${unfit} and --watch do not go together`, {
      hint: '--watch tells what changes from one save to the next; a report comes from a run without it.',
    })
}

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const GUIDES = fileURLToPath(new URL('../../fixtures/guides', import.meta.url))
const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))

/** Titles of the tests that ran, and of those that failed, in the order of the file. */
export interface Results {
  readonly titles: readonly string[]
  readonly red: readonly string[]
}

type Environment = Readonly<Record<string, string | undefined>>

export interface VitestRun {
  /** a test file of fixtures/guides */
  readonly file: string
  readonly config: string
  readonly environment: Environment
}

/** The tests of one file. @throws Error with what Vitest printed where it ran none */
export async function vitestResults({ file, config, environment: more }: VitestRun): Promise<Results> {
  const args = [VITEST, 'run', file, '--root', GUIDES, '--config', config, '--reporter=json', '--no-color']
  const output = await outputOf(process.execPath, args, more)
  const report = /^\{.*$/m.exec(output)?.[0]
  if (report === undefined) throw new Error(`Vitest gave no report:\n${output}`)
  const { testResults } = JSON.parse(report) as VitestReport
  const found = testResults.flatMap(({ assertionResults }) => assertionResults)
  if (found.length === 0) throw new Error(`no test ran:\n${output}`)
  return {
    titles: found.map(({ title }) => title),
    red: found.filter(({ status }) => status !== 'passed').map(({ title }) => title),
  }
}

interface VitestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[]
  }[]
}

/**
 * The assertions of a pgTAP file, put together to tests: what stands in brackets behind a title is a part of it.
 *
 * @throws Error with what it printed where the file did not run to its end
 */
export async function pgTapResults(
  file: string,
  { host, port, database }: { readonly host: string; readonly port: number; readonly database: string },
): Promise<Results> {
  const to = ['-h', host, '-p', String(port), '-U', 'postgres', '-d', database]
  const output = await outputOf('pg_prove', ['--verbose', '--norc', ...to, file], {})
  const lines = [...output.matchAll(/^(ok|not ok) \d+ - (.*?)(?: \([^)]*\))?$/gm)]
  const planned = Number(/^1\.\.(\d+)/m.exec(output)?.[1] ?? Number.NaN)
  if (lines.length !== planned) throw new Error(`the file did not run to its end:\n${output}`)
  const titlesOf = (found: readonly RegExpExecArray[]): readonly string[] => [
    ...new Set(found.map(([, , title = '']) => title)),
  ]
  return { titles: titlesOf(lines), red: titlesOf(lines.filter(([, word]) => word !== 'ok')) }
}

/** What a command printed, whatever its exit code: red tests are an answer here. */
function outputOf(command: string, args: readonly string[], more: Environment): Promise<string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(RLS_|VITEST|PG[A-Z]+$|NODE_OPTIONS|NODE_V8)/.test(name),
  )
  const settings = Object.entries(process.env).filter(([name]) => /^RLS_(CACHE_DIR|TMPDIR)$/.test(name))
  const env = { ...Object.fromEntries([...kept, ...settings]), ...more }
  return new Promise((resolve, reject) => {
    execFile(command, args, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error)
      else resolve(`${stdout}\n${stderr}`)
    })
  })
}

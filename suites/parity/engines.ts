import { loadConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/domain/config.ts'
import type { Report } from '../../src/domain/report.ts'
import { run } from '../../src/run.ts'

/** A server to run on, as a configuration names it. */
export type Engine = Partial<Config['database']>

/** Runs the whole pipeline on a project folder, on that server. */
async function checkOn(engine: Engine, dir: string): Promise<Report> {
  const config = await loadConfig({ cwd: dir, environment: {}, flags: {} })
  const { signal } = new AbortController()
  const context = { environment: process.env, signal, progress: () => {}, today: '2026-01-15' }
  return run({ ...config, database: { ...config.database, ...engine } }, context)
}

/**
 * Everything that a report says but for its `run`. One thing in the rest depends on the server: where a script to
 * reproduce a finding points at a row by its place, the number of the table in front of it is the server's.
 */
export async function wholeReport(engine: Engine, dir: string): Promise<Omit<Report, 'run'>> {
  const { run: _, ...rest } = await checkOn(engine, dir)
  const findings = rest.findings.map((finding) =>
    'reproduction' in finding && typeof finding.reproduction === 'string'
      ? { ...finding, reproduction: finding.reproduction.replaceAll(PLACE, "'table:$1'") }
      : finding,
  )
  return { ...rest, findings }
}

const PLACE = /'\d+:(\(\d+,\d+\))'/g

/** The applications as they should be, and one leaking variant of each. */
export const PROJECTS = [
  'chidi',
  'chidi/leaky-messages',
  'journal',
  'journal/leaky-rls-disabled',
  'movie-chat',
  'movie-chat/leaky-using-true',
  'org-saas',
  'org-saas/leaky-document',
] as const

export const APPLICATIONS = new URL('../../fixtures/apps/', import.meta.url)

import { loadConfig } from '../src/config/load.ts'
import type { Finding, Report } from '../src/domain/report.ts'
import { run } from '../src/run.ts'

/** Runs the whole pipeline on a project folder, as `rls-harness check` does. */
export async function check(dir: string): Promise<Report> {
  const config = await loadConfig({ cwd: dir, environment: {}, flags: {} })
  const { signal } = new AbortController()
  return run(config, { environment: process.env, signal, progress: () => {}, today: '2026-01-15' })
}

/** What is compared of a finding: what it is, not how it was seen. */
export interface Expected {
  readonly code: string
  readonly relation: string
  readonly command: string
  readonly actor?: string
}

/** Findings that a gate may fail for, in a stable order. */
export function judged(findings: readonly Finding[]): readonly Expected[] {
  return sorted(
    findings
      .filter(({ severity }) => severity !== 'note')
      .map(({ code, relation, command, actor }) => ({
        code,
        relation,
        command,
        ...(actor === undefined ? {} : { actor }),
      })),
  )
}

export function sorted(findings: readonly Expected[]): readonly Expected[] {
  const key = ({ relation, command, actor, code }: Expected): string =>
    [relation, command, actor ?? '', code].join('\0')
  return [...findings].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

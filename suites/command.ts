import { main } from '../src/cli/main.ts'
import { UNASKED } from '../src/cli/sample-host.ts'
import { run } from '../src/run.ts'

/** What a command wrote and ended with. */
export interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command as CI does: nothing is asked, and progress is not shown. */
export async function rls(cwd: string, ...argv: readonly string[]): Promise<Said> {
  const said = { stdout: '', stderr: '' }
  const code = await main([...argv, '--quiet'], '1.2.3', {
    stdout: { write: (text) => (said.stdout += text) },
    stderr: { write: (text) => (said.stderr += text) },
    environment: { ...process.env, CI: 'true', LANG: 'C.UTF-8', NO_COLOR: '1', GITHUB_ACTIONS: '' },
    cwd,
    platform: process.platform,
    today: '2026-01-15',
    signal: new AbortController().signal,
    ...UNASKED,
    run,
  })
  return { code, ...said }
}

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { check } from './check.ts'
import type { Host } from './host.ts'
import { UNASKED } from './sample-host.ts'

test.skipIf(process.platform === 'win32')('a run that fails does not wait for git', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'rls-check-'))
  try {
    const pidFile = join(dir, 'pid')
    writeFileSync(join(dir, 'rls.config.json'), '{"migrations":[{"sql":["a.sql"]}]}')
    writeFileSync(join(dir, 'a.sql'), 'select 1')
    writeFileSync(join(dir, 'git'), `#!/bin/sh\necho $$ > '${pidFile}'\nexec sleep 60\n`)
    chmodSync(join(dir, 'git'), 0o755)
    const host: Host = {
      ...UNASKED,
      stdout: { write: () => {} },
      stderr: { write: () => {} },
      cwd: dir,
      platform: process.platform,
      today: '2025-01-01',
      signal: new AbortController().signal,
      environment: { PATH: `${dir}${delimiter}${process.env['PATH'] ?? ''}` },
      run: async () => {
        await vi.waitUntil(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '')
        throw new Error('it failed')
      },
    }
    await expect(check(undefined, {}, host)).rejects.toThrow('it failed')
    const pid = Number(readFileSync(pidFile, 'utf8'))
    await vi.waitUntil(() => !isRunning(pid), { timeout: 10_000 })
  } finally {
    rmSync(dir, { recursive: true })
  }
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

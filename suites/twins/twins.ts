import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Report } from '../../src/domain/report.ts'
import { check, judged, sorted } from '../check.ts'
import type { Expected } from '../check.ts'

const root = fileURLToPath(new URL('../../fixtures/twins/', import.meta.url))

/**
 * Twins of one schema: the leaky one has exactly the findings that are listed, the safe one none, and nothing untested.
 * Each stands for a way of writing policies that real projects have. They are shared out to several suites, which run side by
 * side.
 */
export function describeTwins(part: number, of: number): void {
  const all = readdirSync(root).filter((name) => !name.endsWith('.md'))
  describe.each(all.filter((_, index) => index % of === part - 1))('%s', (name) => {
    test('leaks as listed', async () => {
      const report = await checkFile(name, 'leaky.sql')
      const { findings } = JSON.parse(readFileSync(`${root}${name}/expected.json`, 'utf8')) as {
        findings: Expected[]
      }
      expect(findings.length).toBeGreaterThan(0)
      expect(judged(report.findings)).toEqual(sorted(findings))
      expect(report.coverage.untested).toEqual([])
    })

    test('is isolated once it is repaired', async () => {
      const report = await checkFile(name, 'safe.sql')
      expect(judged(report.findings)).toEqual([])
      expect(report.coverage.untested).toEqual([])
      expect(report.outcome).toBe('isolated')
    })
  })
}

async function checkFile(name: string, file: string): Promise<Report> {
  const dir = mkdtempSync(join(tmpdir(), 'rls-twin-'))
  try {
    copyFileSync(`${root}${name}/${file}`, `${dir}/schema.sql`)
    const config = `${root}${name}/config.json`
    const declared: unknown = existsSync(config) ? JSON.parse(readFileSync(config, 'utf8')) : {}
    writeFileSync(
      `${dir}/rls.config.json`,
      JSON.stringify({ ...(declared as object), migrations: [{ sql: ['schema.sql'] }] }),
    )
    return await check(dir)
  } finally {
    rmSync(dir, { recursive: true })
  }
}

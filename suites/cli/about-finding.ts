import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Report } from '../../src/domain/report.ts'
import { complaint } from './bad-input.ts'
import { project, rls } from './lab.ts'
import { LEAKY, SOUND } from './projects.ts'

/** `explain` and `repro` as real processes. */
export function describeAboutFinding(): void {
  describe.concurrent('explain and repro', () => {
    test('a finding of a report is explained and repeated, and a run of its own finds the same', async () => {
      const checked = await rls(['check', project(LEAKY), '--json', '-q'])
      const [finding] = (JSON.parse(checked.stdout) as Report).findings
      const dir = project({ ...LEAKY, 'report.json': checked.stdout })
      const report = ['--report', join(dir, 'report.json')]
      const id = finding?.fingerprint.slice(0, 10) ?? ''

      const repeated = await rls(['repro', id, ...report])
      expect(repeated).toMatchObject({ code: 0, stdout: finding?.reproduction, stderr: '', left: [] })
      expect(repeated.stdout).toMatch(/^-- For psql, as a superuser/)
      expect(repeated.stdout).toMatch(/\nrollback;\n$/)

      const own = await rls(['repro', id, dir])
      expect(own).toMatchObject({ code: 0, stdout: finding?.reproduction, left: [] })
      expect(own.stderr).toContain('probes of 1 relation')

      const explained = await rls(['explain', id, ...report])
      expect(explained).toMatchObject({ code: 0, stderr: '', left: [] })
      expect(explained.stdout).toContain('migrations/1_notes.sql:')
      expect(explained.stdout).toContain(`rls-harness repro ${finding?.id} | psql`)
    })

    test('what is no finding, and what is no report, is 2', async () => {
      const dir = project({ ...SOUND, 'bad.json': '{}', 'cut.json': '{"schemaVersion": 1, "to' })
      expect(await complaint(['explain', 'a1f3c09e', dir])).toContain('there is no finding "a1f3c09e"')
      expect(await complaint(['repro', 'a1', '--report', join(dir, 'bad.json')])).toContain(
        'is no JSON report',
      )
      expect(await complaint(['repro', 'a1', '--report', join(dir, 'cut.json')])).toContain('cannot be read')
      expect(await complaint(['repro', 'a1', '--report', join(dir, 'no.json')])).toContain('cannot be read')
      expect(await complaint(['repro'])).toContain("missing required argument 'id'")
      expect(await complaint(['explan', 'a1'])).toContain('hint: Did you mean "explain"?')
    })
  })
}

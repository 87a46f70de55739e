import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { newFolder, project, rls } from './lab.ts'
import { LEAKY, SOUND } from './projects.ts'

/** A report without what may differ between two runs. */
export function comparable(json: string): unknown {
  const { run: _, ...rest } = JSON.parse(json) as Record<string, unknown>
  return rest
}

const ESCAPE = '\u001b['

export function describeVerdicts(): void {
  describe.concurrent('a run that could be carried out', () => {
    test('a sound project is isolated: 0', async () => {
      const { code, stdout, stderr, left } = await rls(['check', project(SOUND)])
      expect({ code, left }).toEqual({ code: 0, left: [] })
      expect(stdout).toContain('isolated: in ')
      expect(stdout).toMatch(/0 findings · 0 untested\s+exit 0\n$/)
      expect(stderr).toMatch(
        /^✓ 1 file.*\n✓ introspect.*\n✓ .* rows .*\n✓ \d+ probes .*\n✓ \d+ of \d+ atoms .*\n✓ 0 facts .*\n$/,
      )
    })

    test('a leak is shown with the policy that lets it through: 1', async () => {
      const { code, stdout, left } = await rls(['check', project(LEAKY)])
      expect({ code, left }).toEqual({ code: 1, left: [] })
      expect(stdout).toContain('update-leak  public.notes  update  as another user')
      expect(stdout).toContain('policy   "own notes" for all to authenticated using (true)')
      expect(stdout).toContain('migrations/1_notes.sql:7')
    })

    test('the directory it stands in is the project, and check is the default command', async () => {
      const { code, stdout } = await rls([], { cwd: project(LEAKY) })
      expect(code).toBe(1)
      expect(stdout).toContain('update-leak')
    })

    test('two JSON reports of one project differ in `run` alone, with and without the cache', async () => {
      const dir = project(LEAKY)
      const first = await rls(['check', dir, '--json', '--no-cache'])
      const second = await rls(['check', dir, '--json'])
      expect(comparable(second.stdout)).toEqual(comparable(first.stdout))
      expect(comparable(first.stdout)).toMatchObject({ schemaVersion: 1, outcome: 'findings' })
    })

    test('--output-file holds what --json prints, and stdout stays empty', async () => {
      const dir = project(LEAKY)
      const path = join(newFolder('reports'), 'deep', 'report.json')
      const written = await rls(['check', dir, '--reporter', 'json', '--output-file', path])
      expect(written).toMatchObject({ code: 1, stdout: '', left: [] })
      const printed = await rls(['check', dir, '--json'])
      expect(comparable(readFileSync(path, 'utf8'))).toEqual(comparable(printed.stdout))
    })

    test('two runs at once do not disturb each other', async () => {
      const runs = await Promise.all(
        [SOUND, LEAKY].map((files) => rls(['check', project(files), '--no-cache'])),
      )
      const endings = runs.map(({ code, left }) => ({ code, left }))
      expect(endings).toEqual([0, 1].map((code) => ({ code, left: [] })))
    })

    test('-q is silent on stderr', async () => {
      const { stdout, stderr } = await rls(['check', project(SOUND), '-q'])
      expect(stderr).toBe('')
      expect(stdout).toContain('isolated')
    })

    test('FORCE_COLOR brings colours into a pipe, NO_COLOR is stronger', async () => {
      const dir = project(SOUND)
      const coloured = await rls(['check', dir], { environment: { FORCE_COLOR: '1' } })
      expect(coloured.stdout).toContain(ESCAPE)
      const plain = await rls(['check', dir], { environment: { FORCE_COLOR: '1', NO_COLOR: '1' } })
      expect(plain.stdout).not.toContain(ESCAPE)
    })

    test('what was made for the cache is found again', async () => {
      const dir = project({ ...SOUND, 'migrations/2_more.sql': 'create table public.more (id int)' })
      const runs = [await rls(['check', dir]), await rls(['check', dir])]
      expect(runs.map(({ stderr }) => stderr.includes(', cached'))).toEqual([false, true])
    })
  })
}

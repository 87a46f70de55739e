import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { complaint } from './bad-input.ts'
import { project, rls } from './lab.ts'
import { SOUND } from './projects.ts'

const app = (text: string): Readonly<Record<string, string>> => ({
  ...SOUND,
  'src/app.ts': `import { createClient } from '@supabase/supabase-js'\nconst db = createClient('', '')\n${text}\n`,
})

const REPORT = JSON.stringify({
  schemaVersion: 1,
  relations: [{ name: 'public.notes' }],
  functions: [],
  coverage: {
    untested: [{ relation: 'public.notes', command: 'select', actor: 'all', reason: 'no control' }],
  },
  probes: { columns: [], rows: [] },
})

/** `usage` as a real process. */
export function describeUsage(): void {
  describe.concurrent('usage', () => {
    test('an application whose names are there and tested is 0', async () => {
      const { code, stdout, stderr, left } = await rls([
        'usage',
        project(app(`db.from('notes').select('body')`)),
      ])
      expect({ code, left }, stdout + stderr).toEqual({ code: 0, left: [] })
      expect(stdout).toContain(' 1 source file uses')
      expect(stderr).toContain('probes of 1 relation')
    })

    test('a name that is not there is 1, with its place and the nearest', async () => {
      const dir = project(app(`db.from('Notes').select('*')\ndb.from('notes').select('boddy')`))
      const { code, stdout } = await rls(['usage', '--quiet', dir])
      expect(code, stdout).toBe(1)
      expect(stdout).toContain(' ✗ missing relation  public.Notes\n')
      expect(stdout).toContain('did you mean "notes"?\n     src/app.ts:3:9\n')
      expect(stdout).toContain(' ✗ missing column  public.notes.boddy\n')
    })

    test('a report of an earlier run is taken instead of a run', async () => {
      const dir = project({ ...app(`db.from('notes').select()`), 'report.json': REPORT })
      const { code, stdout, left } = await rls([
        'usage',
        dir,
        '-q',
        '--report',
        join(dir, 'report.json'),
        '--json',
      ])
      expect({ code, left }).toEqual({ code: 1, left: [] })
      expect(JSON.parse(stdout)).toMatchObject({
        missing: [],
        untested: [{ kind: 'relation', name: 'public.notes', reason: 'select: no control' }],
      })
    })

    test('what cannot be looked at is 2', async () => {
      expect(await complaint(['usage', project(SOUND)])).toContain('no TypeScript or JavaScript sources')
      const dir = project({ ...app(''), 'bad.json': '{}' })
      expect(await complaint(['usage', dir, '--src', 'web/**'])).toContain('--src: no source is like web/**')
      expect(await complaint(['usage', dir, '--report', join(dir, 'bad.json')])).toContain(
        'is no JSON report',
      )
      expect(await complaint(['usage', dir, '--report', join(dir, 'no.json')])).toContain('cannot be read')
      expect(await complaint(['usage', dir, '--srcc', 'x'])).toContain('hint: Did you mean --src?')
      expect(await complaint(['usag', dir])).toContain('hint: Did you mean "usage"?')
    })
  })
}

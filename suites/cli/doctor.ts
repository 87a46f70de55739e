import { describe, expect, test } from 'vitest'
import type { Diagnosis } from '../../src/domain/diagnosis.ts'
import { newFolder, project, rls } from './lab.ts'
import { SOUND, withConfig } from './projects.ts'

async function diagnosed(dir: string): Promise<{ readonly code: number | null } & Diagnosis> {
  const { code, stdout, left } = await rls(['doctor', dir, '--json', '--quiet'])
  expect(left).toEqual([])
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- what the command says it writes
  return { code, ...(JSON.parse(stdout) as Diagnosis) }
}

const problemsIn = ({ sections }: Diagnosis): readonly string[] =>
  sections.flatMap(({ name, lines }) =>
    lines.flatMap(({ state, text }) => (state === 'problem' ? [`${name}: ${text}`] : [])),
  )

/** What doctor says of projects that a check can run on, and of those on which it cannot. */
export function describeDoctor(): void {
  describe('doctor', () => {
    test('of a sound project it tells every part, and probes nothing', async () => {
      const seen = await diagnosed(project(SOUND))
      expect(problemsIn(seen)).toEqual([])
      expect(seen).toMatchObject({ code: 0, ready: true })
      expect(seen.sections.map(({ name }) => name)).toEqual([
        'configuration',
        'surroundings',
        'engine',
        'sources',
        'migrations',
        'platform',
        'extensions',
        'schemas',
        'identity',
        'policies',
        'seeding',
      ])
    })

    test('behind a broken migration it still tells what was found before', async () => {
      const seen = await diagnosed(
        project({ ...SOUND, 'migrations/2_more.sql': 'create table x (id intt);' }),
      )
      expect(seen).toMatchObject({ code: 2, ready: false })
      expect(problemsIn(seen)).toEqual([
        expect.stringContaining('migrations: migrations/2_more.sql:1: type "intt" does not exist'),
      ])
      expect(seen.sections.map(({ name }) => name)).toContain('sources')
    })

    test('without sources, with several, or with a configuration that is none, it says so and exits with 2', async () => {
      const several = {
        ...SOUND,
        'supabase/migrations/1_a.sql': 'select 1;',
        'prisma/migrations/1_a/migration.sql': 'select 1;',
      }
      const [none, some, broken] = await Promise.all([
        diagnosed(newFolder('empty')),
        diagnosed(project(several)),
        diagnosed(project(withConfig({ sed: {} }))),
      ])
      expect(problemsIn(none)[0]).toContain('configuration: no migrations found')
      expect(problemsIn(some)[0]).toContain('configuration: migrations of several tools are here')
      expect(problemsIn(broken)[0]).toContain('configuration: rls.config.json')
      expect([none.code, some.code, broken.code]).toEqual([2, 2, 2])
    })
  })
}

import { literal } from './literal.ts'

const SETUP = "globalSetup: ['rls-harness/vitest/global-setup']"

/** The configuration for a project that has no Vitest yet: other tests may be those of another runner. */
export function vitestConfigText(suite: string, hasVitest: boolean): string {
  return hasVitest ? besideOthers(suite) : alone(suite)
}

const alone = (suite: string): string => `import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [${literal(suite)}],
    // starts a PostgreSQL, once a run, and applies the migrations
    ${SETUP},
  },
})
`

/** Vitest works without a configuration: its other tests go on as before, and start without a database. */
const besideOthers = (suite: string): string => `import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', exclude: [...configDefaults.exclude, ${literal(suite)}] } },
      {
        test: {
          name: 'rls',
          include: [${literal(suite)}],
          // starts a PostgreSQL, once a run, and applies the migrations
          ${SETUP},
        },
      },
    ],
  },
})
`

/** What to add to a configuration that is there: it is somebody's own, and is not edited. */
export const vitestLines = (suite: string): readonly string[] => [
  'test: {',
  `  projects: [ // beside your own; or ${SETUP} alone, where all tests may start a server`,
  `    { test: { name: 'rls', include: [${literal(suite)}], ${SETUP} } },`,
  '  ],',
  '},',
]

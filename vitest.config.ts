import { defineConfig } from 'vitest/config'

// eslint-disable-next-line import/no-default-export -- Vitest reads the default export
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: ['default'],
    projects: [
      {
        extends: true,
        test: { name: 'harness', include: ['src/**/*.test.ts', 'suites/**/*.suite.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'library',
          include: ['suites/library/*.test.ts'],
          globalSetup: ['src/vitest/global-setup.ts'],
          provide: { rlsHarness: { dir: 'fixtures/library/workspace' } },
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.test.ts'],
      reporter: ['text-summary'],
      thresholds: { lines: 80 },
    },
  },
})

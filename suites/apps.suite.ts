import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { check, judged, sorted } from './check.ts'
import type { Expected } from './check.ts'

const root = fileURLToPath(new URL('../fixtures/apps/', import.meta.url))
const isProject = (dir: string): boolean => existsSync(`${dir}/rls.config.ts`)
const applications = readdirSync(root).filter((name) => isProject(root + name))

test('there are four applications, each with three variants or more', () => {
  expect(applications).toEqual(['chidi', 'journal', 'movie-chat', 'org-saas'])
  for (const name of applications) expect(variantsOf(name).length).toBeGreaterThanOrEqual(3)
})

describe.each(applications)('%s', (name) => {
  test('the sound project has no finding, and nothing in it is untested', async () => {
    const report = await check(root + name)
    expect(judged(report.findings)).toEqual([])
    expect(report.coverage.untested).toEqual([])
    expect(report.outcome).toBe('isolated')
  })

  test('every relation of the sound project lets its owner in somewhere, or is closed on purpose', async () => {
    const report = await check(root + name)
    const closed = report.relations.filter(({ cells }) =>
      [...Object.values(cells.own), ...Object.values(cells.team)].every((cell) => cell !== 'open'),
    )
    expect(closed.map((relation) => relation.name)).toEqual(CLOSED[name] ?? [])
  })

  test.each(variantsOf(name))('%s has exactly the findings that are expected of it', async (variant) => {
    const expected = JSON.parse(readFileSync(`${root}${name}/${variant}/expected.json`, 'utf8')) as {
      findings: Expected[]
      untested: unknown[]
    }
    const report = await check(`${root}${name}/${variant}`)
    expect(judged(report.findings)).toEqual(sorted(expected.findings))
    expect(report.coverage.untested).toEqual(expected.untested)
  })
})

/** Relations that are for the server alone. */
const CLOSED: Readonly<Record<string, readonly string[]>> = {
  chidi: ['public.alembic_version'],
  journal: ['public.webhook_events'],
}

function variantsOf(name: string): readonly string[] {
  return readdirSync(root + name).filter((entry) => isProject(`${root}${name}/${entry}`))
}

test('two runs of the same project differ in their run alone', async () => {
  const [first, second] = [
    await check(`${root}journal/leaky-views`),
    await check(`${root}journal/leaky-views`),
  ]
  expect({ ...second, run: null }).toEqual({ ...first, run: null })
})

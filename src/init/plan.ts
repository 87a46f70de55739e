import type { Report } from '../domain/report.ts'
import { gitlabInclude, gitlabText, workflowText } from './ci-file.ts'
import { configText, jsonConfigText, type Migrations } from './config-file.ts'
import type { CiProvider, Facts } from './facts.ts'
import { suiteText } from './suite-file.ts'
import { vitestConfigText, vitestLines } from './vitest-file.ts'

/** What was decided, by a person or by default. */
export interface Choices {
  readonly migrations: Migrations
  readonly ci: CiProvider
  /** rls.config.json instead of TypeScript or JavaScript */
  readonly json: boolean
  /** the version that a pipeline runs where nothing is installed */
  readonly version: string
}

/** A file to write, relative to the project. */
export interface PlannedFile {
  readonly path: string
  readonly text: string
}

/** Lines that somebody adds to a file of their own. */
export interface Addition {
  readonly path: string
  readonly lines: readonly string[]
}

/** The configuration; one that is there stays, whatever its extension. */
export function planConfig(facts: Facts, { migrations, json }: Choices): PlannedFile {
  if (json) return { path: facts.config ?? 'rls.config.json', text: jsonConfigText(migrations, null) }
  const extension = facts.typescript && (facts.modules || !facts.nodeModules) ? 'ts' : 'mjs'
  return { path: facts.config ?? `rls.config.${extension}`, text: configText(facts, migrations) }
}

/** The suite, without packages null: Vitest has to be installed somewhere. */
export function planSuite(facts: Facts, report: Report | null): PlannedFile | null {
  if (facts.packages === null) return null
  return { path: suitePath(facts), text: suiteText(report) }
}

/** In a CommonJS package an ES module is told by its extension. */
function suitePath({ suite, testFolder, jest, typescript, modules }: Facts): string {
  return (
    suite ?? `${testFolder}/rls.${jest ? 'suite' : 'test'}.${typescript ? (modules ? 'ts' : 'mts') : 'mjs'}`
  )
}

/** Vitest's configuration, where there is none, or what to add to the one that is there. */
export function planVitest(facts: Facts): PlannedFile | Addition | null {
  const { packages, vitestConfig, typescript, modules } = facts
  if (packages === null || vitestConfig?.ready) return null
  const suite = suitePath(facts)
  if (vitestConfig !== null) return { path: vitestConfig.path, lines: vitestLines(suite) }
  const extension = typescript ? (modules ? 'ts' : 'mts') : 'mjs'
  return {
    path: `vitest.config.${extension}`,
    text: vitestConfigText(suite, packages.named.includes('vitest')),
  }
}

/** The job that runs the check: GitHub and GitLab read it at the top of the repository. */
export function planCi(facts: Facts, { ci, version }: Choices): readonly (PlannedFile | Addition)[] {
  const suffix = facts.prefix === '' ? '' : `-${facts.prefix.replaceAll(/[^\w-]+/g, '-')}`
  const top = facts.up === '' ? '' : `${facts.up}/`
  switch (ci) {
    case 'none':
      return []
    case 'github':
      return [{ path: `${top}.github/workflows/rls${suffix}.yml`, text: workflowText(facts, version) }]
    case 'gitlab': {
      const path = `.gitlab/rls${suffix}.gitlab-ci.yml`
      return [
        { path: `${top}${path}`, text: gitlabText(facts, version) },
        { path: `${top}.gitlab-ci.yml`, lines: gitlabInclude(path) },
      ]
    }
  }
}

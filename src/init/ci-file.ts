import type { Facts, Packages } from './facts.ts'
import { shellWord, yamlText } from './literal.ts'
import { installer, runner } from './packages.ts'

const NODE = '22'

/** Where reports go, in the project. */
const REPORTS = 'rls-report'

/** The command in a pipeline: the installed one, or where nothing is installed that of this version. */
export function commandOf(packages: Packages | null, version: string): string {
  return packages === null ? `npx --yes rls-harness@${version}` : `${runner(packages)} rls-harness`
}

const checkOf = (facts: Facts, version: string, options: readonly string[]): string =>
  [`${commandOf(facts.packages, version)} check --locked`, ...options].join(' ')

const file = (reporter: string, name: string): string => `--output-file ${reporter}=${REPORTS}/${name}`

/** A workflow for GitHub Actions. */
export function workflowText(facts: Facts, version: string): string {
  const { prefix } = facts
  const check = checkOf(facts, version, [
    '--reporter terminal --reporter github',
    file('json', 'report.json'),
    file('html', 'report.html'),
  ])
  const inside =
    prefix === '' ? '' : `    defaults:\n      run:\n        working-directory: ${yamlText(prefix)}\n`
  return `# Who can read and write whose rows: tried on every change. Written by rls-harness init, and yours from now on.
name: row security

on:
  push:
    branches: [main, master]
  pull_request:

permissions:
  contents: read

jobs:
  rls:
    runs-on: ubuntu-latest
    timeout-minutes: 30
${inside}    steps:
      - uses: actions/checkout@v4
${setupSteps(facts)}      - name: Check row-level security
        run: ${check}
      - name: Keep the reports
        if: always()
        uses: actions/upload-artifact@v4
        with:
          name: ${yamlText(prefix === '' ? 'row-security' : `row-security-${prefix.replaceAll('/', '-')}`)}
          path: ${yamlText(prefix === '' ? REPORTS : `${prefix}/${REPORTS}`)}
          if-no-files-found: ignore
`
}

function setupSteps(facts: Facts): string {
  const { packages } = facts
  const node = `      - uses: actions/setup-node@v4\n        with:\n          node-version: '${NODE}'\n`
  if (packages === null) return node
  const install = `      - run: ${installer(packages)}\n`
  switch (packages.manager) {
    case 'npm':
      return `${node}${install}`
    case 'pnpm':
      return `      - uses: pnpm/action-setup@v4\n${packages.pinned ? '' : '        with:\n          version: latest\n'}${node}${install}`
    case 'yarn':
      return `${node}      - run: corepack enable\n${install}`
    case 'bun':
      return `${node}      - uses: oven-sh/setup-bun@v2\n${install}`
  }
}

/** A job for GitLab CI, in a file of its own that the pipeline includes. */
export function gitlabText(facts: Facts, version: string): string {
  const { prefix, packages } = facts
  const check = checkOf(facts, version, [file('junit', 'junit.xml'), file('html', 'report.html')])
  const lines = [
    ...(prefix === '' ? [] : [`cd ${shellWord(prefix)}`]),
    ...(packages === null ? [] : [...gitlabSetup(packages), installer(packages)]),
    check,
  ]
  const reports = prefix === '' ? REPORTS : `${prefix}/${REPORTS}`
  return `# Who can read and write whose rows: tried on every change. Written by rls-harness init, and yours from now on.
row-security:
  stage: test
  image: node:${NODE}
  script:
${lines.map((line) => `    - ${line}`).join('\n')}
  artifacts:
    when: always
    paths:
      - ${yamlText(reports)}
    reports:
      junit: ${yamlText(`${reports}/junit.xml`)}
`
}

function gitlabSetup({ manager }: Packages): readonly string[] {
  switch (manager) {
    case 'npm':
      return []
    case 'pnpm':
    case 'yarn':
      return ['corepack enable']
    case 'bun':
      return ['npm install --global bun']
  }
}

/** What the pipeline of a project says to have that job. */
export const gitlabInclude = (path: string): readonly string[] => ['include:', `  - local: /${path}`]

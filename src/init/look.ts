import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { isFile, isDirectory, namesIn, tidy } from '../config/detect/detector.ts'
import { HarnessError } from '../errors.ts'
import type { CiProvider, Facts, FoundSource } from './facts.ts'
import { readPackages } from './packages.ts'
import { candidatesIn, filesOf, sourcesIn } from './sources.ts'

const CONFIG = /^rls\.config\.(ts|js|mjs|json)$/
const VITEST_CONFIG = /^(vitest\.config|vitest\.workspace|vite\.config)\.[cm]?[jt]s(on)?$/
const SUITE = /^rls\.(?:test|suite)\.[cm]?[jt]s$/

/** Jest takes whatever is called a test for one of its own. */
const BESIDE_JEST = 'rls'
const TEST_FOLDERS = ['tests', 'test', '__tests__'] as const
const GLOBAL_SETUP = 'rls-harness/vitest/global-setup'

/** More SQL than this says nothing new about the settings that it asks for. */
const MOST_FILES = 200

/**
 * Looks at a project: what is there already, and what of it decides what init writes. Nothing is run or changed.
 * @param projectDir absolute
 * @throws HarnessError where package.json cannot be read
 */
export function look(projectDir: string): Facts {
  const names = namesIn(projectDir)
  const root = repositoryOf(projectDir)
  const manifest = readManifest(projectDir)
  const jest =
    manifest !== null &&
    Object.keys(dependenciesOf(manifest)).some((name) => /(?:^|[/-])jest(?:-|$)|^react-scripts$/.test(name))
  const testFolder = jest
    ? BESIDE_JEST
    : (TEST_FOLDERS.find((name) => isDirectory(projectDir, name)) ?? 'tests')
  const sources = sourcesIn(projectDir)
  const candidates = sources.length > 0 ? [] : candidatesIn(projectDir)
  const compiler = textOf(projectDir, 'tsconfig.json')
  const suite = namesIn(projectDir, testFolder).find((name) => SUITE.test(name))
  return {
    config: names.find((name) => CONFIG.test(name)) ?? null,
    sources,
    candidates,
    settings: settingsIn(projectDir, [...sources, ...candidates]),
    packages: manifest === null ? null : readPackages(manifest, projectDir, root),
    modules: manifest?.['type'] === 'module',
    typescript: compiler !== '' || manifest === null || 'typescript' in dependenciesOf(manifest),
    nodeModules: /"module(?:Resolution)?"\s*:\s*"node(?:16|18|20|next)"/i.test(compiler),
    vitestConfig: vitestConfigIn(projectDir, names),
    jest,
    testFolder,
    suite: suite === undefined ? null : `${testFolder}/${suite}`,
    ci: providerOf(root),
    prefix: tidy(relative(root, projectDir)),
    up: tidy(relative(projectDir, root)),
  }
}

/** Where `.git` is, in the project or above it; else the project itself. */
function repositoryOf(projectDir: string): string {
  const above = (dir: string): string => {
    if (isDirectory(dir, '.git') || isFile(dir, '.git')) return dir
    return dirname(dir) === dir ? projectDir : above(dirname(dir))
  }
  return above(projectDir)
}

function readManifest(projectDir: string): Readonly<Record<string, unknown>> | null {
  const text = textOf(projectDir, 'package.json')
  if (text === '') return null
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch (error) {
    throw new HarnessError('CONFIG_INVALID', 'package.json is no JSON', {
      hint: 'Repair it, then run rls-harness init again. Nothing was written.',
      cause: error,
    })
  }
  throw new HarnessError('CONFIG_INVALID', 'package.json holds no object', {
    hint: 'Repair it, then run rls-harness init again. Nothing was written.',
  })
}

function dependenciesOf(manifest: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { dependencies, devDependencies } = manifest
  return { ...asRecord(dependencies), ...asRecord(devDependencies) }
}

const asRecord = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {})

function textOf(...parts: readonly string[]): string {
  return isFile(...parts) ? readFileSync(join(...parts), 'utf8') : ''
}

/** Of several the one that Vitest takes: its own before Vite's. */
function vitestConfigIn(projectDir: string, names: readonly string[]): Facts['vitestConfig'] {
  const [path] = names.filter((name) => VITEST_CONFIG.test(name)).toSorted((a, b) => rank(a) - rank(b))
  return path === undefined ? null : { path, ready: textOf(projectDir, path).includes(GLOBAL_SETUP) }
}

const rank = (name: string): number =>
  name.startsWith('vitest.config') ? 0 : name.startsWith('vitest') ? 1 : 2

/** By what is there, then by where the repository comes from; a host that is neither is none of ours. */
function providerOf(root: string): CiProvider | null {
  if (isDirectory(root, '.github')) return 'github'
  if (isFile(root, '.gitlab-ci.yml')) return 'gitlab'
  const url = /^\s*url\s*=\s*(?<url>.*)$/m.exec(textOf(root, '.git', 'config'))?.groups?.['url']
  if (url === undefined) return null
  if (url.includes('github')) return 'github'
  return url.includes('gitlab') ? 'gitlab' : 'none'
}

/** Settings of the application's own, which a plain PostgreSQL says with who asks. */
function settingsIn(projectDir: string, sources: readonly FoundSource[]): readonly string[] {
  const files = sources.flatMap(({ source }) => filesOf(projectDir, source)).slice(0, MOST_FILES)
  const names = files.flatMap((file) => [
    ...readFileSync(file, 'utf8').matchAll(/\bcurrent_setting\s*\(\s*'(?<name>[a-z_][\w]*\.[\w.]+)'/gi),
  ])
  const found = new Set(names.map(({ groups }) => groups?.['name'] ?? ''))
  return [...found].filter((name) => !/^request\./i.test(name)).toSorted()
}

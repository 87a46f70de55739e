import { execFile } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/*
 * What npm would publish, in an empty project: the example of the README passes, notices a leak and compiles. Nothing is
 * fetched: dependencies are those of this repository, linked. The packages of Vitest 5 (and the Node 22 that it needs) are
 * looked for in RLS_VITEST5_DIR, where scripts/install-vitest5.mjs puts them.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const example = join(root, 'fixtures/readme')
const run = promisify(execFile)

let scratch: string
let unpacked: string

beforeAll(async () => {
  scratch = fs.mkdtempSync(join(tmpdir(), 'rls-package-'))
  const { stdout } = await run(npm(), ['pack', '--ignore-scripts', '--json', '--pack-destination', scratch], {
    cwd: root,
    shell: process.platform === 'win32',
  })
  const [{ filename }] = JSON.parse(stdout) as [{ readonly filename: string }]
  await run('tar', ['-xzf', filename], { cwd: scratch })
  unpacked = join(scratch, 'package')
})
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }))

const npm = (): string => (process.platform === 'win32' ? 'npm.cmd' : 'npm')

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
}

/** What the project installs by itself, beside what it gets with the package. */
const OWN = ['vitest', 'typescript', '@types/node']

/** A project with the package and what it declares, nothing else; packages of `other` come before those of the repository. */
function project(name: string, other?: string): string {
  const folder = join(scratch, name)
  fs.cpSync(example, folder, { recursive: true })
  fs.writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  fs.cpSync(unpacked, join(folder, 'node_modules/rls-harness'), { recursive: true })
  const manifest = JSON.parse(fs.readFileSync(join(unpacked, 'package.json'), 'utf8')) as Manifest
  for (const dependency of [
    ...Object.keys(manifest.dependencies),
    ...Object.keys(manifest.optionalDependencies),
    ...OWN,
  ]) {
    const from = [...(other === undefined ? [] : [other]), root]
      .map((one) => join(one, 'node_modules', dependency))
      .find((one) => fs.existsSync(one))
    // binaries for other platforms are nowhere
    if (from !== undefined) link(from, join(folder, 'node_modules', dependency))
  }
  return folder
}

function link(from: string, to: string): void {
  fs.mkdirSync(join(to, '..'), { recursive: true })
  fs.symlinkSync(from, to, 'junction')
}

interface Answer {
  readonly passed: readonly string[]
  readonly failed: readonly string[]
}

/** Runs the project's tests as `npx vitest run` does. */
async function answerOf(folder: string, node = process.execPath): Promise<Answer> {
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs')
  const report = join(folder, 'report.json')
  const output = await outputOf(node, [vitest, 'run', '--reporter=json', `--outputFile=${report}`], folder)
  if (!fs.existsSync(report)) throw new Error(`Vitest gave no report:\n${output}`)
  const { testResults } = JSON.parse(fs.readFileSync(report, 'utf8')) as {
    readonly testResults: readonly {
      readonly assertionResults: readonly { readonly title: string; readonly status: string }[]
    }[]
  }
  const found = testResults.flatMap(({ assertionResults }) => assertionResults)
  const titles = (wanted: string): readonly string[] =>
    found.filter(({ status }) => status === wanted).map(({ title }) => title)
  return { passed: titles('passed'), failed: titles('failed') }
}

/** Settings of this test run would make it another one. */
const isKept = ([name]: readonly [string, unknown]): boolean =>
  !/^(RLS_|VITEST|NODE_OPTIONS|NODE_V8)/.test(name) || /^RLS_(CACHE_DIR|TMPDIR)$/.test(name)

async function outputOf(command: string, args: readonly string[], cwd: string): Promise<string> {
  const env = Object.fromEntries(Object.entries(process.env).filter(isKept))
  return run(command, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 }).then(
    ({ stdout, stderr }) => `${stdout}${stderr}`,
    (error: { readonly stdout: string; readonly stderr: string }) => `${error.stdout}${error.stderr}`,
  )
}

const TITLES = [
  'a chat is read by its owner alone',
  'nobody writes in somebody else’s name',
  'deleting takes a second factor',
]
const ALL_GREEN: Answer = { passed: TITLES, failed: [] }

/** One policy for everything and everybody. */
const LEAK = 'create policy "everybody" on public.chats for all to authenticated using (true);'

function open(folder: string): void {
  fs.writeFileSync(join(folder, 'supabase/migrations/20260106090000_open.sql'), LEAK)
}

/** What the compiler says of the project, strictly, the declarations of the package included. */
async function complaints(folder: string, module: 'nodenext' | 'bundler'): Promise<string> {
  const options = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    skipLibCheck: false,
    ...(module === 'nodenext' ? { module } : { module: 'esnext', moduleResolution: module }),
  }
  const config = join(folder, `tsconfig.${module}.json`)
  fs.writeFileSync(config, JSON.stringify({ compilerOptions: options, include: ['tests', '*.ts', 'types'] }))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const output = await outputOf(process.execPath, [compiler, '-p', config], folder)
  const errors = output.split('\n').filter((line) => /error TS\d+/.test(line))
  if (output.trim() !== '' && errors.length === 0) throw new Error(`the compiler did not run:\n${output}`)
  // declarations of others are not ours to judge
  return errors.filter((line) => !/^(?:\.\.\/|.*node_modules\/(?!rls-harness\/))/.test(line)).join('\n')
}

/** Calls that the types must refuse: each line would be an error of its own if it compiled. */
const REFUSED = `
import { expect, test } from 'rls-harness/vitest'

test('types', async ({ alice, seed }) => {
  // @ts-expect-error -- there is no such command
  await expect(alice).toAffect('select', 'public.chats')
  // @ts-expect-error -- an actor is nothing to seed
  await seed(alice)
  // @ts-expect-error -- no such fixture option
  await expect(alice).toBeDenied('insert', 'public.chats', {}, {}, { by: 'chance' })
})
`

function withTypeTests(folder: string): string {
  fs.mkdirSync(join(folder, 'types'))
  fs.writeFileSync(join(folder, 'types/refused.ts'), REFUSED)
  return folder
}

test('the README shows these files', () => {
  const readme = fs.readFileSync(join(root, 'README.md'), 'utf8')
  for (const file of ['vitest.config.ts', 'tests/chats.test.ts'])
    expect(readme).toContain(fs.readFileSync(join(example, file), 'utf8').trim())
})

describe('with Vitest 4', () => {
  test('the example of the README passes', async () => {
    expect(await answerOf(project('four'))).toEqual(ALL_GREEN)
  })

  test('the example notices an open policy', async () => {
    const folder = project('four-open')
    open(folder)
    expect((await answerOf(folder)).failed).toEqual(TITLES)
  })

  test.each(['nodenext', 'bundler'] as const)('types compile and refuse (%s)', async (module) => {
    expect(await complaints(withTypeTests(project(`four-${module}`)), module)).toBe('')
  })
})

const five = process.env['RLS_VITEST5_DIR']
const node22 = join(five ?? '', 'node_modules/.bin/node')
const has5 = five !== undefined && fs.existsSync(join(five, 'node_modules/vitest')) && fs.existsSync(node22)
const without = has5 ? '' : ' (skipped: no folder RLS_VITEST5_DIR has vitest 5 and node 22)'

describe.skipIf(!has5)(`with Vitest 5 and Node 22${without}`, () => {
  test('they are what they are said to be', async () => {
    const manifest = join(five ?? '', 'node_modules/vitest/package.json')
    expect(JSON.parse(fs.readFileSync(manifest, 'utf8'))).toMatchObject({
      version: expect.stringMatching(/^5\./) as unknown,
    })
    expect(await outputOf(node22, ['--version'], scratch)).toMatch(/^v22\./)
  })

  test('the example of the README passes', async () => {
    expect(await answerOf(project('five', five), node22)).toEqual(ALL_GREEN)
  })

  test('the example notices an open policy', async () => {
    const folder = project('five-open', five)
    open(folder)
    expect((await answerOf(folder, node22)).failed).toEqual(TITLES)
  })

  test.each(['nodenext', 'bundler'] as const)('types compile and refuse (%s)', async (module) => {
    expect(await complaints(withTypeTests(project(`five-${module}`, five)), module)).toBe('')
  })
})

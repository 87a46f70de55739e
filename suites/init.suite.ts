import { execFile } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { rls } from './command.ts'
import type { Said } from './command.ts'
import type { Report } from '../src/domain/report.ts'

/*
 * `rls-harness init` in copies of the fixture applications, a layout each: what it writes is written once, changes no
 * verdict, compiles, and passes under Vitest with the built package.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const execute = promisify(execFile)

let scratch = ''
beforeAll(() => {
  scratch = fs.mkdtempSync(join(tmpdir(), 'rls-init-'))
})
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }))

const MODULES = { type: 'module', devDependencies: { typescript: '*' } }

interface Layout {
  readonly tool: string
  readonly from: string
  readonly manifest: object
  /** of those that init writes */
  readonly suite: string
  readonly example: string
}

const LAYOUTS: readonly Layout[] = [
  {
    tool: 'supabase',
    from: 'readme',
    manifest: MODULES,
    suite: 'tests/rls.test.ts',
    example: 'a row of public.chats is seen by its owner, and by no stranger',
  },
  {
    tool: 'drizzle',
    from: 'apps/movie-chat',
    manifest: { devDependencies: { vitest: '*', typescript: '*' } },
    suite: 'tests/rls.test.mts',
    example: 'a row of public.chats is seen by its owner, and by no stranger',
  },
  {
    tool: 'prisma',
    from: 'apps/org-saas/app',
    manifest: MODULES,
    suite: 'tests/rls.test.ts',
    example: '',
  },
  {
    tool: 'sql',
    from: 'apps/chidi/chidi-backend',
    manifest: {},
    suite: 'tests/rls.test.mjs',
    example: 'a row of public.user_contexts is seen by its owner, and by no stranger',
  },
]

/** The fixture as somebody has it who knows nothing of the harness yet. */
function copy({ tool, from, manifest }: Layout): string {
  const dir = join(scratch, tool)
  fs.cpSync(join(root, 'fixtures', from), dir, {
    recursive: true,
    // what this one has beside its SQL files would be run by Alembic
    filter: (path) => !/alembic|(rls|vitest)\.config\.ts$|leaky-|overblocked|readme\/tests/.test(path),
  })
  fs.writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest))
  return dir
}

/** A report without what differs from run to run, and what the run ended with. */
async function checked(cwd: string, ...flags: readonly string[]) {
  const { code, stdout, stderr } = await rls(cwd, 'check', '--json', ...flags)
  expect(stderr).toBe('')
  const { run: _, lock, ...report } = JSON.parse(stdout) as Report
  return { code, report, lock }
}

/** Every file with what it holds. */
function tree(dir: string): Readonly<Record<string, string>> {
  const files = fs
    .readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [
      join(parentPath, name),
      fs.readFileSync(join(parentPath, name), 'utf8'),
    ]),
  )
}

describe.each(LAYOUTS)('in a project of $tool', (layout) => {
  let dir = ''
  let before: Awaited<ReturnType<typeof checked>>
  let first: Said
  beforeAll(async () => {
    dir = copy(layout)
    before = await checked(dir)
    first = await rls(dir, 'init')
  })

  test('what is missing is written, and what is there already stays', async () => {
    expect(first).toMatchObject({ code: 0, stderr: '' })
    const written = [...first.stdout.matchAll(/^ written {2}(.*)$/gm)].map(([, path]) => path)
    expect(written).toContain(layout.suite)
    expect(written).toHaveLength(5)
    const text = fs.readFileSync(join(dir, layout.suite), 'utf8')
    expect(text).toContain('describeIsolation()')
    expect(text).toContain(layout.example)

    const after = tree(dir)
    const second = await rls(dir, 'init')
    expect(second).toMatchObject({ code: 0, stderr: '' })
    expect(second.stdout).toContain('Everything is there already: nothing was changed.')
    expect(tree(dir)).toEqual(after)
  })

  test('the configuration changes no verdict, and the lock is that of the project', async () => {
    const after = await checked(dir, '--locked')
    expect(after).toEqual({ ...before, lock: { file: 'rls.lock', differences: [] } })
  })
})

/** The package and what a project installs beside it, linked from here. */
function install(dir: string): void {
  fs.mkdirSync(join(dir, 'node_modules/@types'), { recursive: true })
  fs.symlinkSync(root, join(dir, 'node_modules/rls-harness'), 'junction')
  for (const name of ['vitest', 'vite', '@types/node'])
    fs.symlinkSync(join(root, 'node_modules', name), join(dir, 'node_modules', name), 'junction')
}

const outputOf = (command: string, args: readonly string[], cwd: string): Promise<string> => {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_V8_COVERAGE|TEST$|GITHUB_)/.test(name),
  )
  return execute(command, args, { cwd, env: { ...Object.fromEntries(kept), NO_COLOR: '1' } }).then(
    () => '',
    (error: { readonly stdout: string; readonly stderr: string }) => `${error.stdout}${error.stderr}`,
  )
}

/** In the order of a file: after the layouts, whose projects these are. */
describe('what was written', () => {
  test('is TypeScript that compiles, strictly', async () => {
    const dir = join(scratch, 'drizzle')
    install(dir)
    const options = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      skipLibCheck: true,
      module: 'esnext',
      moduleResolution: 'bundler',
      target: 'es2023',
      lib: ['es2023', 'esnext.disposable'],
      types: ['node'],
    }
    const written = {
      compilerOptions: options,
      include: ['rls.config.ts', 'vitest.config.mts', 'tests/*.mts'],
    }
    fs.writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify(written))
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    expect(await outputOf(process.execPath, [compiler, '-p', dir], dir)).toBe('')
  })

  test('is a workflow whose check works', async () => {
    const dir = join(scratch, 'supabase')
    const text = fs.readFileSync(join(dir, '.github/workflows/rls.yml'), 'utf8')
    const { jobs } = parse(text) as {
      readonly jobs: { readonly rls: { readonly steps: readonly { readonly run?: string }[] } }
    }
    const command = jobs.rls.steps
      .flatMap(({ run }) => run ?? [])
      .find((run) => run.startsWith('npx rls-harness check '))
    const words = command?.split(' ').slice(2) ?? []
    const inProject = words.map((word) => word.replace('=rls-report', `=${join(dir, 'rls-report')}`))
    expect(await rls(dir, ...inProject)).toMatchObject({ code: 0, stderr: '' })
    expect(fs.readdirSync(join(dir, 'rls-report')).toSorted()).toEqual(['report.html', 'report.json'])
  })

  test('passes under Vitest, and fails where a policy is opened', async () => {
    const dir = join(scratch, 'supabase')
    install(dir)
    const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=dot']
    expect(await outputOf(process.execPath, vitest, dir)).toBe('')
    fs.writeFileSync(
      join(dir, 'supabase/migrations/20260106090000_open.sql'),
      'create policy "everybody" on public.chats for select to authenticated using (true);',
    )
    expect(await outputOf(process.execPath, vitest, dir)).toContain(
      'tests/rls.test.ts > isolation > public.chats > select by a stranger',
    )
  })
})

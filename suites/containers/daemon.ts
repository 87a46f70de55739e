import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { answeringDaemon } from '../../src/engine/container-daemon.ts'

/** A daemon with an image of PostgreSQL, or why there is none. */
export type Daemon =
  | {
      readonly kind: 'there'
      readonly host: string
      readonly image: string
      /** started by this suite: names of images mean nothing to anybody else */
      readonly isOurs: boolean
      readonly close: () => Promise<void>
    }
  | { readonly kind: 'missing'; readonly reason: string }

const IMAGE_SCRIPT = fileURLToPath(new URL('../../scripts/container-image.mjs', import.meta.url))
const START_DEADLINE_MS = 30_000

/** The image that the suite makes where nobody names another. */
const MADE = 'rls-harness-suite:postgres'

/**
 * The daemon that answers here (DOCKER_HOST or the usual sockets), else one of our own: as root on Linux where dockerd
 * is installed. RLS_TEST_IMAGE names an image that it has; else one is made of this machine's PostgreSQL, without any
 * network.
 */
export async function openDaemon(): Promise<Daemon> {
  if (spawnSync('docker', ['--version']).status !== 0) return missing('there is no docker command')
  const host = await answeringDaemon(process.env)
  if (host !== undefined) return withImage({ host, isOurs: false, close: async () => {} })
  if (process.getuid?.() !== 0 || process.platform !== 'linux')
    return missing('no container daemon answers, and only root on Linux can start one')
  if (spawnSync('dockerd', ['--version']).status !== 0)
    return missing('no container daemon answers, and dockerd is not installed')
  return startDaemon()
}

const missing = (reason: string): Daemon => ({ kind: 'missing', reason })

type Started = Omit<Extract<Daemon, { kind: 'there' }>, 'kind' | 'image'>

async function withImage(daemon: Started): Promise<Daemon> {
  const env = { ...process.env, DOCKER_HOST: daemon.host }
  const named = process.env['RLS_TEST_IMAGE']
  const image = named ?? MADE
  if (named === undefined) {
    const args = [IMAGE_SCRIPT, '--from', 'machine', '--tag', MADE]
    const { status, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8', timeout: 120_000 })
    if (status !== 0) {
      await daemon.close()
      return missing(`no image can be made here: ${stderr.trim()}`)
    }
  } else if (spawnSync('docker', ['image', 'inspect', named], { env }).status !== 0) {
    await daemon.close()
    return missing(`the daemon has no image ${named} (RLS_TEST_IMAGE)`)
  }
  const close = async (): Promise<void> => {
    if (named === undefined) spawnSync('docker', ['image', 'rm', '--force', MADE], { env })
    await daemon.close()
  }
  const trial = ['run', '--rm', '--publish', '127.0.0.1::5432', image, 'ls', '/']
  const { status, stderr } = spawnSync('docker', trial, { env, encoding: 'utf8', timeout: 60_000 })
  if (status === 0) return { ...daemon, kind: 'there', image, close }
  await close()
  return missing(`the daemon runs no container: ${stderr.trim()}`)
}

/**
 * A daemon with nothing but what it needs: its own files, socket and bridge, no rules of a firewall. Ports are published
 * by its own proxy.
 */
async function startDaemon(): Promise<Daemon> {
  const dir = mkdtempSync(join(hasRoom('/dev/shm') ? '/dev/shm' : tmpdir(), 'rls-dockerd-'))
  const bridge = makeBridge()
  if (bridge === undefined) {
    rmSync(dir, { recursive: true, force: true })
    return missing('no container daemon answers, and a network bridge for one of our own cannot be made')
  }
  const host = `unix://${join(dir, 'docker.sock')}`
  const log = join(dir, 'log')
  const output = openSync(log, 'a')
  const args = `--data-root ${dir}/data --exec-root ${dir}/exec -p ${dir}/pid -H ${host} --bridge ${bridge}`
  const settings = '--iptables=false --ip6tables=false'
  const daemon = spawn('dockerd', [...args.split(' '), ...settings.split(' ')], {
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  const close = async (): Promise<void> => {
    await stop(daemon)
    spawnSync('ip', ['link', 'del', bridge])
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
  }
  if (await answers(daemon, host)) return withImage({ host, isOurs: true, close })
  const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-3).join('\n')
  await close()
  return missing(`dockerd does not start:\n${tail}`)
}

async function answers(daemon: ChildProcess, host: string): Promise<boolean> {
  const started = performance.now()
  while (performance.now() - started < START_DEADLINE_MS && daemon.exitCode === null) {
    if (await answeringDaemon({ DOCKER_HOST: host })) return true
    await sleep(100)
  }
  return false
}

async function stop(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return
  const ended = once(daemon, 'exit')
  daemon.kill('SIGTERM')
  await ended
}

/** A file system that cannot be layered makes a copy of the image for each container. */
function hasRoom(dir: string): boolean {
  if (!existsSync(dir)) return false
  const { bavail, bsize } = statfsSync(dir)
  return bavail * bsize > 2 * 1024 ** 3
}

/** Its own one: another daemon of this machine may use the usual one and hand out the same addresses. */
function makeBridge(): string | undefined {
  const name = `rls${process.pid}`
  const subnet = `10.${200 + (process.pid % 50)}.${(process.pid >> 6) % 250}.1/24`
  const ip = (...args: string[]): boolean => spawnSync('ip', args).status === 0
  if (!ip('link', 'add', 'name', name, 'type', 'bridge')) return undefined
  if (ip('addr', 'add', subnet, 'dev', name) && ip('link', 'set', name, 'up')) return name
  ip('link', 'del', name)
  return undefined
}

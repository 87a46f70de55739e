import { spawn } from 'node:child_process'
import type { Daemon } from './container-daemon.ts'

/**
 * The first line on stdin says where the daemon is and what the container is labelled with; "done" ends the guard. The
 * end of the stream without "done" means that our process died: then the container goes, also one that the daemon is
 * still about to make, which takes a busy one many seconds.
 */
const SCRIPT = `
let text = ''
process.stdin.on('data', (data) => { text += data })
process.stdin.on('end', async () => {
  if (/^done$/m.test(text)) return
  const { connection, secure, label } = JSON.parse(text.split('\\n', 1)[0])
  const { request } = require(secure ? 'node:https' : 'node:http')
  const call = (method, path) => new Promise((resolve) => {
    let body = ''
    request({ ...connection, method, path }, (answer) => {
      answer.on('data', (part) => { body += part }).on('end', () => resolve(body))
    }).on('error', () => resolve('[]')).end()
  })
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }))
  for (let attempt = 0, seen = false; attempt < 200; attempt++) {
    const found = JSON.parse(await call('GET', '/containers/json?all=1&filters=' + filters))
    if (seen && found.length === 0) return
    for (const { Id } of found) {
      seen = true
      await call('DELETE', '/containers/' + Id + '?force=1&v=1')
    }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
})
process.on('SIGINT', () => {}).on('SIGTERM', () => {}).on('SIGHUP', () => {})
`

/** A process of its own that outlives ours and removes our container, whether Ryuk runs or not. */
export interface ContainerWatchdog {
  /** ends the watch: the container is gone */
  readonly release: () => void
  /** hands the removal over */
  readonly abandon: () => void
}

/** Starts watching before there is a container. `label` is `name=value` and belongs to no other container. */
export function watchContainers({ client }: Daemon, label: string): ContainerWatchdog {
  const { modem } = client.container.dockerode
  const part = (name: string): unknown => {
    const value: unknown = Reflect.get(modem, name)
    return Buffer.isBuffer(value) ? value.toString() : value
  }
  const names = ['socketPath', 'host', 'port', 'ca', 'cert', 'key']
  const connection = Object.fromEntries(names.map((name) => [name, part(name)]))
  const watchdog = spawn(process.execPath, ['-e', SCRIPT], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // a Ctrl-C in the terminal must not reach it
    cwd: process.platform === 'win32' ? undefined : '/',
    env: {},
    windowsHide: true,
  })
  watchdog.on('error', () => {}) // the daemon's own cleaner is left
  watchdog.stdin.on('error', () => {})
  watchdog.unref()
  if ('unref' in watchdog.stdin && typeof watchdog.stdin.unref === 'function') watchdog.stdin.unref()
  watchdog.stdin.write(`${JSON.stringify({ connection, secure: part('protocol') === 'https', label })}\n`)
  return {
    release: () => void watchdog.stdin.end('done\n'),
    abandon: () => void watchdog.stdin.end(),
  }
}

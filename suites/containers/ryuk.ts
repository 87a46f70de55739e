import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, test, type TestContext } from 'vitest'
import { project, rls, startRls } from '../cli/lab.ts'
import { HELD, SOUND } from '../cli/projects.ts'
import { asleepInContainer } from './command.ts'
import { derive } from './images.ts'
import { containers, docker, environment, eventually, there } from './lab.ts'

/**
 * Ryuk's protocol (a connection per client, a filter per line; what the filters match goes when the last client is
 * gone), for its image is not everywhere. It serves on the port and by the socket that testcontainers gives to Ryuk.
 */
const STAND_IN = `
const { createServer } = require('node:net')
const { request } = require('node:http')
const call = (method, path) => new Promise((resolve) => {
  let body = ''
  request({ socketPath: '/var/run/docker.sock', method, path }, (answer) => {
    answer.on('data', (part) => { body += part }).on('end', () => resolve(body))
  }).on('error', () => resolve('[]')).end()
})
const labels = new Set()
let clients = 0
const prune = async () => {
  if (clients > 0) return
  for (const label of labels) {
    const filters = encodeURIComponent(JSON.stringify({ label: [label] }))
    const found = JSON.parse(await call('GET', '/containers/json?all=1&filters=' + filters))
    const others = found.filter(({ Image }) => Image !== process.env.RYUK_IMAGE)
    for (const { Id } of others) await call('DELETE', '/containers/' + Id + '?force=1&v=1')
  }
  process.exit()
}
createServer((socket) => {
  clients += 1
  let rest = ''
  socket.on('data', (data) => {
    const lines = (rest + data).split('\\r\\n')
    rest = lines.pop()
    for (const line of lines) {
      labels.add(decodeURIComponent(line).replace(/^label=/, ''))
      socket.write('ACK\\n')
    }
  })
  socket.on('error', () => {})
  socket.on('close', () => { clients -= 1; setTimeout(prune, 500) })
}).listen(8080, () => console.log('Started'))
process.on('SIGTERM', () => process.exit())
`

/** An image with this very Node and its libraries. */
function standIn(context: TestContext): string {
  const listed = spawnSync('ldd', [process.execPath], { encoding: 'utf8' })
  if (process.platform !== 'linux' || listed.status !== 0)
    context.skip('this node cannot be put into an image')
  const libraries = listed.stdout
    .split('\n')
    .flatMap((line) => /^\s+(?:\S+ => )?(\/\S+) \(/.exec(line)?.[1] ?? [])
  const files = [process.execPath, ...libraries].map((path) => path.slice(1))
  const image = 'rls-harness-suite:ryuk'
  derive({
    tag: 'ryuk',
    declare: [
      `ENTRYPOINT ["${process.execPath}", "/ryuk.cjs"]`,
      'CMD []',
      'EXPOSE 8080',
      `ENV RYUK_IMAGE=${image}`,
    ],
    files: { '/ryuk.cjs': STAND_IN },
    archive: execFileSync('tar', ['-C', '/', '-ch', ...files], { maxBuffer: 512 * 1024 ** 2 }),
  })
  return image
}

const ryuks = (image: string): readonly string[] =>
  docker('ps', '-aq', '--filter', `ancestor=${image}`).split('\n').filter(Boolean)

function watchdogOf(pid: number): number {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
  return Number.parseInt(stdout, 10)
}

export function describeRyuk(): void {
  describe('with Ryuk', () => {
    test('a run says nothing of it; when both it and its watchdog are killed, its container goes all the same', async (context) => {
      const image = standIn(context)
      const options = {
        environment: environment({ TESTCONTAINERS_RYUK_DISABLED: '', RYUK_CONTAINER_IMAGE: image }),
      }
      const args = ['--image', there().image]
      const quiet = await rls(['check', project(SOUND), ...args], options)
      expect({ code: quiet.code, containers: containers() }, quiet.stderr).toEqual({
        code: 0,
        containers: [],
      })
      expect(quiet.stderr).not.toContain('Ryuk')
      const run = startRls(['check', project(HELD.migrate), ...args], options)
      await asleepInContainer()
      expect(ryuks(image)).toHaveLength(1)
      process.kill(watchdogOf(run.pid), 'SIGKILL')
      process.kill(run.pid, 'SIGKILL')
      await run.ended
      expect(await eventually(() => containers().length === 0 && ryuks(image).length === 0)).toBe(true)
    })
  })
}

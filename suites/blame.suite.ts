import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Server } from '../src/domain/server.ts'
import { compareAll, noAgreement } from './blame/agreement.ts'
import type { Agreement } from './blame/agreement.ts'
import { applications, pairs, twins, Workshop } from './blame/fixtures.ts'
import type { Fixture } from './blame/fixtures.ts'
import { startEmbedded } from './scene.ts'

/*
 * What the policies come to, evaluated one by one as an actor, is what the server lets that actor reach: for every row
 * and actor of all fixtures, whichever way the policy is written.
 */
const SHAPES = fileURLToPath(new URL('blame/shapes.sql', import.meta.url))

let server: Server
let workshop: Workshop

beforeAll(async () => {
  server = await startEmbedded()
  workshop = new Workshop(server)
})

afterAll(() => server[Symbol.asyncDispose]())

test('the applications and their variants: reads, updates and deletes', async () => {
  const agreement = await agreementOn(applications, ['select', 'update', 'delete'])
  expect(agreement.disagreements).toEqual([])
  expect(agreement.pairs).toBeGreaterThan(10_000)
}, 120_000)

test('rows that are not simply columns of a table: parents, domains, whole rows, names of other schemas', async () => {
  const shapes = { name: 'shapes', dir: { schema: SHAPES, config: {} } }
  const agreement = await agreementOn([shapes], ['select', 'update', 'delete'])
  expect(agreement.disagreements).toEqual([])
  expect(agreement.pairs).toBeGreaterThan(500)
})

test('leaking schemas and their repaired twins: reads', async () => {
  const agreement = await agreementOn([...pairs, ...twins], ['select'])
  expect(agreement.disagreements).toEqual([])
  expect(agreement.pairs).toBeGreaterThan(10_000)
}, 240_000)

const AT_ONCE = 2

async function agreementOn(
  fixtures: readonly Fixture[],
  commands: Parameters<typeof compareAll>[4],
): Promise<Agreement> {
  const agreement = noAgreement()
  const queue = [...fixtures]
  const work = async (): Promise<void> => {
    for (let fixture = queue.shift(); fixture; fixture = queue.shift())
      await workshop.use(fixture, (target, config, name) =>
        compareAll(target, config, name, agreement, commands),
      )
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const left = [...agreement.left].map(([why, count]) => `${count} left out: ${why}`)
  process.stderr.write(
    `blame: ${agreement.agreed} of ${agreement.pairs} pairs agree, ${agreement.seen} of them let through (${fixtures.length} schemas)${left.map((one) => `; ${one}`).join('')}\n`,
  )
  return agreement
}

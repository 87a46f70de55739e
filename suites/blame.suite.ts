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
    `blame: ${agreement.agreed} of ${agreement.pairs} pairs agree (${fixtures.length} schemas)${left.map((one) => `; ${one}`).join('')}\n`,
  )
  return agreement
}

import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Finding, Report } from '../src/domain/report.ts'
import type { Server } from '../src/domain/server.ts'
import { compareAll, noAgreement } from './blame/agreement.ts'
import type { Agreement } from './blame/agreement.ts'
import { applications, pairs, twins, Workshop } from './blame/fixtures.ts'
import type { Fixture } from './blame/fixtures.ts'
import { check } from './check.ts'
import { startEmbedded } from './scene.ts'

/*
 * What the policies come to, evaluated one by one as an actor, is what the server lets that actor reach: for every row
 * and actor of all fixtures, whichever way the policy is written.
 */
const SHAPES = fileURLToPath(new URL('blame/shapes.sql', import.meta.url))

const BRANCHES = fileURLToPath(new URL('blame/branches.sql', import.meta.url))
const APPS = fileURLToPath(new URL('../fixtures/apps/', import.meta.url))

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

/** All of them where ALL=1 asks for that: one in three shows as much in a third of the time. */
const isInTurn = (_: unknown, index: number): boolean => process.env['ALL'] === '1' || index % 3 === 0

test('leaking schemas and their repaired twins: reads', async () => {
  const agreement = await agreementOn([...pairs, ...twins].filter(isInTurn), ['select'])
  expect(agreement.disagreements).toEqual([])
  expect(agreement.pairs).toBeGreaterThan(3_000)
}, 240_000)

describe('a finding', () => {
  let report: Report
  const found = (relation: string, actor: string): Finding => {
    const one = report.findings.find((finding) => finding.relation === relation && finding.actor === actor)
    if (!one) throw new Error(`no finding on ${relation} as ${actor}`)
    return one
  }

  beforeAll(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'rls-blame-'))
    try {
      copyFileSync(BRANCHES, `${dir}/schema.sql`)
      writeFileSync(`${dir}/rls.config.json`, JSON.stringify({ migrations: [{ sql: ['schema.sql'] }] }))
      report = await check(dir)
    } finally {
      rmSync(dir, { recursive: true })
    }
  })

  test('names the policy and the branch that let the row through, and no others', () => {
    expect(found('public.documents', 'anon').blame).toEqual([
      {
        policy: 'anyone public',
        statement: expect.stringContaining('"anyone public" for select') as string,
        through: "visibility = 'public'",
        file: 'schema.sql',
        line: 10,
      },
    ])
  })

  test('says what was checked on the way, in the order of the server', () => {
    const checks = found('public.documents', 'foreign').checks ?? []
    expect(checks.map((one) => (one.kind === 'policy' ? `${one.policy} ${one.came}` : one.kind))).toEqual([
      'privilege',
      'row security',
      'kept true',
      'anyone public true',
      'own false',
      'support false',
    ])
    expect(checks[0]).toMatchObject({
      role: 'authenticated',
      statement: 'default privileges of the platform',
    })
    expect(found('public.documents', 'anon').checks?.[0]).toMatchObject({
      statement: 'granted to anon',
      line: 13,
    })
  })

  test('shows the smallest row and session that still get through', () => {
    expect(found('public.documents', 'foreign').witness).toEqual({
      row: {
        id: expect.any(String) as string,
        owner_id: expect.any(String) as string,
        visibility: 'public',
        archived: false,
      },
      session: { role: 'authenticated', claims: {}, settings: {} },
    })
  })

  test('follows a view to the policies that bind its owner', () => {
    const { checks = [] } = found('public.letter_list', 'foreign')
    expect(checks.map(({ kind }) => kind)).toEqual(['privilege', 'view', 'row security', 'policy'])
    expect(checks[1]).toMatchObject({ name: 'public.letter_list', runsAs: 'clerk', file: 'schema.sql' })
    expect(checks[2]).toMatchObject({ relation: 'public.letters', state: 'on' })
    expect(checks[3]).toMatchObject({
      policy: 'clerks read',
      came: true,
      atoms: [{ text: 'sealed', came: false }],
    })
  })

  test('stands beside what was seen of each atom, for whom, and why not', () => {
    const seen = report.coverage.policies.map(({ policy, side, atoms }) => [
      `${policy} ${side}`,
      ...atoms.map((atom) =>
        `${atom.text}: ${atom.trueFor ?? '-'} ${atom.falseFor ?? '-'} ${atom.why ?? ''}`.trim(),
      ),
    ])
    expect(seen).toEqual([
      ['anyone public using', "visibility = 'public'::text: anon anon", "title = 'imprint'::text: anon anon"],
      ['kept using', 'archived: anon anon'],
      ['own using', 'owner_id = ((SELECT auth.uid() AS uid)): alice anon'],
      ['support using', "(auth.jwt() ->> 'email'::text) ~~ '%@support.test'::text: - alice"],
      ['clerks read using', 'sealed: - - nobody of the cast is in clerk'],
      ['own letters using', 'owner_id = auth.uid(): alice alice'],
    ])
  })

  test('of an owner who is kept out says which policy refused', async () => {
    const { findings } = await check(`${APPS}movie-chat/overblocked`)
    expect(findings[0]?.checks?.at(-1)).toMatchObject({
      kind: 'policy',
      policy: 'Allow reading own accounts',
      came: false,
      atoms: [{ came: false }],
    })
  })
})

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

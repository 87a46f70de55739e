import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Connection, DatabaseError } from '../src/database/connection.ts'
import type { Report } from '../src/domain/report.ts'
import type { Server } from '../src/domain/server.ts'
import { quoteLiteral, quoteName } from '../src/sql/quote.ts'
import { check } from './check.ts'
import { databaseWith, startEmbedded } from './scene.ts'

/*
 * A project whose exposures show on particular rows and claims alone. `exposures.json` was written by hand: what is open,
 * to whom, in which state of the data, and an attack that proves it; for sound tables attacks that must fail.
 */
interface Attack {
  /** what a superuser puts there first; `:name` stands for a key of the cast */
  readonly rows: readonly string[]
  readonly claims?: Readonly<Record<string, unknown>>
  readonly statement: string
  readonly proof: { readonly returned: number } | { readonly affected: number }
}
interface Sound {
  readonly relation: string
  readonly standing: 'anon' | 'foreign' | 'team'
  readonly why: string
  readonly attack: Attack
}
interface Exposure extends Sound {
  readonly command: 'select' | 'insert' | 'update' | 'delete'
  readonly condition: string
  readonly needsData: boolean
}
interface Truth {
  readonly names: Readonly<Record<string, string>>
  readonly cast: readonly string[]
  readonly exposures: readonly Exposure[]
  readonly sound: readonly Sound[]
}

const dir = fileURLToPath(new URL('../fixtures/directed/', import.meta.url))
const truth = JSON.parse(readFileSync(`${dir}exposures.json`, 'utf8')) as Truth
const migrations = readdirSync(`${dir}supabase/migrations`)
  .sort()
  .map((file) => readFileSync(`${dir}supabase/migrations/${file}`, 'utf8'))

const titleOf = ({ relation, standing, why }: Sound): string => `${relation}, ${standing}: ${why}`
const exposures = truth.exposures.map((one) => [`${one.command} ${titleOf(one)}`, one] as const)
const sound = truth.sound.map((one) => [titleOf(one), one] as const)

/** The keys of the cast for `:name`, as literals or as they are. */
const named = (text: string, quote: (key: string) => string): string =>
  text.replace(/(?<!:):([a-z_]+)/g, (all, name: string) => {
    const key = truth.names[name]
    return key === undefined ? all : quote(key)
  })
const sql = (text: string): string => named(text, quoteLiteral)

describe('attacks that were written by hand', () => {
  let server: Server
  let session: Connection

  beforeAll(async () => {
    server = await startEmbedded()
    session = await Connection.open(await databaseWith(server, 'directed', migrations.join('\n')))
  })
  afterAll(async () => {
    await session[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  test.each(exposures)('%s', async (_, one) => {
    expect(await reached(session, one)).toEqual({
      attacker: expected(one.attack),
      superuser: expect.any(Number),
    })
  })

  // without somebody who gets at the row, that it stayed closed would prove nothing
  test.each(sound)('sound: %s', async (_, one) => {
    expect(await reached(session, one)).toEqual({ attacker: 0, superuser: expected(one.attack) })
  })

  test('no relation is both exposed and sound, and every one that has policies is one of them', async () => {
    const open = new Set(truth.exposures.map(({ relation }) => relation))
    const closed = new Set(truth.sound.map(({ relation }) => relation))
    const rows = await session.rows<{ name: string }>(
      `select 'public.' || tablename as name from pg_policies where schemaname = 'public' group by tablename`,
    )
    expect([...open].filter((name) => closed.has(name))).toEqual([])
    expect([...open, ...closed].sort()).toEqual(rows.map(({ name }) => name).sort())
    expect(truth.exposures.filter(({ needsData }) => needsData).length).toBeGreaterThanOrEqual(34)
  })
})

const expected = ({ proof }: Attack): number => ('returned' in proof ? proof.returned : proof.affected)

/** How many rows the statement returns or changes for the attacker, and for a superuser on the same rows. */
async function reached(session: Connection, { standing, attack }: Sound) {
  await session.run(['begin', ...truth.cast, ...attack.rows].map(sql).join(';\n'))
  try {
    await session.run('savepoint before')
    const superuser = await countOf(session, attack)
    await session.run(`rollback to before; ${sessionOf(standing, attack.claims)}`)
    return { attacker: await countOf(session, attack), superuser }
  } finally {
    await session.run('rollback')
  }
}

async function countOf(session: Connection, { statement }: Attack): Promise<number> {
  try {
    const [result] = await session.results(sql(statement))
    return result?.count ?? 0
  } catch (error) {
    // a row that WITH CHECK refuses; whatever else fails is a mistake in the list
    if (error instanceof DatabaseError && error.error.routine === 'ExecWithCheckOptions') return 0
    throw error
  }
}

const ROLES = {
  anon: { role: 'anon', user: undefined },
  foreign: { role: 'authenticated', user: 'stranger' },
  team: { role: 'authenticated', user: 'colleague' },
} as const

function sessionOf(standing: Sound['standing'], claims: Attack['claims'] = {}): string {
  const { role, user } = ROLES[standing]
  const own = user === undefined ? {} : { sub: truth.names[user], email: `${user}@elsewhere.example` }
  const token = named(JSON.stringify({ ...own, ...claims, role }), (key) => key)
  return `set local session authorization authenticator; set local role ${quoteName(role)};
    select set_config('request.jwt.claims', ${quoteLiteral(token)}, true)`
}

const LEAKS: ReadonlySet<string> = new Set([
  'read-leak',
  'world-readable',
  'update-leak',
  'delete-leak',
  'insert-leak',
  'giveaway-leak',
  'forged-claim',
  'unowned-access',
  'escalation',
])

describe('a whole run', () => {
  let report: Report

  beforeAll(async () => {
    report = await check(dir)
  })

  test.each(exposures)('finds: %s', (_, { relation, command, standing }) => {
    const found = report.findings.some(
      (finding) =>
        finding.relation === relation &&
        finding.command === command &&
        finding.actor === standing &&
        LEAKS.has(finding.code),
    )
    expect(found).toBe(true)
  })

  test('nothing is said against a sound table, and nothing is untested', () => {
    const closed = new Set(truth.sound.map(({ relation }) => relation))
    const alarms = report.findings.filter(
      ({ relation, severity }) => severity !== 'note' && closed.has(relation),
    )
    expect(alarms.map(({ code, relation, command }) => ({ code, relation, command }))).toEqual([])
    expect(report.coverage.untested).toEqual([])
  })

  test('every leak is one of the exposures', () => {
    const planted = new Set(truth.exposures.map((one) => `${one.relation} ${one.command} ${one.standing}`))
    const others = report.findings
      .filter(({ kind, severity }) => kind === 'leak' && severity !== 'note')
      .map(({ relation, command, actor }) => `${relation} ${command} ${actor ?? ''}`)
      .filter((key) => !planted.has(key))
    expect(others).toEqual([])
  })
})

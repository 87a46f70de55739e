import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { introspect } from '../src/catalog/introspect.ts'
import { Connection } from '../src/database/connection.ts'
import type { Catalog } from '../src/domain/catalog.ts'
import type { Server } from '../src/domain/server.ts'
import { startServer } from '../src/engine/choose.ts'
import { code } from './outcomes/code.ts'
import { constraints } from './outcomes/constraints.ts'
import { dependencies } from './outcomes/dependencies.ts'
import { foreignKeys } from './outcomes/foreign-keys.ts'
import { NEIGHBOURS } from './outcomes/neighbours.ts'
import { other } from './outcomes/other.ts'
import { partitions } from './outcomes/partitions.ts'
import { policies } from './outcomes/policies.ts'
import { privileges } from './outcomes/privileges.ts'
import { commandOf, MAJORS, provoke, saidBy } from './outcomes/situation.ts'
import type { Answer, Major, Situation } from './outcomes/situation.ts'
import { viewPrivileges } from './outcomes/view-privileges.ts'
import { views } from './outcomes/views.ts'

const GROUPS: Readonly<Record<string, readonly Situation[]>> = {
  policies,
  privileges: [...privileges, ...dependencies],
  constraints,
  code,
  'foreign-keys': foreignKeys,
  partitions,
  views: [...views, ...viewPrivileges],
  other,
}
const SCHEMAS = ['roles', ...Object.keys(GROUPS)]

describe.each(MAJORS)('on PostgreSQL %i', (major) => {
  let server: Server
  let connection: Connection
  let catalog: Catalog

  beforeAll(async () => {
    server = await startServer({
      database: { engine: 'embedded', version: major, allowExternal: false, keep: false, cache: true },
      projectDir: process.cwd(),
      environment: process.env,
    })
    connection = await Connection.open(server.target)
    for (const name of SCHEMAS) await connection.run(schemaOf(name))
    if (major >= 18) await connection.run(schemaOf('since-18'))
    const roles = ['anon', 'authenticated']
    catalog = await introspect(connection, { roles, apiRoles: roles, platformSchemas: [] })
  })

  afterAll(async () => {
    await connection.close()
    await server[Symbol.asyncDispose]()
  })

  describe.each(Object.entries(GROUPS))('among %s', (_, situations) => {
    const known = situations.filter(({ since = 15 }) => major >= since)
    const ordered = known.filter(({ decided }) => decided !== undefined)
    const updates = ordered.filter((situation) => commandOf(situation) === 'update')

    test.each(known.map(told))('%s is read as %s', async (...[, , situation]) => {
      const variant = situation.decided === undefined ? undefined : 'true'
      expect(await provoke(connection, catalog, situation, variant)).toEqual(wanted(situation, major))
    })

    test.each(ordered.map(told))(
      '%s says as much as it can under a policy that refuses',
      async (...[, , situation]) => {
        expect(await provoke(connection, catalog, situation, 'false')).toEqual(
          situation.decided === 'before' ? wanted(situation, major) : refused(situation),
        )
      },
    )

    test.each(ordered.map(told))(
      '%s shows its place under a policy that raises',
      async (...[, , situation]) => {
        expect(await provoke(connection, catalog, situation, 'raises')).toEqual(
          situation.decided === 'before' ? wanted(situation, major) : EVALUATED,
        )
      },
    )

    test.each(updates.map(told))(
      '%s proves nothing of a row that USING hides',
      async (...[, , situation]) => {
        const { means } = await provoke(connection, catalog, situation, 'hides')
        expect(['affected 0', 'broken']).toContain(means)
      },
    )
  })

  test.each(NEIGHBOURS)('%s proves nothing', async (_title, says, disturb) => {
    await using neighbour = await Connection.open(server.target)
    expect(await disturb({ connection, catalog, neighbour })).toEqual({ says, means: 'broken' })
  })
})

/** What the exception of a policy's own function looks like. */
const EVALUATED: Answer = { says: 'P0099 exec_stmt_raise', means: 'broken' }

const told = (situation: Situation) => [situation.title, situation.means, situation] as const

function schemaOf(name: string): string {
  return readFileSync(new URL(`./outcomes/${name}.sql`, import.meta.url), 'utf8')
}

function wanted(situation: Situation, major: Major): Answer {
  return { says: saidBy(situation, major), means: situation.means }
}

function refused(situation: Situation): Answer {
  return commandOf(situation) === 'delete'
    ? { says: undefined, means: 'affected 0' }
    : { says: '42501 ExecWithCheckOptions', means: 'denied by policy' }
}

test('no situation is listed twice', () => {
  const titles = Object.values(GROUPS).flatMap((situations) => situations.map(({ title }) => title))
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([])
})

test('nothing that comes before the policy is expected to be decided by it', () => {
  const early = Object.values(GROUPS)
    .flat()
    .filter(({ decided }) => decided === 'before')
  expect(early.map(({ means }) => means)).not.toContain('admitted')
  expect(early.map(({ means }) => means)).not.toContain('denied by policy')
})

import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../src/testing/database.ts'
import type { TestDatabase } from '../src/testing/database.ts'
import { TestStage } from '../src/testing/stage.ts'
import { openTemplate } from '../src/testing/template.ts'
import type { Template } from '../src/testing/template.ts'
import { seeing } from '../src/testing/assertions/reads.ts'

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url))
const context = { environment: process.env, signal: new AbortController().signal, onProgress: () => {} }

const projects = [
  ...readdirSync(`${fixtures}/apps`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `apps/${name}`),
  'library/workspace',
  'library/settings',
]

describe.each(projects)('%s', (project) => {
  let template: Template
  let database: TestDatabase
  beforeAll(async () => {
    template = await openTemplate(fixtures, { dir: project }, context)
    database = await openDatabase(template.handout, process.env)
  })
  afterAll(async () => {
    await database[Symbol.asyncDispose]()
    await template[Symbol.asyncDispose]()
  })

  test('has its cast without complaint', () => {
    expect(template.notices).toEqual([])
    const names = template.handout.cast.actors.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['alice', 'bob', 'carol']))
  })

  test('has a row of alice in every table that has owners', async () => {
    const stage = new TestStage(database, 'every table')
    await stage.session.begin()
    const made: string[] = []
    for (const relation of database.supplies.relations) {
      const kind = database.model.ownerships.get(relation.oid)?.kind ?? 'shared'
      const row = await stage.seed(
        relation.qualified,
        kind === 'shared' ? {} : { owner: stage.actor('alice') },
      )
      expect(Object.keys(row)).toEqual(expect.arrayContaining(relation.columns.map(({ name }) => name)))
      made.push(relation.qualified)
    }
    expect(made.length).toBeGreaterThan(1)
    expect(await stage.end()).toEqual([])
  })

  test('tells alice from carol wherever rows are one user’s', async () => {
    const stage = new TestStage(database, 'alice and carol')
    await stage.session.begin()
    let told = 0
    for (const relation of database.supplies.relations) {
      const ownership = database.model.ownerships.get(relation.oid)
      const key = relation.keys.find(({ primary }) => primary)
      if (ownership?.kind !== 'user' || !key) continue
      const row = await stage.seed(relation.qualified, { owner: stage.actor('alice') })
      const where = Object.fromEntries(key.columns.map((name) => [name, row[name]]))
      const alice = await seeing(stage.actor('alice'), relation.qualified, where)
      const carol = await seeing(stage.actor('carol'), relation.qualified, where)
      // what alice sees is hers alone, unless the project says otherwise
      if (alice.holds === true && carol.holds === false) told++
    }
    expect(told).toBeGreaterThan(0)
    expect(await stage.end()).toEqual([])
  })

  test('lets somebody new in, who is a stranger to the rest', async () => {
    const stage = new TestStage(database, 'somebody new')
    await stage.session.begin()
    const founded = database.model.tenants.length > 0 ? await stage.newTenant('initech') : undefined
    const erin = await stage.user('erin', founded ? { tenant: founded } : {})
    const [own] = database.supplies.relations.filter(
      ({ oid }) => database.model.ownerships.get(oid)?.kind === 'user',
    )
    if (own) {
      await stage.seed(own.qualified, { owner: stage.actor('alice') })
      const row = await stage.seed(own.qualified, { owner: erin })
      const key = own.keys.find(({ primary }) => primary)?.columns ?? []
      const where = Object.fromEntries(key.map((name) => [name, row[name]]))
      expect((await seeing(stage.actor('carol'), own.qualified, where)).holds).not.toBe(null)
    }
    expect(erin.id).not.toBe(stage.actor('alice').id)
    expect(stage.nobody().session.user).toBeNull()
    expect(await stage.end()).toEqual([])
  })
})

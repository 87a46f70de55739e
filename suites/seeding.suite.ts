import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Connection } from '../src/database/connection.ts'
import { relationByName } from '../src/domain/catalog.ts'
import type { Relation } from '../src/domain/catalog.ts'
import type { SeededRow } from '../src/domain/population.ts'
import type { Server } from '../src/domain/server.ts'
import { databaseWith, seeded, startEmbedded } from './scene.ts'

const HOSTILE = readFileSync(fileURLToPath(new URL('seeding/hostile.sql', import.meta.url)), 'utf8')

/** What no row can satisfy: it must be told, not made. */
const IMPOSSIBLE = 'public.impossible'

describe('a hostile schema', () => {
  let server: Server
  let connection: Connection
  let scene: Awaited<ReturnType<typeof seeded>>

  beforeAll(async () => {
    server = await startEmbedded()
    connection = await Connection.open(await databaseWith(server, 'hostile', HOSTILE))
    scene = await seeded(connection)
  })

  afterAll(async () => {
    await connection.close()
    await server[Symbol.asyncDispose]()
  })

  const own = (): readonly Relation[] =>
    scene.catalog.relations.filter(({ schema, isPartition }) => schema === 'public' && !isPartition)
  const rowsOf = (name: string): readonly SeededRow[] =>
    scene.population.rows.get(relationByName(scene.catalog, name)?.oid ?? 0) ?? []
  const userOf = (name: string): string =>
    scene.population.actors.find((actor) => actor.name === name)?.user ?? 'nobody'

  test('is seeded but for the relation whose constraint cannot be satisfied, which is named', () => {
    expect(scene.population.unseeded).toEqual([
      { relation: IMPOSSIBLE, reason: expect.stringContaining('constraint never_satisfied') },
    ])
  })

  test('gives alice, bob and carol rows of their own wherever rows belong to users', () => {
    const without = own()
      .filter(({ oid, qualified }) => {
        const rows = scene.population.rows.get(oid) ?? []
        const people = ['alice', 'bob', 'carol'].map(userOf)
        const isUsers = scene.model.ownerships.get(oid)?.kind === 'user'
        const isServed = people.every((key) => rows.some(({ owners }) => owners.includes(key)))
        return qualified !== IMPOSSIBLE && isUsers && !isServed
      })
      .map(({ qualified }) => qualified)
    expect(without).toEqual([])
  })

  test('leaves no relation empty without a word', () => {
    const told = new Set(scene.population.unseeded.map(({ relation }) => relation))
    const empty = own().filter(
      ({ oid, qualified }) => (scene.population.rows.get(oid) ?? []).length === 0 && !told.has(qualified),
    )
    expect(empty.map(({ qualified }) => qualified)).toEqual([])
  })

  test('says where triggers had to be left out and where a partition had to be added', () => {
    expect(scene.population.notices).toEqual([
      'public.always_raises was seeded without its triggers: closed for now (P0001)',
      expect.stringContaining(
        'public.emptied_by_trigger was seeded without its triggers: column title: null',
      ),
      expect.stringContaining(
        'public.ruled_out was seeded without its triggers: cannot perform INSERT RETURNING',
      ),
      'public.swallowed was seeded without its triggers: a trigger or rule swallows inserted rows',
      'public.without_partition has no partition: one was added for the rows of this run',
    ])
  })

  test('lists the relations that were filled without their triggers', () => {
    expect([...scene.population.withoutTriggers].sort()).toEqual(
      ['always_raises', 'emptied_by_trigger', 'ruled_out', 'swallowed'].map((name) => `public.${name}`),
    )
  })

  test('gives triggers what they want, also in the rows that are kept back', () => {
    const spares = scene.population.spares.get(
      relationByName(scene.catalog, 'public.wanted_by_trigger')?.oid ?? 0,
    )
    const all = [...rowsOf('public.wanted_by_trigger'), ...(spares ?? [])].map(({ values }) => values)
    expect(all.length).toBeGreaterThan(12)
    expect(
      all.filter(
        ({ status, quantity, code }) =>
          status !== 'draft' || Number(quantity) > 3 || String(code).length !== 5,
      ),
    ).toEqual([])
    expect(rowsOf('public.wanted_setting').map(({ values }) => values['tenant'])).not.toContain('')
  })

  test('uses the only row that there can be, and numbers rows anew where a list is shared', () => {
    expect(rowsOf('public.one_row').map(({ values }) => values['title'])).toEqual(['the only one'])
    const people = new Set(rowsOf('public.issues').flatMap(({ owners }) => owners))
    expect([...people].sort()).toEqual(['alice', 'bob', 'carol'].map(userOf).sort())
  })

  test('gives rights in lists to staff alone', () => {
    const inForce = rowsOf('public.listed_rights').filter(({ values }) => values['active'] === true)
    const judged = new Set(
      scene.population.actors.flatMap(({ purpose, user }) => (purpose === 'judged' ? [user] : [])),
    )
    expect(inForce.map(({ values }) => values['role'])).toContainEqual(['admin'])
    expect(
      rowsOf('public.listed_rights').filter(
        ({ values, owners }) =>
          judged.has(owners[0] ?? null) && (values['active'] === true || String(values['role']) !== ''),
      ),
    ).toEqual([])
  })

  test('never shows the same canary in two rows or columns', () => {
    const found = own()
      .filter(({ parents }) => parents.length === 0)
      .flatMap((relation) => canariesOf(relation, scene.population.rows.get(relation.oid) ?? []))
    expect(found.length).toBeGreaterThan(200)
    expect(found.filter((one, index) => found.indexOf(one) !== index)).toEqual([])
  })

  test('resolves rows to the user whom their column names', () => {
    const wrong = own().flatMap(({ oid, qualified, columns }) => {
      const column = columns.find(({ name }) => /^(user_?id|owner_id)$/i.test(name))
      if (!column || scene.model.ownerships.get(oid)?.kind !== 'user') return []
      return (scene.population.rows.get(oid) ?? [])
        .filter(({ values, owners }) => String(values[column.name]) !== owners.join())
        .map(({ values, owners }) => ({ qualified, holds: values[column.name], owners }))
        .filter(({ holds, owners }) => holds !== null || owners.length > 0)
    })
    expect(wrong).toEqual([])
  })

  test('resolves rows without a user column through the row that they refer to', () => {
    const owners = (relation: string): readonly string[] =>
      [...new Set(rowsOf(relation).flatMap((row) => row.owners))].sort()
    const people = ['alice', 'bob', 'carol'].map(userOf).sort()
    expect({
      children: owners('public.composite_children'),
      eggs: owners('public.eggs'),
      songs: owners('public.songs'),
    }).toEqual({ children: people, eggs: people, songs: people })
  })

  test('fills both sides of a cycle of required keys with rows that refer to each other', async () => {
    expect(
      await connection.rows(
        'select count(*) as hens, count(egg.id) as eggs from public.hens left join public.eggs egg on egg.id = hens.egg_id',
      ),
    ).toEqual([{ hens: 9, eggs: 9 }])
  })

  test('gives every leaf of a partitioned table what can be inserted into its root', () => {
    const spares = (name: string) =>
      scene.population.spares.get(relationByName(scene.catalog, name)?.oid ?? 0)
    expect(spares('public.by_two_eu_2040')).toBe(spares('public.by_two'))
    expect(spares('public.by_two')?.length).toBeGreaterThan(0)
  })

  test('keeps the profile that the sign-up trigger made', () => {
    expect(rowsOf('public.profiles').map(({ values }) => values['username'])).toEqual(
      expect.arrayContaining(['alicexyz', 'bobxyz', 'carolxyz']),
    )
  })

  test('shows rows in every state that a check names', () => {
    const states = new Set(rowsOf('public.state_machine').map(({ values }) => String(values['status'])))
    expect([...states].sort()).toEqual(['archived', 'draft', 'published'])
  })
})

describe('values of the configuration', () => {
  test('come before everything that the harness would make, also in foreign keys', async () => {
    await using server = await startEmbedded()
    const target = await databaseWith(
      server,
      'configured',
      `create table public.kinds (id int primary key, label text not null);
       insert into public.kinds values (7, 'seven'), (8, 'eight');
       create table public.things (
         id uuid primary key default gen_random_uuid(), user_id uuid not null references auth.users (id),
         kind int not null references public.kinds (id), size int not null
       )`,
    )
    await using connection = await Connection.open(target)
    const values = { 'public.things.kind': 8, 'public.things.size': ({ row }: { row: number }) => row * 2 }
    const { catalog, population } = await seeded(connection, {
      seed: { seed: 1, rows: 3, directed: true, values },
    })
    const rows = population.rows.get(relationByName(catalog, 'public.things')?.oid ?? 0) ?? []
    expect(new Set(rows.map((row) => row.values['kind']))).toEqual(new Set([8]))
    expect(rows.every((row) => Number(row.values['size']) % 2 === 0)).toBe(true)
  })

  test('two runs of the same seed make the same rows', async () => {
    await using server = await startEmbedded()
    const sql = `create table public.notes (
      id uuid primary key, user_id uuid not null references auth.users (id), title text not null, at date not null
    )`
    const runs = await Promise.all(
      ['one', 'two'].map(async (name) => {
        await using connection = await Connection.open(await databaseWith(server, name, sql))
        const { catalog, population } = await seeded(connection)
        return (population.rows.get(relationByName(catalog, 'public.notes')?.oid ?? 0) ?? []).map(
          ({ values }) => values,
        )
      }),
    )
    expect(runs[0]).toHaveLength(9)
    expect(runs[1]).toEqual(runs[0])
  })
})

/** Made-up words in columns that do not repeat what stands elsewhere. */
function canariesOf(relation: Relation, rows: readonly SeededRow[]): readonly string[] {
  const copied = new Set(relation.foreignKeys.flatMap(({ columns }) => columns))
  const columns = relation.columns.filter(
    ({ name, baseType, generated }) => baseType === 'text' && !generated && !copied.has(name),
  )
  return columns.flatMap(({ name }) =>
    rows.flatMap(({ values }) => /\bk[0-9a-z]{8}\b/.exec(String(values[name]))?.[0] ?? []),
  )
}

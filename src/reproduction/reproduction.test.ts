import { describe, expect, test } from 'vitest'
import { sampleColumn, sampleForeignKey, sampleKey, sampleRelation } from '../domain/sample-relation.ts'
import { sampleModel } from '../domain/sample-model.ts'
import type { Actor, Population, SeededRow } from '../domain/population.ts'
import { aimedAt, keyCondition, withoutPlaces } from './aim.ts'
import { Inventory } from './inventory.ts'
import type { KnownRow } from './inventory.ts'
import { goneLook, insertedLook, updatedLook } from './look.ts'
import { literalsOf, namedRows, payloadParents, payloadsOf } from './mentions.ts'
import { neededRows } from './needed.ts'
import { insertSql } from './row.ts'
import { scriptOf, whoIs, whoseIs } from './script.ts'

const ID = sampleKey(['id'], { primary: true })
const users = sampleRelation('users', ['id'], { oid: 1, keys: [ID] })
const notes = sampleRelation('notes', ['id', 'user_id', 'body'], {
  oid: 2,
  keys: [ID],
  foreignKeys: [sampleForeignKey(['user_id'], users)],
})
const members = sampleRelation('members', ['org', 'user_id'], {
  oid: 3,
  keys: [sampleKey(['org', 'user_id'])],
})
const settings = sampleRelation('settings', ['name'], { oid: 4 })
const log = sampleRelation('log', ['what'], { oid: 5 })

const person = (name: string): Actor => ({
  name,
  role: 'authenticated',
  login: 'authenticator',
  user: `user-${name}`,
  tenants: [],
  claims: {},
  settings: {},
  purpose: 'judged',
})
const [alice, bob, carol] = [person('alice'), person('bob'), person('carol')]

const row = (place: string, values: SeededRow['values'], owner?: Actor): SeededRow => ({
  place,
  values,
  owners: owner?.user ? [owner.user] : [],
  authors: [],
  tenants: [],
})

const population: Population = {
  actors: [alice, bob, carol],
  tenants: [],
  rows: new Map([
    [1, [alice, bob, carol].map((one, at) => row(`1:(0,${at})`, { id: one.user }, one))],
    [
      2,
      [
        row('2:(0,1)', { id: 'note-of-alice', user_id: alice.user, body: "it's" }, alice),
        row('2:(0,2)', { id: 'note-of-bob', user_id: bob.user, body: null }, bob),
      ],
    ],
    [3, [alice, bob, carol].map((one, at) => row(`3:(0,${at})`, { org: 'acme', user_id: one.user }, one))],
    [4, [row('4:(0,1)', { name: 'limit' })]],
    [5, [row('5:(0,1)', { what: { a: 1 } })]],
  ]),
  spares: new Map(),
  unseeded: [],
  withoutTriggers: [],
  notices: [],
}
const inventory = new Inventory({ relations: [users, notes, members, settings, log] }, population, [])
const model = sampleModel({ userRoots: [{ relation: 1, column: 'id' }] })
const at = (place: string): KnownRow => {
  const found = inventory.at(place)
  if (!found) throw new Error(place)
  return found
}

describe('the rows that a script takes', () => {
  const placesOf = (way: Parameters<typeof neededRows>[2]): readonly string[] =>
    neededRows(inventory, model, way).map(({ row: { place } }) => place)

  test('are the accounts and what is aimed at, parents first', () => {
    expect(placesOf({ people: [carol, alice], aims: [at('2:(0,1)')], tables: new Set() })).toEqual([
      '1:(0,2)',
      '1:(0,0)',
      '2:(0,1)',
    ])
  })

  test('bring of what is looked into those of the people involved and nobody else’s', () => {
    const tables = new Set([3, 4])
    expect(placesOf({ people: [carol, alice], aims: [at('2:(0,1)')], tables })).toEqual([
      '1:(0,2)',
      '1:(0,0)',
      '2:(0,1)',
      '3:(0,2)',
      '4:(0,1)',
    ])
  })

  test('end where foreign keys go round in circles', () => {
    const self = sampleRelation('self', ['id', 'next'], { oid: 9, keys: [ID] })
    const round = { ...self, foreignKeys: [sampleForeignKey(['next'], self)] }
    const rows = new Map([
      [9, [row('9:(0,1)', { id: 'a', next: 'b' }), row('9:(0,2)', { id: 'b', next: 'a' })]],
    ])
    const circle = new Inventory({ relations: [round] }, { ...population, rows }, [])
    const aims = circle.of(9).slice(0, 1)
    expect(neededRows(circle, model, { people: [carol], aims, tables: new Set() })).toHaveLength(2)
  })
})

describe('a row as an INSERT', () => {
  test('says plain values as they are, whatever is in them, and leaves out NULL', () => {
    expect(insertSql(at('2:(0,1)'))).toBe(
      `insert into "public"."notes" ("id", "user_id", "body") values ('note-of-alice', 'user-alice', 'it''s') on conflict do nothing`,
    )
    expect(insertSql(at('2:(0,2)'))).not.toContain('"body"')
  })

  const wide = sampleRelation('wide', [
    sampleColumn('id', { baseType: 'int8', identity: 'always' }),
    sampleColumn('tags', { array: true }),
    sampleColumn('data', { baseType: 'jsonb' }),
    sampleColumn('twice', { generated: true }),
    sampleColumn('at', { baseType: 'timestamptz', default: 'now()' }),
    sampleColumn('until', { default: `'x'` }),
  ])
  const values = { id: 1, tags: ['a'], data: [1], twice: 2, at: '2026-01-01T00:00:00.123+00:00', until: null }

  test('takes the way through JSON for lists, writes the time of the run as now(), keeps NULL beside a default', () => {
    expect(insertSql({ relation: wide, row: row('7:(0,1)', values) })).toBe(
      `insert into "public"."wide" ("id", "tags", "data", "at", "until") overriding system value select made."id", made."tags", made."data", now(), made."until" from jsonb_populate_record(null::"public"."wide", '{"id":1,"tags":["a"],"data":[1],"until":null}'::jsonb) made on conflict do nothing`,
    )
  })

  test('writes JSON as text, and asks for no conflict where there are rules', () => {
    const relation = { ...wide, columns: wide.columns.filter(({ name }) => name === 'data'), hasRules: true }
    expect(insertSql({ relation, row: row('7:(0,1)', values) })).toBe(
      `insert into "public"."wide" ("data") values ('[1]')`,
    )
  })
})

describe('a statement that aims by place', () => {
  const places = (list: string): string =>
    `update t set a = 1 where t.tableoid::int8 || ':' || t.ctid in (${list})`

  test('aims by key instead', () => {
    expect(withoutPlaces(places(`'2:(0,1)', '2:(0,2)'`), inventory)).toBe(
      `update t set a = 1 where (t."id" in ('note-of-alice', 'note-of-bob'))`,
    )
    expect(withoutPlaces(places(`'3:(0,1)'`), inventory)).toBe(
      `update t set a = 1 where ((t."org", t."user_id") in (('acme', 'user-bob')))`,
    )
    const only = `delete from t where t.tableoid::int8 || ':' || t.ctid <> '2:(0,1)'`
    expect(withoutPlaces(only, inventory)).toBe(`delete from t where not (t."id" = 'note-of-alice')`)
  })

  test('aims by all values where there is no key', () => {
    expect(withoutPlaces(places(`'5:(0,1)'`), inventory)).toBe(
      `update t set a = 1 where (to_jsonb(t.*) <@ '{"what":{"a":1}}'::jsonb)`,
    )
  })

  test('is left alone where nobody knows the place', () => {
    expect(withoutPlaces(places(`'99:(0,1)'`), inventory)).toBe(places(`'99:(0,1)'`))
  })
})

test('of a list of keys those stay that a row has', () => {
  const statement = `delete from t where (t."id"::text) in (('note-of-bob'), ('note-of-alice'))`
  expect(aimedAt(statement, [at('2:(0,1)')])).toBe(`delete from t where t."id"::text = 'note-of-alice'`)
  const pairs = `delete from t where (t."org"::text, t."user_id"::text) in (('acme', 'user-bob'), ('acme', 'user-carol'))`
  expect(aimedAt(pairs, [at('3:(0,2)')])).toBe(
    `delete from t where t."org"::text = 'acme' and t."user_id"::text = 'user-carol'`,
  )
  expect(aimedAt('delete from t', [at('2:(0,1)')])).toBe('delete from t')
  expect(aimedAt(statement, [at('3:(0,2)')])).toBe(statement)
})

test('a condition names no column that may not be read', () => {
  expect(keyCondition([at('2:(0,1)')], (name) => name === 'body')).toBe(
    `jsonb_build_object('body', t."body") = '{"body":"it''s"}'::jsonb`,
  )
})

test('what a statement names is found in its literals and payloads', () => {
  const sql = `insert into n select * from jsonb_populate_record(null::n, '{"user_id":"user-alice","body":"it''s"}'::jsonb)`
  expect(payloadsOf(sql)).toEqual([{ user_id: 'user-alice', body: "it's" }])
  expect(payloadsOf(`select '{a,b}', '[1]'`)).toEqual([])
  expect(payloadParents(inventory, notes, payloadsOf(sql)).map(({ row: { place } }) => place)).toEqual([
    '1:(0,0)',
  ])
  expect(namedRows(inventory, [notes], `select f('note-of-bob'::text)`)).toEqual([at('2:(0,2)')])
  expect(literalsOf(String.raw`select E'a\\b', 'c''d'`)).toEqual([String.raw`a\b`, "c'd"])
})

test('what was written is younger than the mark, what is gone is not found', () => {
  const rows = [at('2:(0,1)')]
  expect(insertedLook(notes, { user_id: 'x' })).toBe(
    `select t.* from "public"."notes" t where age(t.xmin) < 0 and to_jsonb(t.*) @> '{"user_id":"x"}'::jsonb`,
  )
  expect(updatedLook(notes, rows, {})).toBe(
    `select t.* from "public"."notes" t where (t."id" = 'note-of-alice') and age(t.xmin) < 0`,
  )
  // a row whose key was changed is not found by it any more
  expect(updatedLook(notes, rows, { id: 'new' })).toBe(goneLook(notes, rows))
})

test('a script is one transaction, and a name cannot end a remark', () => {
  const script = scriptOf([{ says: ['a\nselect 1;'], sql: ['select 2'] }])
  expect(script).toMatch(
    /^-- For psql.*\n-- It changes nothing.*\n\nbegin;\n\n-- a select 1;\nselect 2;\n\nrollback;\n$/,
  )
})

test('people and rows are called by their names', () => {
  expect(whoIs({ ...alice, tenants: ['acme'] })).toBe('alice: role authenticated, user user-alice, in acme')
  expect(whoIs({ ...alice, user: null })).toBe('alice: role authenticated, no user')
  const { actors } = population
  expect(whoseIs(at('2:(0,1)').row, actors)).toBe('belongs to alice')
  expect(whoseIs({ ...at('2:(0,1)').row, owners: [], tenants: ['acme'] }, actors)).toBe('belongs to acme')
  expect(whoseIs(at('4:(0,1)').row, actors)).toBe('nobody’s')
})

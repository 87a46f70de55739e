import { beforeAll, describe, expect, test } from 'vitest'
import type { ObjectKind, SchemaObject, Snapshot } from '../domain/drift.ts'
import { loadParser } from '../sql/parse.ts'
import { readSchemaFile, rolesForFile, unstatedIn } from './schema-file.ts'

beforeAll(loadParser)

const object = (kind: ObjectKind, ...path: readonly string[]): SchemaObject => ({
  kind,
  path,
  relation: null,
  facets: {},
  extra: {},
})

const snapshot = (...objects: readonly SchemaObject[]): Snapshot => ({
  version: '17.0',
  major: 17,
  owner: 'postgres',
  objects,
  bookkeeping: [],
})

const DUMP = '-- PostgreSQL database dump\n\\restrict abc\ncreate table a ();\n'

describe('a schema file', () => {
  test('names the roles that it does not make', () => {
    const file = readSchemaFile(`
      create role made; grant made to "The Lead";
      alter table a owner to boss; grant select on a to reader, made;
      create policy p on a to writer using (current_user = 'nobody');`)
    expect(file).toMatchObject({
      isDump: false,
      grants: true,
      makes: ['made'],
      roles: ['The Lead', 'boss', 'reader', 'writer'],
    })
  })

  test('gets the roles of the migrations, with what they walk around', () => {
    const bypassing: SchemaObject = {
      ...object('role', 'wal"ker'),
      facets: { 'bypasses row security': 'bypassrls', inherits: 'noinherit' },
    }
    const sql = rolesForFile(readSchemaFile(DUMP), snapshot(bypassing))
    expect(sql).toContain('create role "wal""ker" nologin bypassrls noinherit;')
    expect(rolesForFile(readSchemaFile('create role "wal""ker"'), snapshot(bypassing))).toBe('')
  })

  test('that holds nothing but remarks holds no statement', () => {
    expect(readSchemaFile('-- nothing\n\\echo hello\n').statements).toBe(0)
  })
})

describe('what a file says nothing about', () => {
  const migrations = snapshot(
    object('policy', 'storage', 'objects', 'files'),
    object('policy', 'public', 'a', 'own'),
    object('privilege', 'table', 'public', 'a', '', 'anon'),
    object('extension', 'citext'),
    object('bucket', 'files'),
  )
  const leftOut = (text: string, state: Snapshot): readonly string[] => {
    const { is } = unstatedIn(readSchemaFile(text), state, migrations, ['storage'])
    return migrations.objects.filter(is).map(({ kind, path }) => `${kind} ${path[0]}`)
  }

  test('is what a dump of one schema without privileges leaves out', () => {
    expect(leftOut(DUMP, snapshot(object('policy', 'public', 'a', 'own')))).toEqual([
      'policy storage',
      'privilege table',
      'extension citext',
      'bucket files',
    ])
  })

  test('is not what it states in part: one policy of Storage that is missing there is a difference', () => {
    const state = snapshot(object('policy', 'storage', 'objects', 'other'), object('bucket', 'other'))
    expect(leftOut(`${DUMP}grant select on a to b;`, state)).toEqual(['extension citext'])
  })

  test('is next to nothing where somebody wrote it by hand', () => {
    expect(leftOut('create table a ();', snapshot())).toEqual(['bucket files'])
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import type { Catalog, Relation, Routine } from '../domain/catalog.ts'
import { sampleColumn, sampleRelation } from '../domain/sample-relation.ts'
import { sampleArgument, sampleRoutine } from '../domain/sample-routine.ts'
import { loadParser } from '../sql/parse.ts'
import { declareSchema } from './declare.ts'

beforeAll(loadParser)

function declared(relations: readonly Relation[], routines: readonly Routine[] = []): string {
  const catalog: Catalog = {
    schemas: [],
    relations,
    routines,
    sequences: [],
    roles: ['service_role', 'anon', 'pg_monitor', 'my role'].map((name) => ({
      name,
      superuser: false,
      bypassRowSecurity: false,
      login: false,
      inherits: [],
      becomes: [],
    })),
    tested: ['public'],
    apiRoles: [],
  }
  return declareSchema(catalog, { relations: ['public'], functions: ['public'] })
}

/** The lines of one part of a relation, without indentation. */
function part(relation: Relation, name: 'row' | 'insert'): readonly string[] {
  const lines = declared([relation]).split('\n')
  const start = lines.findIndex((line) => line.trim().startsWith(`${name}: `))
  const first = lines[start]?.trim() ?? ''
  if (!first.endsWith('{')) return [first]
  return lines.slice(start + 1, lines.indexOf('      }', start)).map((line) => line.trim())
}

const column = (name: string, baseType: string, rest: Parameters<typeof sampleColumn>[1] = {}) =>
  sampleColumn(name, { baseType, notNull: true, ...rest })

describe('a generated declaration', () => {
  test('is an augmentation of the package, sorted by name', () => {
    const text = declared(
      [
        sampleRelation('notes', [column('id', 'uuid'), column('body', 'text')]),
        sampleRelation('Chat', [column('userId', 'int8')]),
        sampleRelation('hidden', [], { schema: 'other', qualified: 'other.hidden' }),
      ],
      [sampleRoutine('', [sampleArgument('b'), sampleArgument('a', { baseType: 'int4', hasDefault: true })])],
    )
    expect(text)
      .toBe(`// Written by \`rls-harness types\`: do not edit. Write it again after a change of the schema.
/* eslint-disable */
import 'rls-harness'

declare module 'rls-harness' {
  interface GeneratedRelations {
    'public.Chat': {
      row: {
        userId: number | string
      }
      insert: {
        userId: number | string
      }
    }
    'public.notes': {
      row: {
        body: string
        id: string
      }
      insert: {
        body: string
        id: string
      }
    }
  }

  interface GeneratedFunctions {
    'public.f(uuid,int4)': {
      arguments: {
        a?: number | null
        b: string | null
      }
      returns: string | null
    }
  }

  interface GeneratedRoles {
    anon: true
    'my role': true
    service_role: true
  }
}
`)
  })

  test('is the same whatever order things were made in', () => {
    const notes = sampleRelation('notes', ['b', 'a'])
    const chats = sampleRelation('chats', ['x'])
    const swapped = sampleRelation('notes', ['a', 'b'])
    expect(declared([notes, chats])).toBe(declared([chats, swapped]))
  })
})

describe('names', () => {
  test('that would end a literal or a line do not', () => {
    const odd = `it's "odd" \\ */ \${x}\u2028\n\u202e`
    const relation = sampleRelation(odd, [column(odd, 'text'), column('1st', 'text'), column('$ok', 'text')])
    const text = String.raw`'it\'s "odd" \\ */ ${'${x}'}\u2028\n\u202e'`
    expect(part(relation, 'row')).toEqual([`$ok: string`, `'1st': string`, `${text}: string`])
    expect(declared([relation])).toContain(`    ${text.replace("'", "'public.")}: {`)
  })
})

describe('what a row holds', () => {
  test.each([
    [{ baseType: 'bool' }, 'boolean'],
    [{ baseType: 'int4' }, 'number'],
    [{ baseType: 'int8' }, 'number | string'],
    [{ baseType: 'numeric' }, 'string'],
    [{ baseType: 'float8' }, 'string'],
    [{ baseType: 'timestamptz' }, 'string'],
    [{ baseType: 'jsonb' }, 'unknown'],
    [{ baseType: 'jsonb', notNull: false }, 'unknown'],
    [{ baseType: 'int4', notNull: false }, 'number | null'],
    [{ baseType: 'int4', array: true }, 'string'],
    [{ baseType: 'mood', labels: ['sad', 'ok'] }, "'ok' | 'sad'"],
    [{ baseType: 'mood', labels: ['sad'], array: true, notNull: false }, 'string | null'],
    [{ baseType: 'vector' }, 'string'],
  ])('of %j is %s', (rest, expected) => {
    const relation = sampleRelation('t', [column('c', 'text', rest)])
    expect(part(relation, 'row')).toEqual([`c: ${expected}`])
  })
})

describe('what an insert takes', () => {
  test.each([
    [{ baseType: 'numeric' }, 'number | string'],
    [{ baseType: 'timestamptz' }, 'string | Date'],
    [{ baseType: 'text', array: true }, 'readonly (string | null)[] | string'],
    [{ baseType: 'mood', labels: ['a'], array: true }, "readonly ('a' | null)[] | string"],
    [{ baseType: 'jsonb', array: true }, 'unknown'],
    [{ baseType: 'vector' }, 'unknown'],
  ])('of %j is %s', (rest, expected) => {
    const relation = sampleRelation('t', [column('c', 'text', rest)])
    expect(part(relation, 'insert')).toEqual([`c: ${expected}`])
  })

  test('leaves out what is generated, and need not hold what the server gives', () => {
    const relation = sampleRelation('t', [
      column('a_key', 'int8', { identity: 'always' }),
      column('b_total', 'int4', { generated: true, default: '1' }),
      column('c_default', 'text', { default: "''" }),
      column('d_null', 'text', { notNull: false }),
      column('e_must', 'text'),
    ])
    expect(part(relation, 'insert')).toEqual([
      'a_key?: number | string',
      'c_default?: string',
      'd_null?: string | null',
      'e_must: string',
    ])
    expect(part(relation, 'row')).toContain('b_total: number')
  })

  test('need not hold what a trigger gives before the insert', () => {
    const trigger = { name: 't', timing: 'before', events: ['insert'], functionName: 'f' } as const
    const insert = (rest: { readonly enabled: boolean; readonly forEachRow: boolean }) =>
      part(sampleRelation('t', [column('c', 'text')], { triggers: [{ ...trigger, ...rest }] }), 'insert')
    expect(insert({ enabled: true, forEachRow: true })).toEqual(['c?: string'])
    expect(insert({ enabled: false, forEachRow: true })).toEqual(['c: string'])
    expect(insert({ enabled: true, forEachRow: false })).toEqual(['c: string'])
  })

  test('is nothing where nothing can be inserted', () => {
    const facts = {
      definition: 'select 1',
      securityInvoker: false,
      securityBarrier: false,
      checkOption: 'none',
      updatable: false,
      deletable: false,
      reads: [],
      base: null,
    } as const
    const columns = [column('c', 'text')]
    const view = (insertable: boolean) =>
      part(sampleRelation('v', columns, { kind: 'view', view: { ...facts, insertable } }), 'insert')
    expect(view(false)).toEqual(['insert: never'])
    expect(view(true)).toEqual(['c?: string'])
    const stored = sampleRelation('m', columns, {
      kind: 'materialized',
      view: { ...facts, insertable: false },
    })
    expect(part(stored, 'insert')).toEqual(['insert: never'])
  })
})

describe('a function', () => {
  const declaredFunction = (routine: Routine): string => declared([sampleRelation('Chat', ['x'])], [routine])

  test('has arguments by position where they have no name', () => {
    const given = [
      sampleArgument(null),
      sampleArgument('to', { baseType: 'text', array: true }),
      sampleArgument(null, { composite: true }),
    ]
    expect(declaredFunction(sampleRoutine('', given))).toContain(`      arguments: {
        '1': string | null
        '3': unknown
        to: readonly (string | null)[] | string | null
      }`)
  })

  test.each([
    ['boolean', 'boolean | null'],
    ['bigint', 'number | string | null'],
    ['numeric', 'string | null'],
    ['timestamp with time zone', 'string | null'],
    ['uuid[]', 'string | null'],
    ['jsonb', 'unknown'],
    ['record', 'unknown'],
    ['public.mood', 'unknown'],
    ['void', 'unknown'],
    ['public."Chat"', "GeneratedRelations['public.Chat']['row']"],
  ])('that returns %s gives %s', (returns, expected) => {
    expect(declaredFunction(sampleRoutine('', [], { returns }))).toContain(`      returns: ${expected}\n`)
  })

  test('that only triggers call, or that aggregates, is left out', () => {
    expect(declaredFunction(sampleRoutine('', [], { isTrigger: true }))).toContain(
      '// GeneratedFunctions: none',
    )
    expect(declaredFunction(sampleRoutine('', [], { kind: 'aggregate' }))).toContain(
      '// GeneratedFunctions: none',
    )
    expect(declaredFunction(sampleRoutine('', [], { schema: 'net' }))).toContain(
      '// GeneratedFunctions: none',
    )
  })
})

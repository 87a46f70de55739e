import { beforeAll, describe, expect, test } from 'vitest'
import { loadParser } from '../sql/parse.ts'
import { readViewColumns } from './view-columns.ts'

beforeAll(loadParser)

describe('a view over one relation', () => {
  test('tells which column of it each of its own is', () => {
    expect(readViewColumns('SELECT id, short AS label, notes."userId" FROM public.notes;')).toEqual({
      schema: 'public',
      name: 'notes',
      columns: { id: 'id', label: 'short', userId: 'userId' },
    })
  })

  test('leaves out what is computed or cast', () => {
    expect(
      readViewColumns(
        'SELECT id, price + 1 AS more, id::text AS text, lower(name) AS name FROM public.notes n',
      )?.columns,
    ).toEqual({ id: 'id' })
  })

  test('may filter and sort', () => {
    expect(readViewColumns('SELECT id FROM public.notes WHERE id > 1 ORDER BY id')?.name).toBe('notes')
  })
})

describe('a view that is not read as one over a single relation', () => {
  test.each([
    'SELECT a.id FROM public.a JOIN public.b ON b.id = a.id',
    'SELECT a.id FROM public.a, public.b',
    'SELECT id FROM (SELECT id FROM public.a) s',
    'SELECT 1 AS one',
    'SELECT id FROM public.a UNION SELECT id FROM public.b',
    'SELECT id FROM unqualified',
    'VALUES (1)',
    'delete from public.a',
    'not sql',
  ])('%s', (definition) => {
    expect(readViewColumns(definition)).toBeNull()
  })
})

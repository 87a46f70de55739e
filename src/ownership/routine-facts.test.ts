import { beforeAll, describe, expect, test } from 'vitest'
import type { Catalog, Routine } from '../domain/catalog.ts'
import type { Model } from '../domain/ownership.ts'
import { loadParser } from '../sql/parse.ts'
import { readingOf } from './mentions.ts'
import { routineFacts } from './routine-facts.ts'

beforeAll(loadParser)

const routine = (oid: number, name: string, body: string): Routine =>
  ({
    oid,
    schema: 'public',
    name,
    body,
    language: 'plpgsql',
    returns: 'record',
    returnsSet: false,
    isTrigger: false,
    securityDefiner: true,
    arguments: [],
  }) as unknown as Routine

describe('a body that does not parse', () => {
  // the names behind INTO are arguments of the function, which the parser is not told of
  const request = `begin select into status, content r.status, r.content from extensions.http(null) r; end`
  const around = `begin select into status, content r.status, r.content from public.request() r; end`

  test('reaches out where a request stands in it, or in what it calls', () => {
    const routines = [routine(1, 'request', request), routine(2, 'around', around)]
    const catalog = { relations: [], routines, tested: ['public'] } as unknown as Catalog
    const facts = routineFacts(catalog, {} as Model, readingOf(catalog, { userSettings: [] }), routines)
    expect([1, 2].map((oid) => facts.get(oid)?.reachesOut)).toEqual(['extensions.http', 'extensions.http'])
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import type { AskedColumns } from '../domain/asked-columns.ts'
import type { Catalog, Policy, Relation, Routine, Trigger, ViewFacts } from '../domain/catalog.ts'
import { sampleRelation } from '../domain/sample-relation.ts'
import { sampleRoutine } from '../domain/sample-routine.ts'
import { loadParser } from '../sql/parse.ts'
import { columnsAsked } from './asked-columns.ts'
import { dependence } from './depends.ts'
import { readingOf } from './mentions.ts'

beforeAll(loadParser)

const policy = (using: string): Policy => ({
  name: 'p',
  command: 'all',
  permissive: true,
  roles: ['authenticated'],
  using,
  withCheck: null,
})

const touch: Trigger = {
  name: 'touch',
  timing: 'before',
  events: ['insert', 'update'],
  forEachRow: true,
  enabled: true,
  functionName: 'public.touch',
}
const members = sampleRelation('members', ['team', 'person', 'role', 'nickname'])
const triggered = { ...members, triggers: [touch] }
const documents = (using: string): Relation =>
  sampleRelation('documents', ['id', 'team'], { policies: [policy(using)] })
const plain = 'exists (select 1 from members m where m.team = documents.team and m.person = auth.uid()::text)'

const view = (definition: string, reads: readonly Relation[], base: Relation | null): Relation =>
  sampleRelation('shown', ['team', 'nickname'], {
    kind: 'view',
    view: {
      definition,
      reads: reads.map(({ oid }) => oid),
      base: base && { relation: base.oid, columns: {} },
    } as unknown as ViewFacts,
  })

const touching = (body: string): Routine =>
  sampleRoutine(body, [], { name: 'touch', language: 'plpgsql', isTrigger: true, returns: 'trigger' })

const catalogOf = (relations: readonly Relation[], routines: readonly Routine[] = []): Catalog =>
  ({ relations, routines, tested: ['public'] }) as unknown as Catalog

function asked(relations: readonly Relation[], routines: readonly Routine[] = []): AskedColumns {
  const catalog = catalogOf(relations, routines)
  return columnsAsked(catalog, readingOf(catalog, { userSettings: [] }))
}

describe('a change of a column may matter', () => {
  test('where a policy looks for rows by it, not where nobody asks for it', () => {
    const { mayMatter } = asked([members, documents(plain)])
    expect(mayMatter(members, ['person'])).toBe(true)
    expect(mayMatter(members, ['nickname'])).toBe(false)
  })

  test.each([
    ['whole rows', 'exists (select 1 from members m where is_active(m))'],
    ['all of a row', `exists (select * from members m where m.team = documents.team)`],
  ])('where a policy reads %s', (_, using) => {
    expect(asked([members, documents(using)]).mayMatter(members, ['nickname'])).toBe(true)
  })

  test('where a function asks for it, whoever calls the function', () => {
    const hook = sampleRoutine("select nickname from members where role = 'admin'")
    const { mayMatter } = asked([members, documents(plain)], [hook])
    expect(mayMatter(members, ['nickname'])).toBe(true)
  })

  test('where a function puts together what it asks', () => {
    const body = "begin execute 'select 1 from members'; return true; end"
    const { mayMatter } = asked([members], [sampleRoutine(body, [], { language: 'plpgsql' })])
    expect(mayMatter(members, ['nickname'])).toBe(true)
  })

  test('where a trigger makes another one of it', () => {
    const relations = [triggered, documents(plain)]
    const promoting = touching('begin new.person := new.nickname; return new; end')
    expect(asked(relations, [promoting]).mayMatter(triggered, ['nickname'])).toBe(true)
    const dating = touching('begin new.role := lower(new.role); return new; end')
    expect(asked(relations, [dating]).mayMatter(triggered, ['nickname'])).toBe(false)
    const replacing = touching('begin new := f(new); return new; end')
    expect(asked(relations, [replacing]).mayMatter(triggered, ['nickname'])).toBe(true)
  })

  test('where a view shows it, only if somebody looks into the view', () => {
    const shown = view('select team, nickname from members', [members], members)
    expect(asked([members, shown, documents(plain)]).mayMatter(members, ['nickname'])).toBe(false)
    const through = documents('exists (select 1 from shown s where s.nickname = documents.team)')
    expect(asked([members, shown, through]).mayMatter(members, ['nickname'])).toBe(true)
  })
})

describe('what rows decide about', () => {
  const dependents = (relations: readonly Relation[]): readonly number[] => {
    const catalog = catalogOf(relations)
    return dependence(catalog, readingOf(catalog, { userSettings: [] })).dependentsOf(members.oid)
  }

  test('policies that look into them, not a view that hands them on one by one', () => {
    const reader = documents(plain)
    const shown = view('select team, nickname from members', [members], members)
    expect(dependents([members, reader, shown])).toEqual([members.oid, reader.oid])
  })

  test('a view that joins, searches or counts them, and one over a table that looks for them', () => {
    const reader = documents(plain)
    const joined = view('select d.team from documents d join members m using (team)', [reader, members], null)
    expect(dependents([members, reader, joined])).toContain(joined.oid)
    const searching = view(
      'select team from members where exists (select 1 from members n where n.role = members.role)',
      [members],
      members,
    )
    expect(dependents([members, searching])).toContain(searching.oid)
    const over = view('select team from documents', [reader], reader)
    expect(dependents([members, reader, over])).toContain(over.oid)
  })
})

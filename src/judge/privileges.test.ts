import { expect, test } from 'vitest'
import type { Catalog } from '../domain/catalog.ts'
import type { GrantStatement } from '../domain/grants.ts'
import type { BesideObservation } from '../domain/privilege.ts'
import { sampleRelation } from '../domain/sample-relation.ts'
import { judgePrivileges } from './privileges.ts'
import { samplePopulation } from './sample-matter.ts'

const accounts = sampleRelation('accounts', ['id', 'discount'], {
  privileges: [
    {
      role: 'authenticated',
      relation: ['select', 'update'],
      columns: { select: [], insert: [], update: [] },
    },
  ],
})
const catalog: Catalog = {
  schemas: [],
  relations: [accounts],
  routines: [],
  sequences: [],
  roles: [],
  tested: ['public'],
  apiRoles: ['anon', 'authenticated'],
}
const revoke: GrantStatement = {
  file: 'a.sql',
  line: 7,
  number: 1,
  grants: false,
  target: 'objects',
  on: 'tables',
  names: [{ schema: 'public', name: 'accounts' }],
  privileges: [{ name: 'update', columns: ['discount'] }],
  roles: ['anon', 'authenticated'],
}
const tried: BesideObservation = {
  code: 'truncate-privilege',
  subject: accounts,
  command: 'truncate',
  actor: 'anon',
  statement: 'truncate table public.accounts',
  outcome: { kind: 'open', evidence: 'anon emptied it' },
}

function judge(beside: readonly BesideObservation[], grants: readonly GrantStatement[], input = {}) {
  return judgePrivileges({
    catalog,
    population: samplePopulation([]),
    relations: [accounts],
    definitions: [],
    beside,
    grants,
    reproductionOfBeside: ({ statement }) => statement,
    ...input,
  })
}

test('a revoke of columns from a role that holds the whole table changed nothing', () => {
  expect(judge([], [revoke]).facts).toMatchObject([
    {
      code: 'void-column-revoke',
      command: 'update',
      evidence:
        'authenticated still may update discount: the privilege on the whole table covers every column',
      blame: [{ file: 'a.sql', line: 7 }],
    },
  ])
})

test('it did where the table privilege is gone', () => {
  const closed = { ...accounts, privileges: [] }
  expect(judge([], [revoke], { relations: [closed] }).facts).toEqual([])
})

test('what was carried out is a leak by who did it, what was refused is nothing', () => {
  expect(judge([tried, { ...tried, actor: 'carol', outcome: { kind: 'closed' } }], []).facts).toMatchObject([
    { code: 'truncate-privilege', actor: 'anon', command: 'truncate', evidence: 'anon emptied it' },
  ])
})

test('an answer that decides nothing is untested', () => {
  const outcome = { kind: 'broken', sqlstate: '57014', message: 'timeout' } as const
  expect(judge([{ ...tried, actor: 'carol', outcome }], [])).toEqual({
    facts: [],
    untested: [
      {
        relation: 'public.accounts',
        command: 'truncate',
        actor: 'foreign',
        reason: 'truncate-privilege: timeout (57014)',
      },
    ],
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import { loadParser } from '../sql/parse.ts'
import { buildCatalog } from './build.ts'
import type { RawCatalog, RawColumn, RawRelation } from './raw.ts'

beforeAll(loadParser)

const OPTIONS = { apiRoles: ['anon', 'authenticated'], platformSchemas: ['auth'] }

const raw = (rest: Partial<RawCatalog> = {}): RawCatalog => ({
  schemas: [],
  roles: [],
  relations: [],
  columns: [],
  keys: [],
  constraints: [],
  policies: [],
  triggers: [],
  privileges: [],
  'column-privileges': [],
  'view-reads': [],
  routines: [],
  sequences: [],
  ...rest,
})
const relation = (rest: Partial<RawRelation> = {}): RawRelation => ({
  oid: 1,
  schema: 'public',
  name: 't',
  relkind: 'r',
  owner: 'postgres',
  relrowsecurity: true,
  relforcerowsecurity: false,
  relispartition: false,
  partition_bound: null,
  has_rules: false,
  options: [],
  definition: null,
  writable: 0,
  parents: [],
  extension: null,
  ...rest,
})
const column = (rest: Partial<RawColumn> = {}): RawColumn => ({
  relation: 1,
  number: 1,
  name: 'a',
  type: 'text',
  base_type: 'text',
  is_array: false,
  not_null: false,
  default_expression: null,
  identity: '',
  generated: false,
  labels: null,
  typmod: -1,
  domain_checks: [],
  ...rest,
})
const built = (rest: Partial<RawCatalog>) =>
  buildCatalog(raw({ relations: [relation()], ...rest }), OPTIONS).relations[0]

describe('columns', () => {
  test.each([
    ['varchar', 44, { maxLength: 40, precision: null }],
    ['bpchar', 6, { maxLength: 2 }],
    ['varchar', -1, { maxLength: null }],
    ['numeric', ((8 << 16) | 3) + 4, { maxLength: null, precision: [8, 3] }],
    ['numeric', ((2 << 16) | (-3 & 0x7ff)) + 4, { precision: [2, -3] }],
    ['numeric', -1, { precision: null }],
    ['int4', 8, { maxLength: null, precision: null }],
  ])('%s with typmod %i', (base_type, typmod, facts) => {
    expect(built({ columns: [column({ base_type, typmod })] })?.columns[0]).toMatchObject(facts)
  })

  test('belong to their own relation', () => {
    expect(
      built({ columns: [column(), column({ relation: 2, name: 'b' })] })?.columns.map(({ name }) => name),
    ).toEqual(['a'])
  })
})

describe('triggers', () => {
  test.each([
    [1 | 2 | 4, { timing: 'before', events: ['insert'], forEachRow: true }],
    [8 | 32, { timing: 'after', events: ['delete', 'truncate'], forEachRow: false }],
    [1 | 64 | 16, { timing: 'instead of', events: ['update'], forEachRow: true }],
  ])('of type %i', (type, facts) => {
    const triggers = [
      { relation: 1, name: 'x', type, enabled: true, deferrable: false, function_name: 'public.f' },
    ]
    expect(built({ triggers })?.triggers[0]).toMatchObject(facts)
  })
})

describe('privileges', () => {
  const none = {
    select: false,
    insert: false,
    update: false,
    delete: false,
    truncate: false,
    references: false,
    trigger: false,
  }
  const columns = [column(), column({ number: 2, name: 'b' })]

  test('on the relation hold for all of its columns', () => {
    const found = built({
      columns,
      privileges: [{ relation: 1, role: 'anon', ...none, select: true, truncate: true }],
    })
    expect(found?.privileges).toEqual([
      {
        role: 'anon',
        relation: ['select', 'truncate'],
        columns: { select: ['a', 'b'], insert: [], update: [] },
      },
    ])
  })

  test('on a column hold for the role that they were granted to', () => {
    const grant = { relation: 1, name: 'b', select: false, insert: false, update: true }
    const found = built({
      columns,
      privileges: ['anon', 'authenticated'].map((role) => ({ relation: 1, role, ...none })),
      'column-privileges': [{ ...grant, role: 'authenticated' }],
    })
    expect(found?.privileges.map((one) => one.columns.update)).toEqual([[], ['b']])
  })
})

describe('views', () => {
  const view = (options: readonly string[], writable = 0) =>
    buildCatalog(
      raw({
        relations: [
          relation(),
          relation({
            oid: 2,
            name: 'v',
            relkind: 'v',
            options,
            writable,
            definition: 'SELECT a AS x FROM public.t',
          }),
        ],
      }),
      OPTIONS,
    ).relations[1]?.view

  test.each([
    [['security_invoker=true'], true],
    [['security_invoker=on'], true],
    [['security_invoker=1'], true],
    [['security_invoker=false'], false],
    [['security_barrier=true'], false],
    [[], false],
  ])('with options %j run with the rights of who asks: %s', (options, expected) => {
    expect(view(options)?.securityInvoker).toBe(expected)
  })

  test('know what can be written through them, and to which columns', () => {
    expect(view(['check_option=local'], 4 | 16)).toMatchObject({
      updatable: true,
      insertable: false,
      deletable: true,
      checkOption: 'local',
      base: { relation: 1, columns: { x: 'a' } },
    })
  })
})

test('views that select from each other have no base, and those above them end there', () => {
  const view = (oid: number, name: string, of: string) =>
    relation({ oid, name, relkind: 'v', definition: ` SELECT x FROM public.${of};` })
  const relations = [view(1, 'a', 'b'), view(2, 'b', 'a'), view(3, 'c', 'a'), view(4, 'd', 'd')]
  const bases = buildCatalog(raw({ relations }), OPTIONS).relations.map(
    (one) => one.view?.base?.relation ?? null,
  )
  expect(bases).toEqual([null, null, 1, null])
})

describe('the schemas that are tested', () => {
  const schemas = [
    { name: 'auth', usable_by: ['anon'], creatable_by: [] },
    { name: 'public', usable_by: ['anon'], creatable_by: [] },
    { name: 'private', usable_by: [], creatable_by: [] },
    { name: 'served', usable_by: ['authenticated', 'service_role'], creatable_by: [] },
  ]

  test('are those of the project that an API role can use', () => {
    expect(buildCatalog(raw({ schemas }), OPTIONS).tested).toEqual(['public', 'served'])
  })

  test('are those that the configuration names', () => {
    expect(buildCatalog(raw({ schemas }), { ...OPTIONS, schemas: ['private'] }).tested).toEqual(['private'])
  })
})

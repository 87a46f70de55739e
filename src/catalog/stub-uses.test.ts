import { expect, test } from 'vitest'
import type { Catalog, Routine } from '../domain/catalog.ts'
import { sampleRoutine } from '../domain/sample-routine.ts'
import { stubUses, type RawExtension, type RawStubUse } from './stub-uses.ts'

const extension = (name: string, rest: Partial<RawExtension> = {}): RawExtension => ({
  name,
  version: '1',
  stub: true,
  functions: [],
  relations: [],
  operators: [],
  ...rest,
})

const shapes = extension('shapes', {
  functions: [
    { schema: 'extensions', name: 'meets', alone: true },
    { schema: 'extensions', name: 'sign', alone: false },
  ],
  relations: ['shapes.known'],
  operators: ['<=>'],
})

const routine = (oid: number, name: string, body: string): Routine =>
  sampleRoutine(body, [], { oid, name, signature: `public.${name}()` })

const catalogWith = (...routines: readonly Routine[]): Catalog => ({
  schemas: [],
  relations: [],
  routines,
  sequences: [],
  roles: [],
  tested: ['public'],
  apiRoles: [],
})

const called = (body: string): string | undefined =>
  stubUses(catalogWith(routine(1, 'f', body)), [shapes], [], new Set()).functions.get(1)

test('a function that names something of a stub rests on it', () => {
  for (const [body, target] of [
    ['select meets(a, b)', 'meets()'],
    ['select "extensions".meets (a)', 'extensions.meets()'],
    ['select extensions.sign(a)', 'extensions.sign()'],
    ['select * from shapes.known', 'shapes.known'],
    ['select a <=> b', 'operator <=>'],
  ])
    expect(called(body ?? ''), body).toBe(
      `it uses ${target} of the extension shapes, which is only a stub here`,
    )
})

test('what is called alike, is only spoken of, or is another operator, is something else', () => {
  for (const body of ['select sign(1)', '-- meets(a)\nselect 1', 'select own.meets(a)', 'select a <=>> b'])
    expect(called(body), body).toBeUndefined()
})

test('who calls such a function rests on it as well, at any distance, and so does a policy that asks it', () => {
  const catalog = catalogWith(
    routine(1, 'far', 'select near()'),
    routine(2, 'near', 'select nearest()'),
    routine(3, 'nearest', 'select meets()'),
    routine(4, 'other', 'select 1'),
  )
  const use: RawStubUse = {
    extension: null,
    acts: true,
    target: 'far()',
    routine: 1,
    kind: 'policy',
    oid: 9,
    name: 'p',
    qualified: 'public.t',
  }
  const resting = stubUses(catalog, [shapes], [use, { ...use, routine: 4, name: 'q' }], new Set())
  expect([...resting.functions.keys()]).toEqual([3, 2, 1])
  expect(resting.policies.get(9)).toEqual(
    new Map([
      [
        'p',
        'it calls far(): it calls near(): it calls nearest(): it uses meets() of the extension shapes, which is only a stub here',
      ],
    ]),
  )
  expect(resting.usedBy.get('shapes')).toEqual([
    'function public.far()',
    'function public.near()',
    'function public.nearest()',
    'policy p on public.t',
  ])
})

test('a function may rest on a stub that answers as the extension would; a policy may not', () => {
  const use = { extension: 'shapes', acts: true, target: 'meets()', routine: null, oid: 9 } as const
  const resting = stubUses(
    catalogWith(routine(1, 'f', 'select meets()')),
    [shapes],
    [{ ...use, kind: 'policy', name: 'p', qualified: 'public.t' }],
    new Set(['shapes']),
  )
  expect(resting.functions.size).toBe(0)
  expect(resting.policies.get(9)?.has('p')).toBe(true)
})
